using Barrel.Compiler.Reports;
using Barrel.Compiler.Tests.Commands;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Import;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Reports;

/// <summary>Costs against figures worked out by hand.</summary>
[TestClass]
public class ModelCostsTests
{
    [TestMethod]
    public void CountsOfALayerAreThoseOfItsTaps()
    {
        Model model = Compiled(["--activation-bits", "5"]);
        LayerCosts[] layers = ModelCosts.Of(model);
        LayerCosts first = layers[0];

        // Weights 1, ½, 0 and ¾ = 1 − ¼, −1, ¼: six taps at 8·8 positions; two of the rows' weights are zero or one term.
        Assert.AreEqual(6, first.Taps);
        Assert.AreEqual(6, first.Weights);
        Assert.AreEqual(6 * 64, first.Adds);
        Assert.AreEqual(6 * 64, first.Macs);
        Assert.AreEqual(16, first.LaneBits, "pixels have 8 bits");
        Assert.AreEqual(3 * 64, first.ArenaBytesRead);
        Assert.AreEqual(2 * 64, first.ArenaBytesWritten);
        Assert.AreEqual(2 * 64, first.RoundedOutputs);
        TapCensus census = TapCensus.Of(model, (TapLayer)model.Layers[0]);
        CollectionAssert.AreEqual(new long[] { 1, 4, 1 }, census.WeightsByTerms.ToArray());
        Assert.AreEqual(4, census.Plus.Sum());
        Assert.AreEqual(2, census.Minus.Sum());
        Assert.AreEqual(0, census.LaneMoves);

        // Row 0 has the exponents 0 and −1, row 1 0 and −2: a shift between them, and one down to the unit where that lies lower.
        int lowest = Enumerable.Range(0, 31).First(e => census.Plus[e] + census.Minus[e] > 0);
        Assert.AreEqual(64 * (1 + 1 + (lowest > 0 ? 2 : 1) + 2), first.Shifts);

        LayerCosts second = layers[1];
        Assert.AreEqual(8, second.LaneBits, "activations have 5 bits");
        Assert.AreEqual(2 * 64 + (4 * 64), second.ArenaBytesRead + second.ArenaBytesWritten, "raw sums have four bytes");
        Assert.IsGreaterThan(0, second.LaneMoves);
        Assert.AreEqual(0, second.RoundedOutputs);
    }

    [TestMethod]
    public void BytesOfTheLayersAreThoseOfTheBlobWithoutItsTables()
    {
        Model model = Compiled([]);
        long layers = ModelCosts.Of(model).Sum(l => l.BlobBytesRead);
        Assert.IsLessThan(model.Blob.Length, layers);
        Assert.IsGreaterThan(model.Blob.Length - 100, layers);
    }

    [TestMethod]
    public void TheEstimateFollowsItsAssumptions()
    {
        LayerCosts layer = new("a", "Conv", 1000, [1, 10, 10], 0, 3)
        {
            LaneAdds = 500,
            WideAdds = 20,
            LaneBits = 8,
            LaneMoves = 40,
            Shifts = 130,
            RoundedOutputs = 100,
            ArenaBytesRead = 200,
            ArenaBytesWritten = 100,
            BlobBytesRead = 60,
            Weights = 10,
            Taps = 5,
            Rows = 1,
        };
        EnergyEstimate lanes = EnergyEstimate.InLanes([layer]);
        Check(new EnergyParts((500 * 0.25) + (40 * 0.5) + (30 * 0.5) + 20 + 200, 10 * ((500 * 0.25) + 20), 75 * 50, 15 * 6400), lanes.Blob);
        Check(new EnergyParts((1000 * 2.9375) + (100 * 33) + 20, 10 * ((2000 * 0.25) + 20), 75 * 50, 4.5 * 6400), lanes.Int8);
        EnergyEstimate wide = EnergyEstimate.OneByOne([layer]);
        Check(new EnergyParts(500 + 30 + 20 + 200, 10 * 520, 75 * 50, 15 * 6400), wide.Blob);
        Check(new EnergyParts((1000 * 32) + (100 * 33) + 20, 10 * 2020, 75 * 50, 4.5 * 6400), wide.Int8);

        // Without a multiplication to replace, both take the same.
        EnergyEstimate pool = EnergyEstimate.InLanes([layer with { Macs = 0 }]);
        Check(pool.Blob, pool.Int8);
        Assert.AreEqual(1, pool.Share);
    }

    [TestMethod]
    public void TheTableStatesEnergyAndAssumptions()
    {
        using TemporaryFolder folder = Folder();
        TestCommandLine run = TestCommandLine.Run("compile", folder["net.onnx"], "-o", folder["net.barrel"]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        foreach (string part in new[] { " shifts; ", "read from the arena", "read from flash", "energy estimate in 32-bit adds", "multiply 31", "DRAM 6400" })
            Assert.Contains(part, run.Out);
    }

    private static void Check(EnergyParts expected, EnergyParts parts)
    {
        Assert.AreEqual(expected.Arithmetic, parts.Arithmetic, 1e-6);
        Assert.AreEqual(expected.Registers, parts.Registers, 1e-6);
        Assert.AreEqual(expected.Arena, parts.Arena, 1e-6);
        Assert.AreEqual(expected.Weights, parts.Weights, 1e-6);
    }

    private static Model Compiled(string[] options)
    {
        using TemporaryFolder folder = Folder();
        TestCommandLine run = TestCommandLine.Run(["compile", folder["net.onnx"], "-o", folder["net.barrel"], .. options]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return Model.Load(File.ReadAllBytes(folder["net.barrel"]), 1 << 20);
    }

    private static TemporaryFolder Folder()
    {
        TemporaryFolder folder = new();
        folder.Bytes("net.onnx", new OnnxWriter(13, 1, 3, 8, 8)
            .Floats("w", [2, 3, 1, 1], [1, 0.5f, 0, 0.75f, -1, 0.25f])
            .Node("Conv", ["x", "w"], "a")
            .Node("Relu", ["a"], "r")
            .Floats("v", [1, 2, 1, 1], [1, -0.5f])
            .Node("Conv", ["r", "v"], "y")
            .File());
        return folder;
    }
}
