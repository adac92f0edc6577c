using System.Text.RegularExpressions;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Import;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Import;
using static Barrel.Compiler.Tests.Import.OnnxWriter;

namespace Barrel.Compiler.Tests.Commands;

/// <summary>
/// Weights that are no numbers, and budgets that they cannot meet: one line, exit code 2, no file more or less than before.
/// </summary>
[TestClass]
public partial class BadWeightsTests
{
    [TestMethod]
    [DataRow("w", float.NaN, "tensor 'w' holds NaN at element 5")]
    [DataRow("w", float.PositiveInfinity, "tensor 'w' holds Infinity at element 5")]
    [DataRow("b", float.NegativeInfinity, "tensor 'b' holds -Infinity at element 5")]
    [DataRow("scale", float.NaN, "tensor 'scale'")]
    [DataRow("shift", float.NaN, "tensor 'shift'")]
    [DataRow("mean", float.PositiveInfinity, "tensor 'mean'")]
    [DataRow("variance", float.NaN, "tensor 'variance'")]
    [DataRow("variance", -2f, "'variance'")]
    [DataRow("slope", float.NaN, "tensor 'slope'")]
    [DataRow("factor", float.PositiveInfinity, "tensor 'factor'")]
    [DataRow("offset", float.NaN, "tensor 'offset'")]
    [DataRow("divisor", 0f, "tensor 'folded' holds")]
    [DataRow("low", float.NaN, "tensor 'low' holds NaN")]
    public void WeightsThatAreNotFinite(string tensor, float value, string part)
    {
        using TemporaryFolder folder = new();
        folder.Bytes("NET.onnx", Everything(tensor, value));
        TestCommandLine.Refused(folder, "compile NET.onnx -o OUT.barrel", ImportErrors.NonFinite, part);
    }

    [TestMethod]
    public void WeightsWhoseSumsAreNotFinite()
    {
        using TemporaryFolder folder = new();
        folder.Bytes("NET.onnx", Convolution(3e38f));
        TestCommandLine.Refused(folder, "compile NET.onnx -o OUT.barrel", LoweringErrors.ScaleRange, "node_a");
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(1e-40f)]
    public void WeightsThatAreAllZeroOrNextToItMakeABlob(float weight)
    {
        using TemporaryFolder folder = new();
        folder.Bytes("NET.onnx", Convolution(weight));
        Assert.AreEqual(0, TestCommandLine.RunIn(folder, "compile NET.onnx -o OUT.barrel").ExitCode);
        Assert.AreEqual(0, TestCommandLine.RunIn(folder, "inspect OUT.barrel").ExitCode);
    }

    [TestMethod]
    [DataRow("0")]
    [DataRow("-1")]
    [DataRow("NaN")]
    [DataRow("Infinity")]
    [DataRow("1e9")]
    public void BudgetsThatAreNone(string budget)
    {
        using TemporaryFolder folder = Folder();
        TestCommandLine.Refused(folder, $"compile NET.onnx -o OUT.barrel --adds-per-mac={budget}", CommandErrors.Option, "--adds-per-mac",
            "0.01..16");
    }

    /// <summary>What the message says can be met, is met; a little less is not.</summary>
    [TestMethod]
    [DataRow("SLOPES.onnx", "terms")]
    [DataRow("SLOPES.onnx", "log2")]
    [DataRow("SLOPES.onnx", "lognet")]
    [DataRow("SLOPES.onnx", "linear")]
    [DataRow("TRAINED.onnx", "terms")]
    [DataRow("TRAINED.onnx", "linear")]
    public void BudgetsThatCannotBeMetSayWhichCan(string model, string scheme)
    {
        using TemporaryFolder folder = Folder();
        folder.Bytes("SLOPES.onnx", Slopes());
        folder.Bytes("TRAINED.onnx", Convolution(0.375f));
        string line = $"compile {model} -o OUT.barrel --weights {scheme} --calibrate FOLDER/sizes --adds-per-mac ";
        TestCommandLine.Refused(folder, line + "0.01", LoweringErrors.BadOption, "--adds-per-mac 0.01", "the least that can be met");
        double least = double.Parse(Least().Match(TestCommandLine.RunIn(folder, line + "0.01").Error).Value);
        TestCommandLine.Refused(folder, line + $"{least * 0.99:0.0000}", LoweringErrors.BadOption, $"{least:0.000}");
        TestCommandLine met = TestCommandLine.RunIn(folder, line + $"{least:0.000}");
        Assert.AreEqual(0, met.ExitCode, met.Error);
        Assert.IsLessThanOrEqualTo(least, double.Parse(AddsPerMac().Match(met.Out).Groups[1].Value));
    }

