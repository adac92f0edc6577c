using System.Text;
using System.Text.Json;
using Barrel.Boards;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Import;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Metrics;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Import;
using Barrel.Runtime;
using static Barrel.Compiler.Tests.Import.OnnxWriter;

namespace Barrel.Compiler.Tests.Commands;

/// <summary>compile and inspect as their users meet them.</summary>
[TestClass]
public class CompileTests
{
    private static readonly string[] ReportKeys = ["macs", "adds", "addsPerMac", "blobBytes", "arenaBytes", "layers"];
    private static readonly string[] LayerKeys = ["name", "op", "macs", "adds", "outputShape", "shiftMin", "shiftMax"];

    [TestMethod]
    public void JsonHasTheKeysOfTheManual()
    {
        using TemporaryFolder folder = Folder();
        TestCommandLine compiled = Run(folder, "compile NET.onnx -o OUT.barrel --json");
        Assert.AreEqual(0, compiled.ExitCode, compiled.Error);
        TestCommandLine inspected = Run(folder, "inspect OUT.barrel --json");
        Assert.AreEqual(0, inspected.ExitCode, inspected.Error);
        Assert.AreEqual(compiled.Out, inspected.Out);
        Assert.AreEqual("", inspected.Error);

        using JsonDocument json = JsonDocument.Parse(compiled.Out);
        JsonElement root = json.RootElement;
        CollectionAssert.AreEqual(ReportKeys, Keys(root));
        JsonElement[] layers = [.. root.GetProperty("layers").EnumerateArray()];
        Assert.HasCount(2, layers);
        foreach (JsonElement layer in layers)
            CollectionAssert.AreEqual(LayerKeys, Keys(layer));

        // 3·3·3·4 and 4·2 weights at each of 64 positions.
        Assert.AreEqual(64 * (108 + 8), root.GetProperty("macs").GetInt64());
        Assert.AreEqual(64 * 108, layers[0].GetProperty("macs").GetInt64());
        Assert.AreEqual("Conv", layers[0].GetProperty("op").GetString());
        Assert.AreEqual("[4,8,8]", layers[0].GetProperty("outputShape").GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""));
        Assert.AreEqual(layers.Sum(l => l.GetProperty("adds").GetInt64()), root.GetProperty("adds").GetInt64());
        Assert.AreEqual(
            (double)root.GetProperty("adds").GetInt64() / root.GetProperty("macs").GetInt64(), root.GetProperty("addsPerMac").GetDouble(), 1e-6);
        Assert.AreEqual(new FileInfo(folder["OUT.barrel"]).Length, root.GetProperty("blobBytes").GetInt64());
        Assert.IsGreaterThanOrEqualTo(2 * 64 * 4, root.GetProperty("arenaBytes").GetInt64());
    }

    [TestMethod]
    public void TheTableNamesLayersAndTotals()
    {
        using TemporaryFolder folder = Folder();
        TestCommandLine compiled = Run(folder, "compile NET.onnx -o OUT.barrel");
        Assert.AreEqual(0, compiled.ExitCode, compiled.Error);
        foreach (string part in new[] { "node_a", "node_y", "Conv", "4x8x8", "7,424 MACs", "blob ", "arena " })
            Assert.Contains(part, compiled.Out);
        Assert.Contains("warning: no frames given", compiled.Error);
        Assert.AreEqual(compiled.Out, Run(folder, "inspect OUT.barrel").Out);
    }

    [TestMethod]
    public void CalibrationFramesAreReadFromAFolder()
    {
        using TemporaryFolder folder = Folder();
        folder.Image("frames/one.png", 8, 8, 250, 120, 10);
        TestCommandLine compiled = Run(folder, "compile NET.onnx -o OUT.barrel --calibrate FOLDER/frames");
        Assert.AreEqual(0, compiled.ExitCode, compiled.Error);
        Assert.DoesNotContain("no frames given", compiled.Error);
    }

    [TestMethod]
    public void FitIsPrintedAgainstTheBoard()
    {
        using TemporaryFolder folder = Folder();
        TestCommandLine compiled = Run(folder, "compile NET.onnx -o OUT.barrel --board raspberry-pi-4");
        Assert.AreEqual(0, compiled.ExitCode, compiled.Error);
        string line = compiled.Out.TrimEnd().Split('\n')[^1];
        Board board = Barrel.Boards.Boards.Find("raspberry-pi-4");
        Model model = Model.Load(File.ReadAllBytes(folder["OUT.barrel"]), 1 << 20);
        Assert.AreEqual(
            $"{board.Title}: blob {model.Blob.Length:N0} bytes, {100.0 * model.Blob.Length / board.FlashBytes:0.0}% of {board.FlashBytes:N0} of flash, "
            + $"arena {model.ArenaBytes:N0} bytes, {100.0 * model.ArenaBytes / board.ArenaBytesMax:0.0}% of {board.ArenaBytesMax:N0} of what it may take: fits",
            line);

        TestCommandLine json = Run(folder, "compile NET.onnx -o OUT.barrel --board raspberry-pi-4 --json");
        using JsonDocument document = JsonDocument.Parse(json.Out);
        CollectionAssert.AreEqual(ReportKeys, Keys(document.RootElement));
        Assert.Contains(line, json.Error);
    }

    [TestMethod]
    [DataRow("flashBytes", 1024, 65536)]
    [DataRow("arenaBytesMax", 65536, 1024)]
    public void WhatDoesNotFitEndsWithOne(string key, int flashBytes, int arenaBytesMax)
    {
        using TemporaryFolder folder = Folder(width: 32, channels: 32);
        string json = Encoding.UTF8.GetString(BoardJson("esp32"));
        foreach ((string name, int value) in new[] { ("flashBytes", flashBytes), ("arenaBytesMax", arenaBytesMax) })
            json = System.Text.RegularExpressions.Regex.Replace(json, $"\"{name}\": *[0-9]+", $"\"{name}\": {value}");
        folder.Text("small.json", json);
        TestCommandLine compiled = Run(folder, "compile NET.onnx -o OUT.barrel --weights linear --bits 8 --board FOLDER/small.json");
        Assert.AreEqual(1, compiled.ExitCode, compiled.Out + compiled.Error);
        string line = compiled.Out.TrimEnd().Split('\n')[^1];
        Assert.EndsWith("does not fit", line);

        // Only the one that the row is about is over.
        Model model = Model.Load(File.ReadAllBytes(folder["OUT.barrel"]), 1 << 20);
        Assert.AreEqual(key == "flashBytes", model.Blob.Length > flashBytes, line);
        Assert.AreEqual(key == "arenaBytesMax", model.ArenaBytes > arenaBytesMax, line);
    }

    [TestMethod]
    [DataRow("compile none.onnx -o OUT.barrel", CommandErrors.InputFile)]
    [DataRow("compile NET.barrel -o OUT.barrel", CommandErrors.InputFile)]
    [DataRow("compile TEXT.onnx -o OUT.barrel", ImportErrors.Unreadable)]
    [DataRow("compile CUT.onnx -o OUT.barrel", ImportErrors.Unreadable)]
    [DataRow("compile AVERAGE.onnx -o OUT.barrel", LoweringErrors.NoTapForm)]
    [DataRow("compile NET.onnx -o OUT.barrel --card FOLDER/none.json", CardErrors.Unreadable)]
    [DataRow("compile SLOPES.onnx -o OUT.barrel --adds-per-mac 0.3", LoweringErrors.BadOption)]
    [DataRow("compile NET.onnx -o OUT.barrel --board nonesuch", BoardErrors.UnknownBoard)]
    [DataRow("compile NET.onnx -o OUT.barrel --board FOLDER/nonesuch.json", BoardErrors.UnreadableFile)]
    [DataRow("compile NET.onnx -o OUT.barrel --board FOLDER/TEXT.json", BoardErrors.InvalidFile)]
    [DataRow("compile NET.onnx -o OUT.barrel --emit-csharp FOLDER", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --target-loss 1", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --data FOLDER", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --target-loss 1 --data FOLDER --adds-per-mac 1", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --target-loss 1 --data FOLDER --weights linear", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --blob-bytes 0", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --blob-bytes 9000 --weights lognet", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --blob-bytes 9000 --target-loss 1 --data FOLDER", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --target-loss 101 --data FOLDER", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --target-loss 1 --data FOLDER/none", CommandErrors.InputFile)]
    [DataRow("compile NET.onnx -o OUT.barrel --target-loss 1 --data FOLDER", MetricErrors.Task)]
    [DataRow("compile NET.onnx -o OUT.barrel --weights log2 --bits 1", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --weights linear --bits 9", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --bits 4", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --activations log2 --activation-bits 1", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o OUT.barrel --activations log2 --activation-bits 6", CommandErrors.Option)]
    [DataRow("compile NET.onnx -o FOLDER/none/OUT.barrel", CommandErrors.Unwritable)]
    [DataRow("compile NET.onnx -o FOLDER", CommandErrors.Unwritable)]
    [DataRow("inspect none.barrel", CommandErrors.InputFile)]
    [DataRow("inspect NET.onnx", CommandErrors.InputFile)]
    [DataRow("inspect MAGIC.barrel", ModelErrors.NotABlob)]
    [DataRow("inspect EMPTY.barrel", ModelErrors.NotABlob)]
    [DataRow("inspect NEWER.barrel", ModelErrors.OtherVersion)]
    [DataRow("inspect CUT.barrel", ModelErrors.Truncated)]
    [DataRow("inspect LONG.barrel", ModelErrors.Truncated)]
    [DataRow("inspect FLIPPED.barrel", ModelErrors.ChecksumMismatch)]
    public void BadInputIsOneLineAndChangesNothing(string line, int code)
    {
        using TemporaryFolder folder = Folder();
        byte[] blob = Blob(folder);
        folder.Text("OUT.barrel", "as it was");
        folder.Text("TEXT.onnx", "no network");
        folder.Text("TEXT.json", "no board");
        folder.Bytes("CUT.onnx", Tiny()[..^200]);
        folder.Bytes("AVERAGE.onnx", Average());
        folder.Bytes("SLOPES.onnx", Slopes());
        folder.Bytes("EMPTY.barrel", []);
        folder.Bytes("MAGIC.barrel", [(byte)(blob[0] + 1), .. blob[1..]]);
        folder.Bytes("NEWER.barrel", [.. blob[..4], (byte)(ModelFormat.Version + 1), .. blob[5..]]);
        folder.Bytes("CUT.barrel", blob[..^1]);
        folder.Bytes("LONG.barrel", [.. blob, 0]);
        folder.Bytes("FLIPPED.barrel", [.. blob[..^1], (byte)(blob[^1] ^ 1)]);
        string[] before = Listing(folder);
        Run(folder, line).AssertError(code);
        CollectionAssert.AreEqual(before, Listing(folder));
        Assert.AreEqual("as it was", File.ReadAllText(folder["OUT.barrel"]));
    }

    [TestMethod]
    public void TheTargetLossIsKeptOnTheData()
    {
        using TemporaryFolder folder = Folder();
        folder.Text("NET.card.json", """{"task": "segmentation", "classes": ["a", "b"]}""");
        for (int i = 0; i < 3; i++)
        {
            int seed = i;
            folder.Bytes($"data/images/{i}.png", TemporaryFolder.Png(8, 8, (x, y) => [(byte)(x * 30), (byte)(y * 30), (byte)(((x * y) + seed) * 4)]));
            folder.Labels($"data/labels/{i}.png", 8, 8, (x, _) => (byte)(x / 4));
        }

        const string Line = "compile NET.onnx -o OUT.barrel --calibrate FOLDER/data --data FOLDER/data --target-loss 2";
        TestCommandLine compiled = Run(folder, Line);
        Assert.AreEqual(0, compiled.ExitCode, compiled.Error);
        Assert.Contains("chosen: ", compiled.Error);
        TestCommandLine evaluated = Run(folder, "evaluate NET.onnx OUT.barrel --data FOLDER/data --json");
        using JsonDocument json = JsonDocument.Parse(evaluated.Out);
        double[] figures = [.. json.RootElement.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("meanIoU").GetDouble())];
        Assert.IsGreaterThanOrEqualTo(figures[0] - 2, figures[1]);

        byte[] first = File.ReadAllBytes(folder["OUT.barrel"]);
        Assert.AreEqual(compiled.Error, Run(folder, Line).Error, "the same each time");
        CollectionAssert.AreEqual(first, File.ReadAllBytes(folder["OUT.barrel"]));
    }

    [TestMethod]
    [DataRow("linear", 2)]
    [DataRow("linear", 8)]
    [DataRow("lognet", 2)]
    [DataRow("lognet", 8)]
    [DataRow("log2", 2)]
    [DataRow("log2", 8)]
    [DataRow("logsqrt2", 2)]
    [DataRow("logsqrt2", 8)]
    public void EveryPublishedSchemeCompiles(string scheme, int bits)
    {
        using TemporaryFolder folder = Folder();
        TestCommandLine compiled = Run(folder, $"compile NET.onnx -o OUT.barrel --weights {scheme} --bits {bits}");
        Assert.AreEqual(0, compiled.ExitCode, compiled.Error);
        Assert.AreEqual(scheme == "logsqrt2", compiled.Error.Contains("the nearest sum of two powers, 6.1% too large", StringComparison.Ordinal), compiled.Error);
        Model model = Model.Load(File.ReadAllBytes(folder["OUT.barrel"]), 1 << 20);
        int weights = (27 * 4) + 8;
        int taps = model.Layers.Sum(l => ((TapLayer)l).TapCount);
        Assert.IsTrue(scheme is not ("lognet" or "log2") || taps <= weights, $"{taps} taps of {weights} weights");
        Assert.IsTrue(scheme != "logsqrt2" || taps <= 2 * weights, $"{taps} taps of {weights} weights");
    }

    [TestMethod]
    [DataRow("linear", 4)]
    [DataRow("log2", 4)]
    [DataRow("terms", 2)]
    [DataRow("lognet", 5)]
    public void LogActivationsCompileAndVerify(string scheme, int bits)
    {
        using TemporaryFolder folder = Folder();
        TestCommandLine compiled = Run(folder, $"compile NET.onnx -o OUT.barrel --weights {scheme} --activations log2{(bits == 4 ? "" : $" --activation-bits {bits}")}");
        Assert.AreEqual(0, compiled.ExitCode, compiled.Error);
        Assert.Contains("1 of 1 tensors hold log codes, 0 of them signed", compiled.Error);
        Assert.AreEqual(bits > 4, compiled.Error.Contains("15 exponents where 5 bits would allow 31", StringComparison.Ordinal), compiled.Error);
        Model model = Model.Load(File.ReadAllBytes(folder["OUT.barrel"]), 1 << 20);
        TensorInfo log = model.Tensors.Single(t => t.IsLog);
        Assert.AreEqual((Math.Min(bits, 4), 4, 0), (log.Bits, log.Channels, (int)log.Zeros[0]));
        TestCommandLine verified = Run(folder, "verify NET.onnx OUT.barrel");
        Assert.AreEqual(0, verified.ExitCode, verified.Error);
    }

    [TestMethod]
    public void AnExistingBlobIsReplaced()
    {
        using TemporaryFolder folder = Folder();
        folder.Text("OUT.barrel", "as it was");
        Assert.AreEqual(0, Run(folder, "compile NET.onnx -o OUT.barrel").ExitCode);
        Assert.HasCount(2, Directory.GetFileSystemEntries(folder.Path));
        Assert.AreEqual(0, Run(folder, "inspect OUT.barrel").ExitCode);
    }

    private static byte[] Blob(TemporaryFolder folder)
    {
        Assert.AreEqual(0, Run(folder, "compile NET.onnx -o first.barrel").ExitCode);
        byte[] blob = File.ReadAllBytes(folder["first.barrel"]);
        File.Delete(folder["first.barrel"]);
        return blob;
    }

    private static byte[] BoardJson(string name)
    {
        using Stream stream = typeof(Board).Assembly.GetManifestResourceStream(name + ".json")!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];

    private static string[] Listing(TemporaryFolder folder) => [.. Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static TestCommandLine Run(TemporaryFolder folder, string line) =>
        TestCommandLine.Run([.. line.Split(' ').Select((w, i) =>
            w.Contains("FOLDER", StringComparison.Ordinal) ? w.Replace("FOLDER", folder.Path, StringComparison.Ordinal)
            : i > 0 && w.Contains('.', StringComparison.Ordinal) && !char.IsDigit(w[0]) ? folder[w] : w)]);

    private static TemporaryFolder Folder(int width = 8, int channels = 4)
    {
        var folder = new TemporaryFolder();
        folder.Bytes("NET.onnx", Tiny(width, channels));
        return folder;
    }

    /// <summary>3×3 convolution, ReLU, 1×1 convolution.</summary>
    private static byte[] Tiny(int width = 8, int channels = 4) => new OnnxWriter(13, 1, 3, 8, width)
        .Floats("w", [channels, 3, 3, 3], Oracle.Random(27 * channels, 1))
        .Floats("b", [channels], Oracle.Random(channels, 2))
        .Floats("v", [2, channels, 1, 1], Oracle.Random(2 * channels, 3))
        .Node("Conv", ["x", "w", "b"], "a", Ints("pads", 1, 1, 1, 1))
        .Node("Relu", ["a"], "r")
        .Node("Conv", ["r", "v"], "y")
        .File();

    /// <summary>Two adds for each slope at least, where a convolution has three multiplications.</summary>
    private static byte[] Slopes() => new OnnxWriter(13, 1, 3, 8, 8)
        .Floats("w", [1, 3, 1, 1], Oracle.Random(3, 1))
        .Node("Conv", ["x", "w"], "a")
        .Node("LeakyRelu", ["a"], "y", Float("alpha", 0.3f))
        .File();

    /// <summary>An average that does not count its padding, which has no tap form.</summary>
    private static byte[] Average() => new OnnxWriter(13, 1, 3, 8, 8)
        .Node("AveragePool", ["x"], "y", Ints("kernel_shape", 3, 3), Ints("pads", 1, 1, 1, 1))
        .File();
}
