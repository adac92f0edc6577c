using Barrel.Compiler.Placing;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Placing;

/// <summary>Pulses that a plan of several passes gives the cell that changes most.</summary>
[TestClass]
public class CellWearTests
{
    /// <summary>Chains of three PEs in one segment, one a pass; after the last pass comes the first again.</summary>
    [TestMethod]
    public void ChangesAreCountedRoundTheFrames()
    {
        Assert.AreEqual(0, Pulses(0b000));
        Assert.AreEqual(0, Pulses(0b010, 0b010));
        Assert.AreEqual(2, Pulses(0b000, 0b010));
        Assert.AreEqual(2, Pulses(0b000, 0b010, 0b100));
        Assert.AreEqual(4, Pulses(0b000, 0b010, 0b100, 0b010));
    }

    private static int Pulses(params ulong[] rows)
    {
        BinaryLayer layer = new()
        {
            FanIn = 3, Rows = rows.Length, WordsPerRow = 1, Weights = [.. rows.Select(r => ~r & 7)], Bias = new int[rows.Length], Mode = AccumulatorLayer.ModeRaw, Skips = [],
        };
        NeuronChains chains = new(layer, new TensorInfo { Bits = 32 });
        int[] passes = [.. Enumerable.Range(0, rows.Length)];
        return CellWear.PulsesPerFrame(new Placement
        {
            Segments = 2, SegmentPes = 16, Passes = rows.Length, Layers = [new PlacedLayer { Chains = chains, Pass = passes, FirstSegment = [.. passes.Select(_ => 1)] }],
        });
    }
}
