using System.Text.Json;
using System.Xml.Linq;
using Barrel.Compiler.Packing;
using Barrel.Host.Commands;
using Barrel.Runtime;
using Barrel.Runtime.Tests.Models;

namespace Barrel.Host.Tests.Chip;

/// <summary>The commands for a chip, and <c>run</c> with one, from their command lines on.</summary>
[TestClass]
public class ChipCommandTests
{
    private const string BoardName = "tdnn-sram-65nm";

    private static string folder = "";

    [ClassInitialize]
    public static void Write(TestContext context)
    {
        folder = Directory.CreateTempSubdirectory("barrel-chip-").FullName;
        byte[] blob = RoadNetwork();
        File.WriteAllBytes(Path.Combine(folder, "plain.barrel"), blob);
        Model model = Model.Load(blob, int.MaxValue);
        PlacedModels.Place(model, Boards.Boards.Find(BoardName).Chip!);
        model.Placement!.Board = BoardName;
        File.WriteAllBytes(Path.Combine(folder, "road.barrel"), PlacementWriter.Append(blob, model.Placement));
    }

    [ClassCleanup]
    public static void Remove() => Directory.Delete(folder, recursive: true);

    [TestMethod]
    public void ProbeTellsWhatTheChipIs()
    {
        using JsonDocument json = Json("chip", "probe", "--json", "--emulate", "serial=255");
        JsonElement root = json.RootElement;
        Assert.AreEqual("sram", root.GetProperty("kind").GetString());
        Assert.AreEqual("000000ff", root.GetProperty("serial").GetString());
        Assert.AreEqual(32768, root.GetProperty("pes").GetInt32());
        (int exitCode, string output, _) = Run("chip", "probe");
        Assert.AreEqual(0, exitCode);
        Assert.Contains("512 segments of 64 PEs", output);
        Assert.Contains("self-test passed", output);
    }

    [TestMethod]
    public void LoadReadsBackWhatItWrote()
    {
        using JsonDocument json = Json("chip", "load", "--json", "--model", Blob("road"), "--emulate", "ber=1e-5");
        Assert.AreEqual(1, json.RootElement.GetProperty("passes").GetInt32());
        Assert.IsGreaterThan(9, json.RootElement.GetProperty("segmentsWritten").GetInt64());
    }

    [TestMethod]
    public void TestFindsNothingOnAGoodChip()
    {
        string junit = Path.Combine(folder, "good.xml"), csv = Path.Combine(folder, "good.csv");
        using JsonDocument json = Json("chip", "test", "--json", "--model", Blob("road"), "--data", "scene:3:64x48", "--limit", "7", "--margins", "--junit", junit, "--csv", csv);
        JsonElement root = json.RootElement;
        Assert.AreEqual(7, root.GetProperty("vectors").GetInt32());
        Assert.AreEqual(0, root.GetProperty("mismatches").GetInt32());
        Assert.AreEqual(JsonValueKind.Null, root.GetProperty("firstMismatch").ValueKind);
        Assert.AreEqual(0, root.GetProperty("transferErrors").GetInt32());
        Assert.AreEqual(2, root.GetProperty("margins").GetArrayLength());
        XElement suite = XDocument.Load(junit).Root!.Element("testsuite")!;
        Assert.AreEqual("7", suite.Attribute("tests")!.Value);
        Assert.AreEqual(7, suite.Elements("testcase").Count());
        Assert.IsEmpty(suite.Descendants("failure"));
        Assert.HasCount(8, File.ReadAllLines(csv));
    }

    [TestMethod]
    public void TestFindsABadChipAndExitsWithOne()
    {
        string junit = Path.Combine(folder, "bad.xml");
        string[] line = ["chip", "test", "--model", Blob("road"), "--data", "scene:3:64x48", "--limit", "5", "--emulate", "faults=9000,seed=2", "--junit", junit];
        (int exitCode, string output, string error) = Run([.. line, "--json"]);
        Assert.AreEqual(1, exitCode, error);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.AreEqual(5, json.RootElement.GetProperty("mismatches").GetInt32());
        Assert.Contains("layer", json.RootElement.GetProperty("firstMismatch").GetProperty("what").GetString()!);
        Assert.HasCount(5, XDocument.Load(junit).Descendants("failure"));
        Assert.Contains("5 differ from the reference", Run(line).Output);
    }

    /// <summary>With a chip, with one that is pulled out in the middle, and without any: the same decisions, masks and pins.</summary>
    [TestMethod]
    [DataRow("")]
    [DataRow("ber=1e-5")]
    [DataRow("unplug=300")]
    [DataRow("hang=300")]
    [DataRow("reset=300")]
    public void RunDecidesTheSameWithAChip(string emulation)
    {
        string[] line = ["run", "--model", Blob("road"), "--camera", "scene:5:64x48", "--frames", "12", "--overlay"];
        string alone = Path.Combine(folder, "alone" + emulation), chip = Path.Combine(folder, "chip" + emulation);
        Assert.AreEqual(0, Run([.. line, alone]).ExitCode);
        (int exitCode, string output, string error) = Run([.. line, chip, "--link", "emulator", "--emulate", emulation]);
        Assert.AreEqual(0, exitCode, error);
        Assert.Contains("with TDNN chip", output);
        bool fails = emulation.StartsWith("unplug", StringComparison.Ordinal) || emulation.StartsWith("hang", StringComparison.Ordinal);
        Assert.HasCount(fails ? 1 : 0, error.Split('\n').Where(l => l.Contains("the chip failed", StringComparison.Ordinal)).ToArray(), error);
        string[] frames = [.. Directory.GetFiles(alone).Order(StringComparer.Ordinal)];
        Assert.HasCount(12, frames);
        foreach (string frame in frames)
            CollectionAssert.AreEqual(File.ReadAllBytes(frame), File.ReadAllBytes(Path.Combine(chip, Path.GetFileName(frame))), frame);
    }

