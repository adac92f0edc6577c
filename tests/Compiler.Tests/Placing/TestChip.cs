using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Placing;

/// <summary>Boards with chips of any geometry, and bad chips.</summary>
internal static class TestChip
{
    public static Board Board(int segments, int segmentPes = 16, int? inputBits = null, int marginBits = 12, bool reram = false, long endurance = 1000)
    {
        Board board = Barrel.Boards.Boards.Find("tdnn-sram-65nm");
        BoardChip chip = board.Chip!;
        return new Board
        {
            Name = "test-chip", Title = board.Title, Family = board.Family, Cpu = board.Cpu, Cores = board.Cores, ClockHz = board.ClockHz, RamBytes = board.RamBytes,
            FlashBytes = board.FlashBytes, ArenaBytesMax = board.ArenaBytesMax, L1Bytes = board.L1Bytes, GpioChip = board.GpioChip, Pins = board.Pins, Spi = board.Spi,
            Chip = new BoardChip
            {
                Kind = reram ? "reram" : "sram", Segments = segments, SegmentPes = segmentPes, InputBits = inputBits ?? (256 * segmentPes), MarginBits = marginBits,
                TransferBytesMax = chip.TransferBytesMax, Retries = 1, TimeoutMs = 1, EnduranceCycles = endurance, OperationFj = chip.OperationFj, LinkBitPj = chip.LinkBitPj,
            },
        };
    }

    /// <summary>A map with so many bad PEs at random places.</summary>
    public static ChipFaultMap Faults(Random random, Board board, int count)
    {
        string[] kinds = [ChipFault.StuckPlus, ChipFault.StuckMinus, ChipFault.Dead, ChipFault.Weak];
        BoardChip chip = board.Chip!;
        int[] places = [.. Enumerable.Range(0, chip.Segments * chip.SegmentPes)];
        random.Shuffle(places);
        return new ChipFaultMap
        {
            Board = board.Name, Serial = 1, Segments = chip.Segments, SegmentPes = chip.SegmentPes,
            Faults = [.. places.Take(count).Select(p => new ChipFault { Segment = p / chip.SegmentPes, Pe = p % chip.SegmentPes, Kind = kinds[random.Next(4)] })],
        };
    }

    /// <summary>Bad PEs within chains whose weight does not agree with what the PE does.</summary>
    public static string Misplaced(Placement placement, ChipFaultMap map)
    {
        Dictionary<(int, int), string> bad = map.Faults.ToDictionary(f => (f.Segment, f.Pe), f => f.Kind);
        List<string> found = [];
        foreach (PlacedLayer placed in placement.Layers)
            for (int row = 0; row < placed.Pass.Length; row++)
                for (int pe = 0; pe < placed.Chains.PesOf(row); pe++)
                {
                    (int, int) at = (placed.FirstSegment[row] + (pe / placement.SegmentPes), pe % placement.SegmentPes);
                    bool isMinus = ((placed.Chains.Weights[(row * placed.Chains.WordsPerRow) + (pe / 64)] >> (pe % 64)) & 1) != 0;
                    if (bad.TryGetValue(at, out string? kind) && kind != (isMinus ? ChipFault.StuckMinus : ChipFault.StuckPlus))
                        found.Add($"{kind} {at} in row {row} of layer {placed.Layer}");
                }

        return string.Join(", ", found);
    }
}
