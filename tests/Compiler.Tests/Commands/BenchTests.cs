using System.Text.Json;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Peers;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Import;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Commands;

[TestClass]
public class BenchTests
{
    private static readonly string[] Keys = ["macs", "runs", "ratios"];
    private static readonly string[] RunKeys = ["engine", "medianMs", "p95Ms", "peakBytes"];
    private static readonly string[] RatioKeys = ["onnxruntimeFp32OverBarrel", "onnxruntimeInt8OverBarrel"];

    private static string[] Supported => [.. Executors.All.Where(k => k.IsSupported).Select(k => k.Name)];

    [TestMethod]
    public void JsonHasEveryKeyAndEveryExecutor()
    {
        using TemporaryFolder folder = Compiled();
        TestCommandLine run = TestCommandLine.Run("bench", folder["net.barrel"], "--onnx", folder["net.onnx"], "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Out);
        CollectionAssert.AreEqual(Keys, NamesOf(json.RootElement));
        Assert.AreEqual(4 * 3 * 9 * 8 * 12, json.RootElement.GetProperty("macs").GetInt64());
        JsonElement[] runs = [.. json.RootElement.GetProperty("runs").EnumerateArray()];
        CollectionAssert.AreEqual((string[])[.. Supported, "onnxruntime-fp32"], runs.Select(r => r.GetProperty("engine").GetString()).ToArray());
        foreach (JsonElement engine in runs)
        {
            CollectionAssert.AreEqual(RunKeys, NamesOf(engine));
            double median = engine.GetProperty("medianMs").GetDouble();
            Assert.IsGreaterThan(0, median);
            Assert.IsGreaterThanOrEqualTo(median, engine.GetProperty("p95Ms").GetDouble());
        }

        // An executor holds at least the blob and the arena.
        foreach (JsonElement engine in runs[..^1])
            Assert.IsGreaterThan(new FileInfo(folder["net.barrel"]).Length + (3 * 8 * 12), engine.GetProperty("peakBytes").GetInt64());
        JsonElement ratios = json.RootElement.GetProperty("ratios");
        CollectionAssert.AreEqual(RatioKeys, NamesOf(ratios));
        double best = runs[..^1].Min(r => r.GetProperty("medianMs").GetDouble());
        double peer = runs[^1].GetProperty("medianMs").GetDouble();
        Assert.AreEqual(peer / best, ratios.GetProperty("onnxruntimeFp32OverBarrel").GetDouble(), 0.01 * peer / best);
        Assert.AreEqual(JsonValueKind.Null, ratios.GetProperty("onnxruntimeInt8OverBarrel").ValueKind);
    }

    [TestMethod]
    public void TableWithoutPeerSaysWhatRunsOneThread()
    {
        using TemporaryFolder folder = Compiled();
        TestCommandLine run = TestCommandLine.Run("bench", folder["net.barrel"], "--threads", "2");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.Contains("one thread", run.Error);
        foreach (string name in Supported)
            Assert.Contains(name, run.Out);
        Assert.DoesNotContain("onnxruntime", run.Out);
    }

    [TestMethod]
    public void ExecutorsThatDifferAreNotTimed()
    {
        using TemporaryFolder folder = Compiled();
        using var output = new StringWriter();
        using var error = new StringWriter();
        ExecutorKind wrong = new("wrong", 8, true, (model, _) => new WrongExecutor(model));
        int exitCode = Bench.Run(
            new BenchOptions(folder["net.barrel"], null, 1, Json: true), new Streams(output, error, ShowsProgress: false), [Executors.All[0], wrong]);
        Assert.AreEqual(1, exitCode);
        Assert.AreEqual("", output.ToString());
        Assert.Contains("wrong and swar64 differ", error.ToString());
    }

    [TestMethod]
    public void BadInputIsOneLine()
    {
        using TemporaryFolder folder = Compiled();
        folder.Text("broken.barrel", "no blob");
        folder.Text("broken.onnx", "no network");
        folder.Bytes("other.onnx", Network(8, 16));
        folder.Text("other.card.json", """{"task": "none"}""");
        TestCommandLine.Run("bench", folder["broken.barrel"]).AssertError(3001, "broken.barrel");
        TestCommandLine.Run("bench", folder["net.barrel"], "--onnx", folder["broken.onnx"]).AssertError(PeerErrors.NotLoaded, "broken.onnx");
        TestCommandLine.Run("bench", folder["net.barrel"], "--onnx", folder["other.onnx"]).AssertError(CommandErrors.Option, "other.onnx", "384", "288");
    }

    private static string[] NamesOf(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];

    private static byte[] Network(int height, int width) => new OnnxWriter(13, 1, 3, height, width)
        .Floats("w", [4, 3, 3, 3], [.. Enumerable.Range(0, 4 * 27).Select(i => MathF.Sin(i * i))])
        .Node("Conv", ["x", "w"], "c", OnnxWriter.Ints("pads", 1, 1, 1, 1))
        .Node("Relu", ["c"], "y")
        .File();

    private static TemporaryFolder Compiled()
    {
        var folder = new TemporaryFolder();
        folder.Bytes("net.onnx", Network(8, 12));
        folder.Text("net.card.json", """{"task": "none"}""");
        TestCommandLine compile = TestCommandLine.Run("compile", folder["net.onnx"], "-o", folder["net.barrel"]);
        Assert.AreEqual(0, compile.ExitCode, compile.Error);
        return folder;
    }

    private sealed class WrongExecutor(Model model) : Executor(model)
    {
        public override string Name => "wrong";

        public override void Run() => Arena.AsSpan().Clear();
    }
}
