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
    private static readonly string[] Keys = ["macs", "runs", "ratios", "ratiosByThreads", "int8"];
    private static readonly string[] RunKeys = ["engine", "threads", "medianMs", "p95Ms", "peakBytes"];
    private static readonly string[] RatioKeys = ["onnxruntimeFp32OverBarrel", "onnxruntimeInt8OverBarrel"];

    private static readonly string[] CensusKeys = ["qLinearConv", "qLinearAdd", "floatProducts", "sqnrDb"];

    /// <summary>What peers run with where no number is asked for.</summary>
    private static int[] PeerThreads => [.. new[] { 1, Environment.ProcessorCount }.Distinct()];

    private static string[] OurRuns(int[] threads) =>
        [.. Executors.All.Where(k => k.IsSupported && k.Name != ChainExecutor.ExecutorName).SelectMany(k => (k.IsThreaded ? threads : [1]).Select(n => $"{k.Name} {n}"))];

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
        CollectionAssert.AreEqual(
            (string[])[.. OurRuns(PeerThreads), .. PeerRuns("onnxruntime-fp32"), .. PeerRuns("onnxruntime-int8")],
            runs.Select(r => $"{r.GetProperty("engine").GetString()} {r.GetProperty("threads").GetInt32()}").ToArray());
        foreach (JsonElement engine in runs)
        {
            CollectionAssert.AreEqual(RunKeys, NamesOf(engine));
            double median = engine.GetProperty("medianMs").GetDouble();
            Assert.IsGreaterThan(0, median);
            Assert.IsGreaterThanOrEqualTo(median, engine.GetProperty("p95Ms").GetDouble());
        }

        // An executor holds at least the blob and the arena.
        JsonElement[] ours = runs[..OurRuns(PeerThreads).Length];
        foreach (JsonElement engine in ours)
            Assert.IsGreaterThan(new FileInfo(folder["net.barrel"]).Length + (3 * 8 * 12), engine.GetProperty("peakBytes").GetInt64());
        double Best(int threads) => ours.Where(r => r.GetProperty("threads").GetInt32() <= threads).Min(r => r.GetProperty("medianMs").GetDouble());
        AssertRatios(json.RootElement.GetProperty("ratios"), runs, Best(1), threads: 1);
        JsonElement byThreads = json.RootElement.GetProperty("ratiosByThreads");
        CollectionAssert.AreEqual(PeerThreads.Select(n => $"{n}").ToArray(), NamesOf(byThreads));
        foreach (int threads in PeerThreads)
            AssertRatios(byThreads.GetProperty($"{threads}"), runs, Best(threads), threads);
        JsonElement census = json.RootElement.GetProperty("int8");
        CollectionAssert.AreEqual(CensusKeys, NamesOf(census));
        Assert.AreEqual(1, census.GetProperty("qLinearConv").GetInt32());
        Assert.AreEqual(0, census.GetProperty("floatProducts").GetInt32());
        Assert.IsGreaterThan(30, census.GetProperty("sqnrDb").GetDouble());
    }

    [TestMethod]
    public void TableWithoutPeerHasEveryExecutorWithItsThreads()
    {
        using TemporaryFolder folder = Compiled();
        TestCommandLine run = TestCommandLine.Run("bench", folder["net.barrel"], "--threads", "2");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        foreach (string engine in OurRuns([2]))
            Assert.MatchesRegex($"(?m)^{engine.Replace(" ", " +")} ", run.Out);
        Assert.DoesNotContain("onnxruntime", run.Out);
    }

    [TestMethod]
    public void ExecutorsThatDifferAreNotTimed()
    {
        using TemporaryFolder folder = Compiled();
        using var output = new StringWriter();
        using var error = new StringWriter();
        ExecutorKind wrong = new("wrong", 8, true, false, (model, _) => new WrongExecutor(model));
        int exitCode = Bench.Run(
            new BenchOptions(folder["net.barrel"], null, null, 1, Json: true), new Streams(output, error, ShowsProgress: false), _ => [Executors.All.Single(k => k.Name == SwarExecutor.ExecutorName), wrong]);
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

    [TestMethod]
    public void NetworkWithoutProductsHasNoInt8Peer()
    {
        using TemporaryFolder folder = Compiled();
        // What the blob was compiled from is only known by its size: a peer that has nothing to multiply stands in.
        folder.Bytes("pool.onnx", new OnnxWriter(13, 1, 3, 8, 12).Node("Relu", ["x"], "y").File());
        folder.Text("pool.card.json", """{"task": "none"}""");
        TestCommandLine run = TestCommandLine.Run("bench", folder["net.barrel"], "--onnx", folder["pool.onnx"], "--threads", "1", "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.Contains("no 8-bit peer", run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Out);
        Assert.AreEqual(JsonValueKind.Null, json.RootElement.GetProperty("int8").ValueKind);
        Assert.AreEqual(JsonValueKind.Null, json.RootElement.GetProperty("ratios").GetProperty("onnxruntimeInt8OverBarrel").ValueKind);
        Assert.AreEqual(JsonValueKind.Number, json.RootElement.GetProperty("ratios").GetProperty("onnxruntimeFp32OverBarrel").ValueKind);
    }

    private static IEnumerable<string> PeerRuns(string engine) => PeerThreads.Select(threads => $"{engine} {threads}");

    private static void AssertRatios(JsonElement ratios, JsonElement[] runs, double best, int threads)
    {
        CollectionAssert.AreEqual(RatioKeys, NamesOf(ratios));
        foreach ((string engine, string key) in new[] { "onnxruntime-fp32", "onnxruntime-int8" }.Zip(RatioKeys))
        {
            JsonElement peer = runs.Single(r => r.GetProperty("engine").GetString() == engine && r.GetProperty("threads").GetInt32() == threads);
            double expected = peer.GetProperty("medianMs").GetDouble() / best;
            Assert.AreEqual(expected, ratios.GetProperty(key).GetDouble(), 0.01 * expected);
        }
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
