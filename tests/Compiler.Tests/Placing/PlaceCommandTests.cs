using System.Text.Json;
using Barrel.Boards;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Packing;
using Barrel.Compiler.Placing;
using Barrel.Compiler.Tests.Commands;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Import;
using Barrel.Compiler.Tests.Reports;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Placing;

/// <summary>compile --board of a board with a chip, and inspect of what it made.</summary>
[TestClass]
public class PlaceCommandTests
{
    private static readonly string[] PlacementKeys = ["board", "pes", "segments", "passes", "loadBytes", "frameBytes", "frameMs", "computeNj", "linkNj", "layers"];
    private static readonly string[] LayerKeys = ["name", "pes", "segments", "passes", "evaluations"];

    [TestMethod]
    public void JsonHasThePlacement()
    {
        using TemporaryFolder folder = Folder();
        TestCommandLine compiled = TestCommandLine.RunIn(folder, "compile NET.onnx -o OUT.barrel --board tdnn-sram-65nm --json");
        Assert.AreEqual(0, compiled.ExitCode, compiled.Error);
        TestCommandLine inspected = TestCommandLine.RunIn(folder, "inspect OUT.barrel --json");
        Assert.AreEqual(compiled.Out, inspected.Out);
        using JsonDocument json = JsonDocument.Parse(compiled.Out);
        JsonElement placement = json.RootElement.GetProperty("placement");
        CollectionAssert.AreEqual(PlacementKeys, Keys(placement));
        JsonElement[] layers = [.. placement.GetProperty("layers").EnumerateArray()];
        Assert.HasCount(2, layers);
        foreach (JsonElement layer in layers)
            CollectionAssert.AreEqual(LayerKeys, Keys(layer));
        Assert.AreEqual("tdnn-sram-65nm", placement.GetProperty("board").GetString());
        Assert.AreEqual(1, placement.GetProperty("passes").GetInt32());
        Assert.AreEqual(layers.Sum(l => l.GetProperty("pes").GetInt64()), placement.GetProperty("pes").GetInt64());

        // 3x3 windows at each of 36 positions.
        Assert.AreEqual(36, layers[0].GetProperty("evaluations").GetInt32());
        double bytes = placement.GetProperty("frameBytes").GetDouble();
        Assert.AreEqual(bytes * 8 / 10_000_000 * 1000, placement.GetProperty("frameMs").GetDouble(), 1e-6);
        Assert.AreEqual(bytes * 8 * 0.1, placement.GetProperty("linkNj").GetDouble(), 1e-6);
        Model model = Model.Load(File.ReadAllBytes(folder["OUT.barrel"]), 1 << 20);
        ChipTraffic traffic = ChipTraffic.Of(model, model.Placement!, 1024);
        Assert.AreEqual(traffic.FrameBytes, (long)bytes);
        Assert.AreEqual(traffic.RacingPes * 20.6e-6, placement.GetProperty("computeNj").GetDouble(), 1e-6);
    }

    [TestMethod]
    public void TheTableNamesLayersAndTotals()
    {
        using TemporaryFolder folder = Folder();
        TestCommandLine compiled = TestCommandLine.RunIn(folder, "compile NET.onnx -o OUT.barrel --board tdnn-reram-blueprint");
        Assert.AreEqual(0, compiled.ExitCode, compiled.Error);
        foreach (string part in new[] { "on the chip", "evaluations", "ReRAM of 65,536 segments of 64 PEs: 1 pass,", "a frame on the link: ", " ms at 10 MHz", "20.6 fJ a PE", "100 pJ a bit" })
            Assert.Contains(part, compiled.Out);
        TestCommandLine inspected = TestCommandLine.RunIn(folder, "inspect OUT.barrel");
        Assert.StartsWith(inspected.Out.TrimEnd(), compiled.Out);
        Assert.DoesNotContain("on the chip", TestCommandLine.RunIn(folder, "compile NET.onnx -o OUT.barrel --board raspberry-pi-5").Out);
    }

    [TestMethod]
    public void ABoardOfTheUsersOwnIsPlacedForAndItsBlobInspected()
    {
        using TemporaryFolder folder = Folder();
        folder.Text("chip.json", BoardJson("\"name\": \"tdnn-sram-65nm\"", "\"name\": \"our-chip\""));
        TestCommandLine compiled = TestCommandLine.RunIn(folder, "compile NET.onnx -o OUT.barrel --board FOLDER/chip.json");
        Assert.AreEqual(0, compiled.ExitCode, compiled.Error);
        Assert.Contains("placed for our-chip", compiled.Out);
        Assert.Contains("a frame on the link", compiled.Out);
        TestCommandLine inspected = TestCommandLine.RunIn(folder, "inspect OUT.barrel");
        Assert.Contains("placed for our-chip", inspected.Out);
        Assert.DoesNotContain("a frame on the link", inspected.Out);
        using JsonDocument json = JsonDocument.Parse(TestCommandLine.RunIn(folder, "inspect OUT.barrel --json").Out);
        Assert.AreEqual(JsonValueKind.Null, json.RootElement.GetProperty("placement").GetProperty("frameMs").ValueKind);
        Assert.IsGreaterThan(0, json.RootElement.GetProperty("placement").GetProperty("pes").GetInt64());
    }

