using System.Text.Json;
using System.Text.RegularExpressions;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Reports;
using Barrel.Compiler.Reports.Html;
using Barrel.Compiler.Tests.Commands;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Import;
using Barrel.Compiler.Tests.Peers;
using Barrel.Runtime;
using static Barrel.Compiler.Tests.Import.OnnxWriter;

namespace Barrel.Compiler.Tests.Reports;

/// <summary>The page of <c>compile --report</c>: what it holds, and how a browser takes it.</summary>
[TestClass]
public partial class ReportPageTests
{
    private const int BytesMax = 2 << 20;

    private static readonly string[] Sections =
        ["Accuracy against adds", "Sample frames", "Layers", "Exponents", "Memory over time", "Energy, estimated"];

    [TestMethod]
    [DataRow(390)]
    [DataRow(1200)]
    public void ABrowserShowsTheReportOfTheRoadNetwork(int width)
    {
        string? browser = Browser.Find();
        if (browser is null)
            Assert.Inconclusive("no chromium in PATH");
        using TemporaryFolder folder = new();
        for (int i = 0; i < 3; i++)
        {
            int seed = i;
            folder.Bytes($"data/images/{i}.png", TemporaryFolder.Png(120, 90, (x, y) => [(byte)(x * 2), (byte)((y * 2) + seed), (byte)(x ^ y)]));
            folder.Labels($"data/labels/{i}.png", 120, 90, (x, y) => (byte)((x / 40) + (y / 45)));
        }

        string page = Report(folder, RoadNetwork(), "--calibrate", folder["data"], "--data", folder["data"]);
        (JsonElement found, string[] console) = Browser.Look(browser!, folder, page, width);
        Assert.AreEqual("", string.Join('\n', console));
        Assert.AreEqual(width, found.GetProperty("width").GetInt32());
        Assert.AreEqual(width, found.GetProperty("scrollWidth").GetInt32(), "the page is wider than its view");
        foreach (string none in new[] { "outside", "smallTexts", "requests" })
            Assert.AreEqual("[]", found.GetProperty(none).GetRawText(), none);
        CollectionAssert.AreEqual(Sections, found.GetProperty("headings").EnumerateArray().Select(e => e.GetString()).ToArray());
        Assert.AreEqual(0, found.GetProperty("brokenImages").GetInt32());
        Assert.AreEqual(3 * 5, found.GetProperty("images").GetInt32(), "frame, label, float, quantized, difference");
        Assert.IsGreaterThan(12, found.GetProperty("charts").GetInt32());
    }

    [TestMethod]
    public void ThePageIsOneFileThatAsksForNothing()
    {
        using TemporaryFolder folder = new();
        folder.Bytes("net.onnx", Small("conv"));
        string page = Report(folder, folder["net.onnx"]);
        Assert.IsFalse(Elsewhere().IsMatch(page), Elsewhere().Match(page).Value);
        Assert.DoesNotContain("<script", page);
        Assert.Contains("default-src 'none'", page);
        Assert.Contains("width=device-width", page);
        Assert.IsLessThan(BytesMax, page.Length);
        CollectionAssert.AreEqual(new[] { folder["report/index.html"] }, Directory.GetFileSystemEntries(folder["report"]));
        foreach (string assumption in EnergyEstimate.Assumptions)
            Assert.Contains(new HtmlText().Add($"{assumption}").ToString(), page);

        // Of the curve's budgets all but the blob's own are near it, and one line of the table is the blob's.
        Assert.HasCount(1, ThisBlob().Matches(page));
        Assert.Contains("0.6 adds per MAC", page);
        Assert.Contains("output signal-to-noise", page);
    }

    [TestMethod]
    public void NamesFromTheNetworkAreText()
    {
        const string Evil = "\"><script>alert(1)</script><img src=x onerror=alert(2)>\u0007";
        using TemporaryFolder folder = new();
        folder.Bytes("net.onnx", Small(Evil));
        folder.Text("net.card.json", JsonSerializer.Serialize(new { task = "segmentation", classes = new[] { Evil, "b" } }));
        string page = Report(folder, folder["net.onnx"]);
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("<img src=x", page);
        Assert.DoesNotContain("\u0007", page);
        Assert.Contains("&lt;script&gt;alert(1)", page);
    }

