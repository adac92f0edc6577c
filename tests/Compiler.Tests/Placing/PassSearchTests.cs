using Barrel.Boards;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Placing;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Placing;

/// <summary>What a frame sends: against the plan without a search, and on tiny chips against all plans there are.</summary>
[TestClass]
public class PassSearchTests
{
    private const int TransferBytes = 1024;

    [TestMethod]
    public void IsNeverWorseThanThePlanWithoutASearch()
    {
        int better = 0, cases = 0;
        for (int seed = 0; seed < 150; seed++)
        {
            Random random = new(seed);
            Model model = BinaryNetwork.Random(random);
            LayerChains[] layers = Layers(model, 16);
            int all = (int)layers.Sum(l => l.Segments);
            int longest = model.Layers.Max(l => (new NeuronChains((BinaryLayer)l, model.Tensors[l.Output]).PesMax + 15) / 16);
            if (longest >= all)
                continue;
            Board board = TestChip.Board(random.Next(longest, all));
            long found = Bytes(model, Placer.Place(model, board).Placement);
            long trivial = Bytes(model, Trivial(layers, board));
            Assert.IsLessThanOrEqualTo(trivial, found, $"seed {seed}");
            better += found < trivial ? 1 : 0;
            cases++;
        }

        Assert.IsGreaterThan(cases / 2, better, $"of {cases}");
    }

    /// <summary>180 segments on a chip of 100. Half of them in turn would write 160 for each frame; with chains that stay it is little more than what is too much.</summary>
    [TestMethod]
    public void ChainsStayWhereTheChipIsTooSmall()
    {
        Model model = BinaryNetwork.Make(new Random(2), 63, true, new BinarySpec(180, 1, WriteOut.Raw));
        Board board = TestChip.Board(100, 64, marginBits: 8);
        Placement placement = Placer.Place(model, board).Placement;
        int streamed = placement.Layers[0].FirstSegment.GroupBy(s => s).Where(g => g.Count() > 1).Sum(g => g.Count());
        Assert.IsGreaterThan(80, streamed);
        Assert.IsLessThanOrEqualTo(140, streamed);
        Assert.IsLessThan(Bytes(model, Trivial(Layers(model, 64), board)) * 0.85, Bytes(model, placement));
    }

    /// <summary>
    /// All plans of up to three passes. What is left is in the order of neurons: two that use as many elements, one after the other in the same place, need no new
    /// configuration, which on a chip of three segments is much.
    /// </summary>
    [TestMethod]
    public void IsNearTheBestPlanOnTinyChips()
    {
        long found = 0, least = 0;
        int cases = 0, near = 0;
        for (int seed = 0; seed < 150; seed++)
        {
            Random random = new(seed);
            Model model = seed % 2 == 0
                ? BinaryNetwork.Make(random, random.Next(10, 160), true, new(random.Next(1, 4)), new(random.Next(1, 3), 1, WriteOut.Raw))
                : BinaryNetwork.Make(random, random.Next(4, 6), false, new(random.Next(2, 6), 3), new(random.Next(1, 3), 2));
            LayerChains[] layers = Layers(model, 64);
            int all = (int)layers.Sum(l => l.Segments);
            int longest = model.Layers.Max(l => (new NeuronChains((BinaryLayer)l, model.Tensors[l.Output]).PesMax + 63) / 64);
            if (longest >= all)
                continue;
            Board board = TestChip.Board(random.Next(Math.Max(all / 2, longest), all), 64);
            if (Math.Pow(3 * board.Chip!.Segments, layers.Sum(l => l.SegmentsOf.Count(n => n > 0))) > 100_000)
                continue;
            long own = Bytes(model, Placer.Place(model, board).Placement);
            long best = AllPlans.Least(Trivial(layers, board), 3, p => Bytes(model, p));
            Assert.IsLessThanOrEqualTo(best * 1.5, own, $"seed {seed}: {own} bytes, {best} are possible");
            found += own;
            least += best;
            cases++;
            near += own <= best * 1.02 ? 1 : 0;
        }

        Assert.IsGreaterThan(50, cases);
        Assert.IsGreaterThan(cases * 3 / 4, near);
        Assert.IsLessThan(least * 1.03, found);
    }

    private static long Bytes(Model model, Placement placement) => ChipTraffic.Of(model, placement, TransferBytes).FrameBytes;

    private static LayerChains[] Layers(Model model, int segmentPes) =>
    [
        .. model.Layers.Select((l, i) => (Layer: (BinaryLayer)l, Index: i))
            .Select(l => new LayerChains(l.Index, new NeuronChains(l.Layer, model.Tensors[l.Layer.Output]), segmentPes)).Where(l => l.Segments > 0),
    ];

    private static Placement Trivial(LayerChains[] layers, Board board)
    {
        BoardChip chip = board.Chip!;
        Placement geometry = new()
        {
            Board = board.Name, Kind = Placement.KindSram, Segments = chip.Segments, SegmentPes = chip.SegmentPes, InputBits = chip.InputBits, MarginBits = chip.MarginBits,
        };
        return ChipFilling.Fill(
            layers, geometry, new SegmentFaults(chip.Segments, chip.SegmentPes, null), FillingPlan.Trivial(layers.Length), 65535, out _, out _)!;
    }
}