    [TestMethod]
    public void ANameInABlobIsNoPath()
    {
        using TemporaryFolder folder = Folder();
        string path = folder.Text("chip.json", BoardJson());
        Model model = BinaryNetwork.Make(new Random(1), 20, true, new BinarySpec(4));
        Placement placement = Placer.Place(model, Barrel.Boards.Boards.Find(path)).Placement;
        foreach (string name in new[] { path, "no-such-board", "raspberry-pi-5" })
        {
            placement.Board = name;
            folder.Bytes("OUT.barrel", PlacementWriter.Append(model.Blob, placement));
            TestCommandLine inspected = TestCommandLine.RunIn(folder, "inspect OUT.barrel");
            Assert.AreEqual(0, inspected.ExitCode, inspected.Error);
            Assert.Contains("no board of this name and geometry is known", inspected.Out);
        }
    }

    [TestMethod]
    public void FaultsArePlacedAround()
    {
        using TemporaryFolder folder = Folder();
        Board board = Barrel.Boards.Boards.Find("tdnn-sram-65nm");
        ChipFaultMap map = TestChip.Faults(new Random(9), board, 300);
        map.Save(folder["map.json"]);
        TestCommandLine compiled = TestCommandLine.RunIn(folder, "compile NET.onnx -o OUT.barrel --board tdnn-sram-65nm --faults FOLDER/map.json");
        Assert.AreEqual(0, compiled.ExitCode, compiled.Error);
        Assert.Contains("300 bad PEs", compiled.Error);
        Model model = Model.Load(File.ReadAllBytes(folder["OUT.barrel"]), 1 << 20);
        Assert.AreEqual("", TestChip.Misplaced(model.Placement!, map));
    }

    [TestMethod]
    public void SumsStayInSoftwareOnAChipWithoutMargins()
    {
        using TemporaryFolder folder = Folder();
        folder.Text("chip.json", BoardJson("\"marginBits\": 12", "\"marginBits\": 0"));
        TestCommandLine compiled = TestCommandLine.RunIn(folder, "compile NET.onnx -o OUT.barrel --board FOLDER/chip.json");
        Assert.AreEqual(0, compiled.ExitCode, compiled.Error);
        Assert.Contains("needs sums of chains, and the chip gives only signs: it stays in software", compiled.Error);
        Model model = Model.Load(File.ReadAllBytes(folder["OUT.barrel"]), 1 << 20);
        Assert.HasCount(1, model.Placement!.Layers);
    }

    [TestMethod]
    public void BoardsSayWhichChipTheyHave()
    {
        Assert.Contains("SRAM 512x64", TestCommandLine.Run("boards").Out);
        using JsonDocument json = JsonDocument.Parse(TestCommandLine.Run("boards", "--json").Out);
        JsonElement[] chips = [.. json.RootElement.GetProperty("boards").EnumerateArray().Where(b => b.TryGetProperty("chip", out _)).Select(b => b.GetProperty("chip"))];
        Assert.HasCount(2, chips);
        Assert.AreEqual(65536, chips[0].GetProperty("segments").GetInt32());
    }

    [TestMethod]
    [DataRow(390)]
    [DataRow(1200)]
    public void TheReportShowsTheArray(int width)
    {
        using TemporaryFolder folder = Folder();
        folder.Text("chip.json", BoardJson("\"segments\": 512", "\"segments\": 24"));
        TestCommandLine run = TestCommandLine.RunIn(folder, "compile NET.onnx -o OUT.barrel --board FOLDER/chip.json --report FOLDER/report");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        string page = File.ReadAllText(folder["report/index.html"]);
        Assert.Contains("<h2>On the TDNN chip</h2>", page);
        Placement placement = Model.Load(File.ReadAllBytes(folder["OUT.barrel"]), 1 << 20).Placement!;
        Assert.IsGreaterThan(1, placement.Passes);
        for (int pass = 1; pass <= placement.Passes; pass++)
            Assert.Contains($"aria-label=\"segments in pass {pass}\"", page);
        string? browser = Browser.Find();
        if (browser is null)
            Assert.Inconclusive("no chromium in PATH");
        (JsonElement found, string[] console) = Browser.Look(browser!, folder, page, width);
        Assert.AreEqual("", string.Join('\n', console));
        Assert.AreEqual(width, found.GetProperty("scrollWidth").GetInt32(), "the page is wider than its view");
        foreach (string none in new[] { "outside", "smallTexts", "requests" })
            Assert.AreEqual("[]", found.GetProperty(none).GetRawText(), none);
    }

