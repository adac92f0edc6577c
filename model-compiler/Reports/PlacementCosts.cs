using Barrel.Boards;
using Barrel.Compiler.Placing;
using Barrel.Runtime;

namespace Barrel.Compiler.Reports;

/// <summary>What a placed layer takes of the chip.</summary>
/// <param name="Pes">Processing elements (PEs) of all its chains, constants included.</param>
/// <param name="Segments">Of all its chains.</param>
/// <param name="Passes">Those with chains of it.</param>
/// <param name="Evaluations">For a frame: one a position in each of its passes.</param>
internal sealed record PlacedLayerCosts(string Name, long Pes, long Segments, int Passes, long Evaluations);

/// <summary>What a placement takes of a TDNN chip and of its link.</summary>
internal sealed class PlacementCosts
{
    private PlacementCosts(Model model, Placement placement, Board? board)
    {
        Placement = placement;
        Layers = [.. placement.Layers.Select(l => Of(model, l, placement))];
        long[] pesOfPass = new long[placement.Passes];
        foreach (PlacedLayer layer in placement.Layers)
            for (int row = 0; row < layer.Pass.Length; row++)
                pesOfPass[layer.Pass[row]] += layer.Chains.PesOf(row);
        PesMost = pesOfPass.Max();
        if (board?.Chip is not { } chip)
            return;
        Board = board;
        Traffic = ChipTraffic.Of(model, placement, chip.TransferBytesMax);
        FrameMs = Traffic.FrameBytes * 8e3 / board.Spi.ClockHz;
        LoadMs = Traffic.LoadBytes * 8e3 / board.Spi.ClockHz;
        ComputeNj = Traffic.RacingPes * chip.OperationFj * 1e-6;
        AskedNj = Traffic.AskedPes * chip.OperationFj * 1e-6;
        LinkNj = Traffic.FrameBytes * 8 * chip.LinkBitPj * 1e-3;
    }

    public Placement Placement { get; }

    /// <summary>Null where the board is not known; so is then all that follows from it.</summary>
    public Board? Board { get; }

    public PlacedLayerCosts[] Layers { get; }

    /// <summary>PEs of all chains.</summary>
    public long Pes => Layers.Sum(l => l.Pes);

    /// <summary>Segments of all chains.</summary>
    public long Segments => Layers.Sum(l => l.Segments);

    /// <summary>PEs of the pass that has most.</summary>
    public long PesMost { get; }

    public ChipTraffic? Traffic { get; }

    /// <summary>Time that a frame's transfers take at the link's clock, milliseconds.</summary>
    public double? FrameMs { get; }

    /// <summary>The same, of what is sent once.</summary>
    public double? LoadMs { get; }

    /// <summary>Energy of all PEs that race in a frame, nanojoules.</summary>
    public double? ComputeNj { get; }

    /// <summary>Of that, the part of the chains that are asked; the others are on the chip and race too.</summary>
    public double? AskedNj { get; }

    /// <summary>Energy of a frame's transfers, nanojoules.</summary>
    public double? LinkNj { get; }

    /// <summary>Costs of a blob's placement; null where it has none.</summary>
    /// <param name="board">The board that it was placed for; null: found by the name in the blob.</param>
    public static PlacementCosts? Of(Model model, Board? board = null) =>
        model.Placement is { } placement ? new PlacementCosts(model, placement, board ?? Known(placement)) : null;

    /// <summary>The name comes from a file that nobody vouches for: it is looked up, never taken for a path.</summary>
    private static Board? Known(Placement placement)
    {
        if (!Barrel.Boards.Boards.Names.Contains(placement.Board))
            return null;
        Board board = Barrel.Boards.Boards.Find(placement.Board);
        return board.Chip is { } chip && chip.Segments == placement.Segments && chip.SegmentPes == placement.SegmentPes ? board : null;
    }

    private static PlacedLayerCosts Of(Model model, PlacedLayer placed, Placement placement)
    {
        BinaryLayer layer = (BinaryLayer)model.Layers[placed.Layer];
        long pes = 0, segments = 0;
        HashSet<int> passes = [];
        for (int row = 0; row < placed.Pass.Length; row++)
        {
            int own = placed.Chains.PesOf(row);
            if (own == 0)
                continue;
            pes += own;
            segments += placement.SegmentsOf(own);
            passes.Add(placed.Pass[row]);
        }

        return new PlacedLayerCosts(layer.Name, pes, segments, passes.Count, (long)passes.Count * layer.GridHeight * layer.GridWidth);
    }
}
