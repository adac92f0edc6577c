using System.Text.Json;
using Barrel.Boards;
using Barrel.Host.Chip;
using Barrel.Host.Commands;
using StbImageSharp;

namespace Barrel.Host.Tests.Chip;

/// <summary><c>chip diagnose</c> from its command line on, and what its map is good for.</summary>
[TestClass]
public class ChipDiagnoseTests
{
    private const string Faulty = "faults=64,seed=3";

    /// <summary>Placed around what was found, the network on the bad chip gives the reference's results in all vectors.</summary>
    [TestMethod]
    public void Placement_around_them_restores_all_agreement()
    {
        using PlacedNetwork network = new();
        (int before, string plain, _) = ChipProgramRun.Of("test", "--model", network.Compile("plain.barrel"), "--data", PlacedNetwork.Data, "--limit", "1000", "--emulate", Faulty, "--json");
        Assert.AreEqual(1, before);
        Assert.IsGreaterThan(900, Number(plain, "mismatches"));
        Assert.AreEqual(1, ChipProgramRun.Of("diagnose", "--emulate", Faulty, "--save", network.File("map.json")).ExitCode);
        string around = network.Compile("around.barrel", "--faults", network.File("map.json"));
        (int exitCode, string output, string error) = ChipProgramRun.Of("test", "--model", around, "--data", PlacedNetwork.Data, "--limit", "1000", "--emulate", Faulty, "--json");
        Assert.AreEqual(0, exitCode, error);
        Assert.AreEqual(1000, Number(output, "vectors"));
        Assert.AreEqual(0, Number(output, "mismatches"));
    }

    [TestMethod]
    public void Good_chips_exit_with_0_and_an_empty_map()
    {
        using PlacedNetwork files = new();
        (int exitCode, string output, string error) = ChipProgramRun.Of("diagnose", "--save", files.File("map.json"));
        Assert.AreEqual(0, exitCode, error);
        Assert.AreEqual("", error);
        Assert.Contains("0 of 32,768 PEs are bad", output);
        Assert.IsEmpty(ChipFaultMap.Load(files.File("map.json")).Faults);
    }

    [TestMethod]
    public void Json_table_map_and_picture_say_the_same()
    {
        using PlacedNetwork files = new();
        (int exitCode, string output, _) = ChipProgramRun.Of(
            "diagnose", "--emulate", "faults=8,seed=3,serial=77", "--save", files.File("map.json"), "--png", files.File("map.png"), "--json");
        Assert.AreEqual(1, exitCode);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement[] faults = [.. json.RootElement.GetProperty("faults").EnumerateArray()];
        ChipFaultMap map = ChipFaultMap.Load(files.File("map.json"));
        map.CheckFits(Boards.Boards.Find(PlacedNetwork.Board), "the map");
        Assert.AreEqual(77, map.Serial);
        Assert.HasCount(8, faults);
        CollectionAssert.AreEqual(
            map.Faults.Select(f => $"{f.Segment} {f.Pe} {f.Kind}").ToArray(),
            faults.Select(f => $"{f.GetProperty("segment")} {f.GetProperty("pe")} {f.GetProperty("kind")}").ToArray());
        string text = ChipProgramRun.Of("diagnose", "--emulate", "faults=8,seed=3,serial=77").Output;
        foreach (ChipFault fault in map.Faults)
            Assert.Contains($"{fault.Segment,7}  {fault.Pe,4}  ", text);

        // Each bad PE is a square in its kind's colour; 512 segments are two bands of 256, a PE six pixels.
        ImageResult picture = ImageResult.FromMemory(File.ReadAllBytes(files.File("map.png")), ColorComponents.RedGreenBlue);
        int white = 0;
        for (int y = 60; y < picture.Height; y++)
            for (int x = 0; x < picture.Width; x++)
                if (picture.Data.AsSpan(((y * picture.Width) + x) * 3, 3).SequenceEqual((ReadOnlySpan<byte>)[255, 255, 255]))
                    white++;
        Assert.AreEqual(map.Faults.Count(f => f.Kind == ChipFault.Dead) * 36, white);
    }

    [TestMethod]
    public void Terminals_with_colour_get_half_blocks()
    {
        using StringWriter output = new(), error = new();
        CommandContext context = new() { Output = output, Error = error, CreateExecutor = ModelFile.Load, HasColour = true };
        Assert.AreEqual(1, Program.Run(["chip", "diagnose", "--emulate", "faults=4,seed=3"], context));
        Assert.Contains("\e[38;2;255;255;255m", output.ToString());
        Assert.Contains("▀", output.ToString());
    }

    [TestMethod]
    public void Reram_is_worn_only_with_leave()
    {
        using PlacedNetwork files = new();
        (int exitCode, string output, string error) = ChipProgramRun.Of("diagnose", "--board", "tdnn-reram-blueprint", "--state", files.File("state"));
        Assert.AreEqual(2, exitCode);
        Assert.AreEqual("", output);
        Assert.StartsWith($"error BRL{ChipErrors.WearNotAllowed}: diagnosing this ReRAM chip takes about 10,485,760 programming pulses", error);
        Assert.IsFalse(Directory.Exists(files.File("state")));
    }

    private static int Number(string text, string key)
    {
        using JsonDocument json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty(key).GetInt32();
    }
}
