using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Barrel.Host.Chip;
using Barrel.Runtime;

namespace Barrel.Host.Tests.Chip;

/// <summary><c>chip sweep</c>: its values, its intervals, and the files that it leaves.</summary>
[TestClass]
public class ChipSweepTests
{
    [TestMethod]
    public void Values_are_even_and_each_is_there_once()
    {
        CollectionAssert.AreEqual((double[])[0, 0.1, 0.2, 0.3], Values("static", 0, 0.3, 4, false));
        CollectionAssert.AreEqual((double[])[1e-6, 1e-5, 1e-4, 1e-3], Values("ber", 1e-6, 1e-3, 4, true));
        CollectionAssert.AreEqual((double[])[0, 1, 2, 3], Values("faults", 0, 3, 10, false));
        CollectionAssert.AreEqual((double[])[20_000_000, 10_000_000], Values("clock", 2e7, 1e7, 2, false));
        CollectionAssert.AreEqual((double[])[0.5], Values("jitter", 0.5, 2, 1, false));
    }

    [TestMethod]
    [DataRow("clock", 100.0, 1e6, false, ChipErrors.BadSweep)]
    [DataRow("static", 0.0, 1.0, true, ChipErrors.BadSweep)]
    [DataRow("static", 0.0, double.NaN, false, ChipErrors.BadSweep)]
    [DataRow("static", -1.0, 1.0, false, ChipErrors.BadEmulation)]
    [DataRow("voltage", 0.0, 1.0, false, ChipErrors.BadEmulation)]
    public void Values_out_of_range_are_refused_at_once(string key, double from, double to, bool isLog, int code) =>
        Assert.AreEqual(code, Assert.ThrowsExactly<BarrelException>(() => ChipChange.Values(key, from, to, 3, isLog)).Code);

    /// <summary>Wilson's interval as R's prop.test gives it without continuity correction.</summary>
    [TestMethod]
    [DataRow(0, 10, 0.0, 0.27753)]
    [DataRow(1, 10, 0.01788, 0.40415)]
    [DataRow(5, 10, 0.23659, 0.76341)]
    [DataRow(10, 10, 0.72247, 1.0)]
    [DataRow(983, 1000, 0.97295, 0.98936)]
    public void Intervals_are_Wilsons(int count, int of, double low, double high)
    {
        Proportion share = new(count, of);
        Assert.AreEqual(low, share.Low, 1e-5);
        Assert.AreEqual(high, share.High, 1e-5);
    }

    [TestMethod]
    public void Theory_is_that_of_the_design()
    {
        Assert.AreEqual(0.0225, ChipSweep.ExpectedFlips(Emulation.Parse("static=0.05")), 0.0001);
        Assert.AreEqual(0, ChipSweep.ExpectedFlips(Emulation.Parse(null)));
        Assert.AreEqual(ChipSweep.ExpectedFlips(Emulation.Parse("static=0.05")), ChipSweep.ExpectedFlips(Emulation.Parse("static=0.03,jitter=0.04")), 1e-12);
    }

    [TestMethod]
    public void Errors_grow_with_variation_and_all_files_say_so()
    {
        using PlacedNetwork network = new();
        string svg = network.File("sweep.svg"), csv = network.File("sweep.csv");
        (int exitCode, string output, string error) = ChipProgramRun.Of(
            "sweep", "--model", network.Compile("placed.barrel"), "--data", PlacedNetwork.Data, "--limit", "100", "--parameter", "static", "--from", "0", "--to", "0.4",
            "--steps", "3", "--svg", svg, "--csv", csv, "--json");
        Assert.AreEqual(0, exitCode, error);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement[] points = [.. json.RootElement.GetProperty("points").EnumerateArray()];
        Assert.HasCount(3, points);
        Assert.AreEqual(0, points[0].GetProperty("mismatches").GetInt32());
        for (int i = 1; i < 3; i++)
        {
            foreach ((JsonElement layer, JsonElement before) in points[i].GetProperty("layers").EnumerateArray().Zip(points[i - 1].GetProperty("layers").EnumerateArray()))
                Assert.IsGreaterThan(before.GetProperty("differing").GetInt64(), layer.GetProperty("differing").GetInt64());
            Assert.IsLessThanOrEqualTo(points[i - 1].GetProperty("top1").GetDouble(), points[i].GetProperty("top1").GetDouble());
        }

        string[] lines = File.ReadAllLines(csv);
        Assert.HasCount(4, lines);
        Assert.AreEqual(points[2].GetProperty("expectedFlips").GetDouble(), double.Parse(lines[3].Split(',')[1], CultureInfo.InvariantCulture), 1e-5);

        // Three points of each of three layers of signs, of top-1, and of two lines of vectors.
        XNamespace ns = "http://www.w3.org/2000/svg";
        XElement root = XDocument.Load(svg).Root!;
        Assert.HasCount((3 * 3) + 3 + (2 * 3), root.Descendants(ns + "circle").ToArray());
        foreach (string text in (string[])["bits that differ (%)", "top-1 (%)", "vectors that differ (%)", "in their class", "static (standard deviation, delay steps)", "layer g0", "random inputs, theory", "top-1"])
            Assert.IsTrue(root.Descendants(ns + "text").Any(t => t.Value == text), text);
    }

    [TestMethod]
    public void Values_at_which_the_link_fails_are_results_too()
    {
        using PlacedNetwork network = new();
        (int exitCode, string output, string error) = ChipProgramRun.Of(
            "sweep", "--model", network.Compile("placed.barrel"), "--data", PlacedNetwork.Data, "--limit", "5", "--parameter", "ber", "--from", "1e-6", "--to", "0.5", "--steps", "2", "--log",
            "--svg", network.File("sweep.svg"));
        Assert.AreEqual(0, exitCode, error);
        Assert.Contains($"BRL{ChipErrors.Damaged}", output.Replace($"BRL{ChipErrors.NoAnswer}", $"BRL{ChipErrors.Damaged}", StringComparison.Ordinal));
        Assert.Contains("0 of 5", output);
    }

    [TestMethod]
    public void Clock_changes_the_times_of_the_emulator_alone()
    {
        using PlacedNetwork network = new();
        string output = ChipProgramRun.Of(
            "sweep", "--model", network.Compile("placed.barrel"), "--data", PlacedNetwork.Data, "--limit", "5", "--parameter", "clock", "--from", "1000000", "--to", "2000000", "--steps", "2", "--json").Output;
        using JsonDocument json = JsonDocument.Parse(output);
        double[] seconds = [.. json.RootElement.GetProperty("points").EnumerateArray().Select(p => p.GetProperty("wireSeconds").GetDouble())];
        Assert.AreEqual(2, seconds[0] / seconds[1], 1e-4);
    }

    [TestMethod]
    public void Settings_of_the_emulator_are_not_for_real_links()
    {
        using PlacedNetwork network = new();
        (int exitCode, _, string error) = ChipProgramRun.Of(
            "sweep", "--model", network.Compile("placed.barrel"), "--data", PlacedNetwork.Data, "--link", "spi:0.0", "--parameter", "static", "--from", "0", "--to", "1");
        Assert.AreEqual(2, exitCode);
        Assert.StartsWith($"error BRL{ChipErrors.BadSweep}", error);
    }

    private static double[] Values(string key, double from, double to, int steps, bool isLog) => [.. ChipChange.Values(key, from, to, steps, isLog).Select(c => c.Value)];
}