    [TestMethod]
    [DataRow("compile FLOAT.onnx -o OUT.barrel --board tdnn-sram-65nm", PlacingErrors.NothingToPlace, "32768 PEs")]
    [DataRow("compile SUMS.onnx -o OUT.barrel --board FOLDER/no-margins.json", PlacingErrors.NothingToPlace, "sums of chains")]
    [DataRow("compile NET.onnx -o OUT.barrel --board FOLDER/few-inputs.json", PlacingErrors.ChainTooLong, "1024 PEs and 64 input bits")]
    [DataRow("compile NET.onnx -o OUT.barrel --board FOLDER/small-reram.json", PlacingErrors.WearsOut, "inferences (1000000 cycles)")]
    [DataRow("compile NET.onnx -o OUT.barrel --board FOLDER/all-bad.json --faults FOLDER/all-bad-map.json", PlacingErrors.NoRoom, "between its bad PEs")]
    [DataRow("compile NET.onnx -o OUT.barrel --faults FOLDER/map.json", CommandErrors.Option, "--board")]
    [DataRow("compile NET.onnx -o OUT.barrel --board raspberry-pi-5 --faults FOLDER/map.json", BoardErrors.OtherFaultMap, "has none")]
    [DataRow("compile NET.onnx -o OUT.barrel --board tdnn-reram-blueprint --faults FOLDER/map.json", BoardErrors.OtherFaultMap, "tdnn-sram-65nm")]
    [DataRow("compile NET.onnx -o OUT.barrel --board tdnn-sram-65nm --faults FOLDER/none.json", BoardErrors.UnreadableFaultMap, "none.json")]
    [DataRow("compile NET.onnx -o OUT.barrel --board tdnn-sram-65nm --faults NET.onnx", BoardErrors.InvalidFaultMap, "fault map")]
    public void WhatCannotBePlacedIsOneErrorAndNothingIsWritten(string line, int code, string part)
    {
        using TemporaryFolder folder = Folder();
        folder.Bytes("FLOAT.onnx", new OnnxWriter(13, 1, 1, 8, 8).Floats("w", [4, 1, 3, 3], Oracle.Random(36, 1)).Node("Conv", ["x", "w"], "y").File());
        folder.Bytes("SUMS.onnx", new OnnxWriter(13, 1, 1, 8, 8).Node("Sign", ["x"], "s").Floats("w", [4, 1, 3, 3], Signs(36, 1)).Node("Conv", ["s", "w"], "y").File());
        folder.Text("no-margins.json", BoardJson("\"marginBits\": 12", "\"marginBits\": 0"));
        folder.Text("few-inputs.json", BoardJson("\"segments\": 512", "\"segments\": 16", "\"inputBits\": 4096", "\"inputBits\": 64"));
        folder.Text("small-reram.json", BoardJson("\"segments\": 512", "\"segments\": 16", "\"kind\": \"sram\"", "\"kind\": \"reram\"", "\"enduranceCycles\": 0", "\"enduranceCycles\": 1000000"));
        folder.Text("all-bad.json", BoardJson("\"segments\": 512", "\"segments\": 16"));
        TestChip.Faults(new Random(1), Barrel.Boards.Boards.Find("tdnn-sram-65nm"), 5).Save(folder["map.json"]);
        new ChipFaultMap
        {
            Board = "tdnn-sram-65nm", Serial = 1, Segments = 16, SegmentPes = 64, Faults = [.. Enumerable.Range(0, 16).Select(s => new ChipFault { Segment = s, Pe = 0, Kind = ChipFault.Dead })],
        }.Save(folder["all-bad-map.json"]);
        TestCommandLine.Refused(folder, line, code, part);
    }

    /// <summary>A 3x3 convolution of signs to 8 signs at 36 positions, and 10 sums of all of them.</summary>
    internal static TemporaryFolder Folder()
    {
        TemporaryFolder folder = new();
        folder.Bytes("NET.onnx", new OnnxWriter(13, 1, 1, 8, 8)
            .Node("Sign", ["x"], "s")
            .Floats("w", [8, 1, 3, 3], Signs(72, 1))
            .Node("Conv", ["s", "w"], "a")
            .Node("Sign", ["a"], "b")
            .Floats("v", [10, 8, 6, 6], Signs(2880, 2))
            .Node("Conv", ["b", "v"], "y")
            .File());
        return folder;
    }

    private static float[] Signs(int count, int seed) => Array.ConvertAll(Oracle.Random(count, seed), v => v < 0 ? -1f : 1f);

    /// <summary>The SRAM board with texts replaced by others.</summary>
    private static string BoardJson(params string[] changes)
    {
        using Stream stream = typeof(Barrel.Boards.Boards).Assembly.GetManifestResourceStream("tdnn-sram-65nm.json")!;
        using StreamReader reader = new(stream);
        string json = reader.ReadToEnd();
        for (int i = 0; i < changes.Length; i += 2)
        {
            Assert.Contains(changes[i], json);
            json = json.Replace(changes[i], changes[i + 1], StringComparison.Ordinal);
        }

        return json;
    }

    private static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];
}
