using Barrel.Boards;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Placing;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Placing;

/// <summary>Bytes on the link, evaluations and racing elements, counted by hand from the link's document.</summary>
[TestClass]
public class ChipTrafficTests
{
    private const int Overhead = 12;

    /// <summary>Three chains of one segment on a chip of 16, loaded once.</summary>
    [TestMethod]
    public void OnePassIsLoadedOnce()
    {
        Model model = BinaryNetwork.Make(new Random(3), 15, true, new BinarySpec(3, 1, WriteOut.Raw));
        ChipTraffic traffic = Traffic(model, TestChip.Board(16), out Placement placement);
        Assert.AreEqual(1, placement.Passes);

        // A word of weights for each chain is read, all configurations are cleared; then weights and configurations of three segments are written and read back.
        Assert.AreEqual(2 * ((3 * (Overhead + 1)) + Overhead + 16 + (2 * (Overhead + 3)) + (2 * (Overhead + 3))), traffic.LoadBytes);

        // One bank of inputs, three margins.
        Assert.AreEqual(2 * (Overhead + 1 + 3), traffic.FrameBytes);
        Assert.AreEqual(1, traffic.Evaluations);
        Assert.AreEqual(3 * 15, traffic.RacingPes);
        Assert.AreEqual(3 * 15, traffic.AskedPes);
    }

    [TestMethod]
    public void FramesAreSplit()
    {
        LinkFrames frames = new(64);
        Assert.AreEqual(20 + Overhead, frames.OneWay(20));
        Assert.AreEqual(21 + (2 * Overhead), frames.OneWay(21));
        Assert.AreEqual(0, frames.OneWay(0));
        Assert.AreEqual(2 * (21 + (2 * Overhead)), frames.WriteAndReadBack(21));
        Assert.AreEqual(20 + Overhead, frames.Evaluate(12, 8));
        Assert.AreEqual(21 + (2 * Overhead), frames.Evaluate(12, 9));
        Assert.AreEqual(41 + (3 * Overhead), frames.Evaluate(21, 20));
    }

    /// <summary>Signs are read sixteen a word, from the first chain's last segment to the last one's; a bank is four words of inputs.</summary>
    [TestMethod]
    public void SignsTakeABitASegment()
    {
        Model model = BinaryNetwork.Make(new Random(11), 150, true, new BinarySpec(40));
        ChipTraffic traffic = Traffic(model, TestChip.Board(200, 64), out Placement placement);
        PlacedLayer placed = placement.Layers[0];
        int[] rows = [.. Enumerable.Range(0, 40).Where(r => placed.Chains.FixedCodeOf(r) < 0)];
        int[] pes = [.. rows.Select(placed.Chains.PesOf)];
        Assert.IsTrue(pes.All(p => p is > 128 and <= 192), "three segments each");
        int lastWord = (placed.FirstSegment[rows[^1]] + 2) / 16;
        Assert.IsGreaterThan(4, lastWord);
        Assert.AreEqual(2 * (Overhead + (3 * 4) + lastWord + 1), traffic.FrameBytes);
        Assert.AreEqual(pes.Sum(), traffic.AskedPes);
        Assert.AreEqual(pes.Sum(), traffic.RacingPes);
    }

    [TestMethod]
    public void ConvolutionsAreEvaluatedAtEachPositionInEachPass()
    {
        Model model = BinaryNetwork.Make(new Random(7), 6, false, new BinarySpec(5, 3, WriteOut.Raw));
        ChipTraffic traffic = Traffic(model, TestChip.Board(4), out Placement placement);
        Assert.AreEqual(2, placement.Passes);
        Assert.AreEqual(2 * 16, traffic.Evaluations);
        Assert.AreEqual(16 * 5 * 9, traffic.AskedPes);

        // Chains of the other pass that were not overwritten race too.
        Assert.IsGreaterThan(traffic.AskedPes, traffic.RacingPes);
        Assert.IsLessThanOrEqualTo(2 * 16 * 4 * 9, traffic.RacingPes);
    }

    private static ChipTraffic Traffic(Model model, Board board, out Placement placement)
    {
        placement = Placer.Place(model, board).Placement;
        return ChipTraffic.Of(model, placement, board.Chip!.TransferBytesMax);
    }
}