    [TestMethod]
    public void ClassifiersShowBothAnswers()
    {
        using TemporaryFolder folder = new();
        folder.Bytes("net.onnx", TinyOnnx.ChannelMeans(3, 4, 4));
        folder.Text("net.card.json", """{"task": "classification", "classes": ["red", "green", "blue"]}""");
        folder.Image("data/red/a.png", 4, 4, 200, 10, 0);
        folder.Image("data/green/b.png", 4, 4, 0, 200, 10);
        string page = Report(folder, folder["net.onnx"], "--calibrate", folder["data"], "--data", folder["data"]);
        Assert.Contains("<dt>label</dt><dd>red</dd><dt>float</dt><dd>red</dd><dt>quantized</dt><dd>red</dd>", page);
        Assert.Contains("<dt>label</dt><dd>green</dd><dt>float</dt><dd>green</dd><dt>quantized</dt><dd>green</dd>", page);
        Assert.Contains("top-1", page);
        Assert.Contains("2 samples of the labelled data", page);
    }

    [TestMethod]
    public void AReportThatCannotBeWrittenIsAnErrorBeforeTheWork()
    {
        using TemporaryFolder folder = new();
        folder.Bytes("net.onnx", Small("conv"));
        folder.Text("taken", "a file");
        TestCommandLine run = TestCommandLine.Run("compile", folder["net.onnx"], "-o", folder["net.barrel"], "--report", folder["taken"]);
        run.AssertError(CommandErrors.Unwritable);
        Assert.IsFalse(File.Exists(folder["net.barrel"]));
    }

    [TestMethod]
    public void TensorsOfThePlanLieApartWhileTheyLive()
    {
        using TemporaryFolder folder = new();
        TestCommandLine run = TestCommandLine.Run("compile", RoadNetwork(), "-o", folder["net.barrel"]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Model model = Model.Load(File.ReadAllBytes(folder["net.barrel"]), 1 << 24);
        PlannedTensor[] plan = MemoryPlan.Of(model);
        Assert.HasCount(model.Tensors.Length, plan);
        foreach (PlannedTensor a in plan)
            foreach (PlannedTensor b in plan.Where(b => b != a && a.FirstStep <= b.LastStep && b.FirstStep <= a.LastStep))
                Assert.IsTrue(
                    a.Tensor.ArenaOffset + a.Bytes <= b.Tensor.ArenaOffset || b.Tensor.ArenaOffset + b.Bytes <= a.Tensor.ArenaOffset, $"{a.Name} and {b.Name} overlap");
        Assert.AreEqual(model.Layers.Length - 1, plan[^1].LastStep, "the output is alive at the end");
        Assert.IsLessThanOrEqualTo(model.ArenaBytes, MemoryPlan.Peak(model).Bytes);
    }

    private static string Report(TemporaryFolder folder, string model, params string[] options)
    {
        TestCommandLine run = TestCommandLine.Run(["compile", model, "-o", folder["net.barrel"], "--report", folder["report"], .. options]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return File.ReadAllText(folder["report/index.html"]);
    }

    private static byte[] Small(string name) => new OnnxWriter(13, 1, 3, 8, 8)
        .Floats("w", [4, 3, 3, 3], Oracle.Random(108, 1))
        .Floats("v", [2, 4, 1, 1], Oracle.Random(8, 2))
        .Node("Conv", ["x", "w"], name, Ints("pads", 1, 1, 1, 1))
        .Node("Relu", [name], "r")
        .Node("Conv", ["r", "v"], "y")
        .File();

    private static string RoadNetwork()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Barrel.slnx")))
                return Path.Combine(d.FullName, "firmware-host", "Models", "road.onnx");
        throw new DirectoryNotFoundException("no Barrel.slnx above the tests");
    }

    [GeneratedRegex("(https?:)?//[a-z][^\"'<> ]*|url\\([^)]*\\)|@import[^;]*|(src|href)=\"(?!data:)[^\"]*", RegexOptions.IgnoreCase)]
    private static partial Regex Elsewhere();

    [GeneratedRegex(@"\(this blob\)")]
    private static partial Regex ThisBlob();
}