    [TestMethod]
    [DataRow("--bits 1 --weights linear", "2..8")]
    [DataRow("--bits 9 --weights log2", "2..8")]
    [DataRow("--bits 4", "--adds-per-mac")]
    [DataRow("--activation-bits 3", "4..8")]
    [DataRow("--activation-bits 9", "4..8")]
    public void BitsOutOfRange(string options, string part)
    {
        using TemporaryFolder folder = Folder();
        TestCommandLine.Refused(folder, "compile NET.onnx -o OUT.barrel " + options, CommandErrors.Option, "bits", part);
    }

    internal static byte[] Convolution(float weight) => new OnnxWriter(13, 1, 3, 8, 8)
        .Floats("w", [4, 3, 3, 3], [.. Oracle.Random(108, 1).Select(r => r < 0 ? -weight : weight)])
        .Node("Conv", ["x", "w"], "a", Ints("pads", 1, 1, 1, 1))
        .Node("Relu", ["a"], "y")
        .File();

    /// <summary>Scores of two classes a pixel.</summary>
    internal static byte[] Mask() => new OnnxWriter(13, 1, 3, 8, 8)
        .Floats("w", [2, 3, 1, 1], 1, -1, 1, -1, 1, 1)
        .Node("Conv", ["x", "w"], "y")
        .File();

    /// <summary>Scores of two classes.</summary>
    internal static byte[] Scores() => new OnnxWriter(13, 1, 3, 8, 8)
        .Floats("w", [2, 3, 8, 8], Oracle.Random(384, 5))
        .Node("Conv", ["x", "w"], "a")
        .Node("Flatten", ["a"], "y")
        .File();

    private static TemporaryFolder Folder()
    {
        TemporaryFolder folder = new();
        folder.Bytes("NET.onnx", Convolution(0.3f));
        folder.Image("sizes/a.png", 9, 7, 1, 200, 3);
        return folder;
    }

    /// <summary>Slopes of two terms, and one of one term.</summary>
    private static byte[] Slopes() => new OnnxWriter(13, 1, 3, 8, 8)
        .Floats("w", [4, 3, 1, 1], Oracle.Random(12, 1))
        .Floats("k", [4, 1, 1], 0.3f, 0.3f, 0.25f, 0.3f)
        .Floats("v", [4, 4, 3, 3], Oracle.Random(144, 2))
        .Node("Conv", ["x", "w"], "a")
        .Node("PRelu", ["a", "k"], "r")
        .Node("Conv", ["r", "v"], "y", Ints("pads", 1, 1, 1, 1))
        .File();

    /// <summary>A network with a constant in every place that takes floats, one of them with a bad value at its element 5.</summary>
    private static byte[] Everything(string bad, float value)
    {
        OnnxWriter onnx = new(13, 1, 3, 8, 8);
        void Add(string name, int[] dims, float each)
        {
            float[] values = new float[dims.Aggregate(1, (n, d) => n * d)];
            Array.Fill(values, each);
            if (name == bad)
                values[Math.Min(5, values.Length - 1)] = value;
            onnx.Floats(name, dims, values);
        }

        Add("w", [6, 3, 3, 3], 0.3f);
        Add("b", [6], 0.1f);
        foreach (string name in new[] { "scale", "shift", "mean", "variance" })
            Add(name, [6], 1);
        Add("slope", [6, 1, 1], 0.2f);
        Add("factor", [1, 6, 1, 1], 2);
        Add("offset", [1, 6, 1, 1], 1);
        Add("divided", [4, 6, 1, 1], 1);
        Add("divisor", [1], 2);
        Add("low", [], -4);
        return onnx.Node("Conv", ["x", "w", "b"], "c")
            .Node("BatchNormalization", ["c", "scale", "shift", "mean", "variance"], "n")
            .Node("PRelu", ["n", "slope"], "r")
            .Node("Mul", ["r", "factor"], "m")
            .Node("Add", ["m", "offset"], "o")
            .Node("Div", ["divided", "divisor"], "folded")
            .Node("Conv", ["o", "folded"], "d")
            .Node("Clip", ["d", "low"], "y")
            .File();
    }

    [GeneratedRegex(@"[0-9]\.[0-9]{3}(?=(, which)? is the least)")]
    private static partial Regex Least();

    [GeneratedRegex(@"([0-9.]+) a MAC")]
    private static partial Regex AddsPerMac();
}