    [TestMethod]
    [DataRow("BRL5001", "chip probe --link i2c:1", "i2c:1")]
    [DataRow("BRL5001", "chip probe --link spi:0", "spi:0")]
    [DataRow("BRL5002", "chip probe --link spi:200.7", "/dev/spidev200.7")]
    [DataRow("BRL5005", "chip probe --emulate hang=2", "500 ms")]
    [DataRow("BRL5003", "chip probe --emulate unplug=2", "9 tries")]
    [DataRow("BRL5004", "chip probe --emulate ber=0.01", "9 tries")]
    [DataRow("BRL5014", "chip probe --emulate speed=3", "speed")]
    [DataRow("BRL5014", "chip probe --emulate static=-1", "0 to 100")]
    [DataRow("BRL5014", "chip probe --emulate faults=1.5", "whole")]
    [DataRow("BRL5014", "chip probe --link spi:0.0 --emulate static=1", "--link emulator")]
    [DataRow("BRL5011", "chip probe --board raspberry-pi-5", "raspberry-pi-5")]
    [DataRow("BRL5011", "chip load --model FOLDER/plain.barrel", "no layer on a chip")]
    [DataRow("BRL5008", "chip load --model FOLDER/road.barrel --board tdnn-reram-blueprint", "placed for tdnn-sram-65nm")]
    [DataRow("BRL4030", "chip test --model FOLDER/none.barrel --data scene:1", "none.barrel")]
    [DataRow("BRL4021", "chip test --model FOLDER/road.barrel --data FOLDER/none", "none")]
    [DataRow("BRL4029", "chip test --model FOLDER/road.barrel --data scene:1:64x48 --limit 1 --csv FOLDER/no/such", "no/such")]
    [DataRow("BRL5011", "run --model FOLDER/plain.barrel --camera scene:1:64x48 --link emulator", "no layer on a chip")]
    public void BadInputIsOneLine(string code, string line, string part)
    {
        (int exitCode, string output, string error) = Run(line.Replace("FOLDER", folder, StringComparison.Ordinal).Split(' '));
        Assert.AreEqual(2, exitCode, error);
        Assert.AreEqual("", output);
        Assert.HasCount(1, error.Trim().Split('\n'), error);
        Assert.StartsWith($"error {code}: ", error);
        Assert.Contains(part, error);
    }

    /// <summary>Three planes of bits, eight features of 3x3, and the class with the greater sum: two layers on the chip, one of signs and one of sums.</summary>
    private static byte[] RoadNetwork()
    {
        Random random = new(11);
        TestModel made = new();
        made.Model.Task = Model.TaskSegmentation;
        made.Model.Classes = ["other", "road"];
        made.Model.RoadClass = 1;
        made.Model.Input.Channels = 3;
        made.Model.Input.Thresholds = [100, 128, 140];
        made.AddTensor(3, 12, 16, 1);
        Add(made, random, 8, 3, AccumulatorLayer.ModeRequantize, made.AddTensor(8, 10, 14, 1));
        Add(made, random, 2, 1, AccumulatorLayer.ModeArgMax, made.AddTensor(1, 10, 14, 8));
        made.PlaceTensors(false);
        return made.ToBlob();
    }

    private static void Add(TestModel made, Random random, int rows, int kernel, int mode, int output)
    {
        TensorInfo source = made.Model.Tensors[output - 1];
        BinaryLayer layer = new()
        {
            Input = output - 1, Output = output, Rows = rows, Mode = mode, KernelHeight = kernel, KernelWidth = kernel, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1,
            FanIn = source.Channels * kernel * kernel, WordsPerRow = 1, Skips = [], SkipShift = [], GridHeight = 10, GridWidth = 14,
            Bias = [.. Enumerable.Range(0, rows).Select(_ => random.Next(-4, 5))],
            Shift = [.. Enumerable.Repeat((byte)30, rows)], Post = [.. Enumerable.Repeat(1 << 30, rows)], Low = new byte[rows], High = [.. Enumerable.Repeat((byte)1, rows)],
        };
        layer.Weights = [.. Enumerable.Range(0, rows).Select(_ => (ulong)random.NextInt64(1L << layer.FanIn))];
        made.AddLayer(layer);
    }

    private static string Blob(string name) => Path.Combine(folder, name + ".barrel");

    private static JsonDocument Json(params string[] line)
    {
        (int exitCode, string output, string error) = Run(line);
        Assert.AreEqual(0, exitCode, error);
        return JsonDocument.Parse(output);
    }

    private static (int ExitCode, string Output, string Error) Run(params string[] line)
    {
        using StringWriter output = new(), error = new();
        int exitCode = Program.Run(line, new CommandContext { Output = output, Error = error, CreateExecutor = ModelFile.Load });
        return (exitCode, output.ToString(), error.ToString());
    }
}
