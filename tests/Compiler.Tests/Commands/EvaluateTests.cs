using System.Text.Json;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Metrics;
using Barrel.Compiler.Peers;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Peers;

namespace Barrel.Compiler.Tests.Commands;

[TestClass]
public class EvaluateTests
{
    private static readonly string[] Keys = ["samples", "meanIoU", "roadIoU", "classIoU", "pixelAccuracy", "top1", "top5"];

    [TestMethod]
    public void SegmentationGivesEveryKey()
    {
        using TemporaryFolder folder = Segmentation();
        TestCommandLine run = TestCommandLine.Run("evaluate", folder["net.onnx"], "--data", folder["data"], "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual("", run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Out);
        JsonElement root = json.RootElement;
        CollectionAssert.AreEqual(Keys, root.EnumerateObject().Select(p => p.Name).ToArray());
        Assert.AreEqual(2, root.GetProperty("samples").GetInt32());

        // 'red': 12 right and 4 wrong; 'green': 12 right, 4 missed; 'blue' is neither labelled nor answered.
        Assert.AreEqual(75, root.GetProperty("roadIoU").GetDouble());
        Assert.AreEqual(75, root.GetProperty("meanIoU").GetDouble());
        Assert.AreEqual("{\"red\":75,\"green\":75,\"blue\":null}", JsonSerializer.Serialize(root.GetProperty("classIoU")));
        Assert.AreEqual(85.7143, root.GetProperty("pixelAccuracy").GetDouble());
        Assert.AreEqual(JsonValueKind.Null, root.GetProperty("top1").ValueKind);
    }

    [TestMethod]
    public void ClassificationGivesEveryKey()
    {
        using var folder = new TemporaryFolder();
        folder.Bytes("net.onnx", TinyOnnx.ChannelMeans(3, 4, 4));
        folder.Text("net.card.json", """{"task": "classification", "classes": ["red", "green", "blue"]}""");
        folder.Image("data/red/a.png", 9, 9, 200, 0, 0);
        folder.Image("data/red/b.png", 2, 2, 0, 200, 0);
        folder.Image("data/blue/a.png", 4, 4, 0, 0, 200);
        folder.Image("data/blue/b.png", 4, 4, 0, 0, 200);
        TestCommandLine run = TestCommandLine.Run("evaluate", folder["net.onnx"], "--data", folder["data"], "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Out);
        CollectionAssert.AreEqual(Keys, json.RootElement.EnumerateObject().Select(p => p.Name).ToArray());
        Assert.AreEqual(75, json.RootElement.GetProperty("top1").GetDouble());
        Assert.AreEqual(JsonValueKind.Null, json.RootElement.GetProperty("top5").ValueKind);
        Assert.AreEqual(JsonValueKind.Null, json.RootElement.GetProperty("meanIoU").ValueKind);
        Assert.AreEqual("{}", json.RootElement.GetProperty("classIoU").GetRawText());
    }

    [TestMethod]
    public void SeveralModelsAreCompared()
    {
        using TemporaryFolder folder = Segmentation();
        TestCommandLine table = TestCommandLine.Run("evaluate", folder["net.onnx"], folder["swapped.onnx"], "--data", folder["data"]);
        Assert.AreEqual(0, table.ExitCode, table.Error);
        string road = table.Out.Split('\n').Single(l => l.StartsWith("road IoU", StringComparison.Ordinal));
        CollectionAssert.AreEqual(new[] { "road", "IoU", "75.00", "0.00", "(-75.00)" }, road.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("blue", table.Out);
        Assert.Contains($"{new FileInfo(folder["net.onnx"]).Length:N0}", table.Out.Split('\n').Single(l => l.StartsWith("file bytes", StringComparison.Ordinal)));

        TestCommandLine run = TestCommandLine.Run("evaluate", folder["net.onnx"], folder["swapped.onnx"], "--data", folder["data"], "--json");
        using JsonDocument json = JsonDocument.Parse(run.Out);
        Assert.AreEqual(0, json.RootElement.GetProperty("models")[1].GetProperty("roadIoU").GetDouble());
        Assert.AreEqual(folder["net.onnx"], json.RootElement.GetProperty("models")[0].GetProperty("model").GetString());
    }

    [TestMethod]
    public void ABlobIsComparedWithItsNetwork()
    {
        using TemporaryFolder folder = Segmentation();
        Assert.AreEqual(0, TestCommandLine.Run("compile", folder["net.onnx"], "-o", folder["net.barrel"], "--activation-bits", "6").ExitCode);
        TestCommandLine table = TestCommandLine.Run("evaluate", folder["net.onnx"], folder["net.barrel"], "--data", folder["data"]);
        Assert.AreEqual(0, table.ExitCode, table.Error);
        string[] Line(string name) => table.Out.Split('\n').Single(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        CollectionAssert.AreEqual(new[] { "75.00", "75.00", "(0.00)" }, Line("mIoU"));
        Assert.AreEqual("-", Line("adds/MAC")[0]);
        Assert.HasCount(2, Line("adds/MAC"));
        Assert.AreEqual("float", Line("activation bits")[0]);
        Assert.AreEqual($"{new FileInfo(folder["net.barrel"]).Length:N0}", Line("file bytes")[1]);
    }

    [TestMethod]
    public void LimitTakesSoMany()
    {
        using TemporaryFolder folder = Segmentation();
        TestCommandLine run = TestCommandLine.Run("evaluate", folder["net.onnx"], "--data", folder["data"], "--limit", "1");
        Assert.Contains("1 samples", run.Out);
    }

    [TestMethod]
    public void MaskOfOneChannelNeedsAThreshold()
    {
        using var folder = new TemporaryFolder();
        folder.Bytes("net.onnx", TinyOnnx.Identity(1, 1, 2, 2));
        folder.Image("data/images/a.png", 2, 2, 90, 90, 90);
        folder.Labels("data/labels/a.png", 2, 2, (_, _) => 1);
        folder.Text("net.card.json", """{"task": "segmentation", "classes": ["no", "yes"], "threshold": 89.5}""");
        TestCommandLine run = TestCommandLine.Run("evaluate", folder["net.onnx"], "--data", folder["data"]);
        Assert.Contains("100.00", run.Out);

        // Greater, not equal.
        folder.Text("net.card.json", """{"task": "segmentation", "classes": ["no", "yes"], "threshold": 90}""");
        run = TestCommandLine.Run("evaluate", folder["net.onnx"], "--data", folder["data"]);
        Assert.Contains(" 0.00", run.Out);
        Assert.DoesNotContain("100.00", run.Out);
        folder.Text("net.card.json", """{"task": "segmentation", "classes": ["no", "yes"]}""");
        TestCommandLine.Run("evaluate", folder["net.onnx"], "--data", folder["data"]).AssertError(PeerErrors.Output, "threshold");
    }

    [TestMethod]
    public void BadModelsAreOneLine()
    {
        using TemporaryFolder folder = Segmentation();
        folder.Text("text.onnx", "no protobuf\nat all");
        TestCommandLine.Run("evaluate", folder["text.onnx"], "--data", folder["data"], "--card", folder["net.card.json"])
            .AssertError(PeerErrors.NotLoaded, "text.onnx");
        TestCommandLine.Run("evaluate", folder["net.onnx"], "--data", folder["data"], "--card", folder["none.json"])
            .AssertError(CardErrors.Unreadable, "none.json");
        File.Delete(folder["net.card.json"]);
        TestCommandLine bare = TestCommandLine.Run("evaluate", folder["net.onnx"], "--data", folder["data"]);
        bare.AssertError(MetricErrors.Task, "net.onnx", "task");
        Assert.StartsWith("warning: ", bare.Error);
    }

    [TestMethod]
    public void BadDataIsOneLine()
    {
        using TemporaryFolder folder = Segmentation();
        folder.Text("data/images/2.png", "no image");
        TestCommandLine.Run("evaluate", folder["net.onnx"], "--data", folder["data"]).AssertError(DataErrors.BrokenImage, "2.png");
    }

    [TestMethod]
    public void ThreadsDoNotShowInTheResult()
    {
        using var folder = new TemporaryFolder();
        folder.Bytes("net.onnx", TinyOnnx.Identity(1, 3, 8, 8));
        var random = new Random(3);
        for (int i = 0; i < 40; i++)
        {
            byte Any() => (byte)random.Next(256);
            folder.Bytes($"images/{i}.png", TemporaryFolder.Png(12, 9, (_, _) => [Any(), Any(), Any()]));
            folder.Labels($"labels/{i}.png", 12, 9, (_, _) => (byte)random.Next(3));
        }

        var card = new ModelCard { Task = Runtime.Model.TaskSegmentation };
        using var network = new OnnxRuntimeNetwork(folder["net.onnx"], card);
        using var data = new SlowDataSet(DataSet.OpenLabelled(folder.Path, card.Task, [], -1));
        string[] results = [.. new[] { 1, 2, 7 }.Select(threads => JsonSerializer.Serialize(Evaluation.Run(network, data, null, threads)))];
        Assert.AreEqual(results[0], results[1]);
        Assert.AreEqual(results[0], results[2]);

        // Of several bad samples the first is named, however many threads met them.
        foreach (int i in new[] { 3, 30, 31, 9 })
            folder.Text($"images/{i}.png", "broken");
        for (int n = 0; n < 20; n++)
            Expect.Error(DataErrors.BrokenImage, () => Evaluation.Run(network, data, null, 7), folder["images/3.png"]);
    }

    // A network whose answer is the greatest of red, green, blue, and another with red and blue swapped.
    private static TemporaryFolder Segmentation()
    {
        var folder = new TemporaryFolder();
        folder.Bytes("net.onnx", TinyOnnx.Identity(1, 3, 4, 4));
        folder.Bytes("swapped.onnx", TinyOnnx.Identity(1, 3, 4, 4));
        const string Card = """
            {"task": "segmentation", "classes": ["red", "green", "blue"], "road": "red", "ignoreLabel": 9, "input": {"channels": "RGB"}}
            """;
        folder.Text("net.card.json", Card);
        folder.Text("swapped.card.json", Card.Replace("RGB", "BGR", StringComparison.Ordinal));

        // In the first frame a row of green is answered red, in the second a row does not count.
        folder.Image("data/images/1.png", 8, 8, 200, 0, 0);
        folder.Labels("data/labels/1.png", 8, 8, (_, y) => (byte)(y < 2 ? 1 : 0));
        folder.Image("data/images/2.png", 4, 4, 0, 200, 0);
        folder.Labels("data/labels/2.png", 4, 4, (_, y) => (byte)(y < 1 ? 9 : 1));
        return folder;
    }

    // Slow enough that no thread takes all samples before another has begun.
    private sealed class SlowDataSet(IDataSet data) : IDataSet
    {
        public int Count => data.Count;

        public Sample Load(int index)
        {
            Thread.Sleep(2);
            return data.Load(index);
        }

        public void Dispose() => data.Dispose();
    }
}
