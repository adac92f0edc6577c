using System.Globalization;
using System.Text.RegularExpressions;
using Barrel.Tests;

namespace Barrel.VirtualBoard.Tests;

/// <summary>Decisions reach real GPIO lines of the kernel, seen from their other side.</summary>
[TestClass]
[TestCategory("arm64")]
public partial class PinTests
{
    private const string Model = "/data/road.barrel";
    private const string Street = "run --camera y4m:/data/street.y4m --watchdog 30000";
    private const string OnPins = $"--model {Model} --pins gpio --board {SimulatedHeader.BoardName}";
    private const string SafeLevels = "01000";

    [TestMethod]
    public void Lines_follow_the_decisions()
    {
        VirtualBoard.Require();
        const string run = $"rm -f /tmp/enough; {SimulatedHeader.Watch} & barrel-host {Street} {OnPins}; code=$?; sleep 0.5; touch /tmp/enough; wait; exit $code";
        const string cat = $"cat {SimulatedHeader.Seen}", traced = $"cat {SimulatedHeader.Traced}";
        string folder = Directory.CreateTempSubdirectory("barrel-street-").FullName;
        string clip = Path.Combine(folder, "street.y4m");
        try
        {
            Here($"run --camera scene:7:320x180 --frames 200 --record {clip}");
            File.WriteAllBytes(clip, EverySecondFrame(File.ReadAllBytes(clip), 320 * 180 * 3 / 2));
            string same = Here(Street.Replace("/data/street.y4m", clip, StringComparison.Ordinal));
            BoardRun board = Board().Put("data/street.y4m", File.ReadAllBytes(clip)).Do(SimulatedHeader.Trace).Do(run, secondsMax: 600).Do(cat).Do(traced).Run();
            board.AssertDone(SimulatedHeader.Trace);
            Lines_follow(same, board, run, cat);
            Assert.AreEqual(SafeLevels, SimulatedHeader.LastGiven(board.AssertDone(traced).Out), "safe before they are let go");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Lines_follow(string same, BoardRun board, string run, string cat)
    {
        string decisions = board.AssertDone(run).Out;
        string[] expected = [.. DecisionLine().Matches(same).Select(Levels)];
        Assert.IsGreaterThan(6, expected.Length, "the street has turns and something on the road\n" + decisions);

        (double Seconds, string Levels)[] seen = SimulatedHeader.Read(board.AssertDone(cat).Out);
        string[] changes = Changes(seen.Select(s => s.Levels[..4]));

        // Before and after, gpio-sim has all lines low, as nobody drives them. A program that ends lets go of safe lines sooner than two looks take, or later.
        string[] atOnce = Changes(["0000", SafeLevels[..4], .. expected, "0000"]);
        string[] all = changes.Length == atOnce.Length ? atOnce : Changes(["0000", SafeLevels[..4], .. expected, SafeLevels[..4], "0000"]);
        CollectionAssert.AreEqual(all, changes, string.Join(' ', changes) + "\n" + decisions);
        Assert.IsGreaterThan(80, seen.Zip(seen.Skip(1)).Count(p => p.First.Levels[4] != p.Second.Levels[4]), "alive toggles with each of 100 frames");
        CollectionAssert.AreEqual(DecisionLine().Matches(same).Select(m => m.Value).ToArray(), DecisionLine().Matches(decisions).Select(m => m.Value).ToArray());
    }

    /// <summary>The program as it runs here, with the model.</summary>
    private static string Here(string line)
    {
        string[] all = [Path.Combine(AppContext.BaseDirectory, "barrel-host.dll"), .. line.Split(' '), "--model", Repository.FullPath("firmware-host/Models/road.barrel")];
        return ChildProcess.Run("dotnet", all, Path.GetTempPath(), secondsMax: 120).AssertDone(line).Out;
    }

    /// <summary>The clip at twice its speed: turns and obstacles come sooner.</summary>
    private static byte[] EverySecondFrame(byte[] clip, int frameBytes)
    {
        int header = clip.AsSpan().IndexOf((byte)'\n') + 1, step = "FRAME\n".Length + frameBytes;
        return [.. clip[..header], .. Enumerable.Range(0, (clip.Length - header) / step).Where(i => i % 2 == 0).SelectMany(i => clip[(header + (i * step))..(header + ((i + 1) * step))])];
    }

    [TestMethod]
    public void Lines_are_safe_half_a_second_after_the_last_decision()
    {
        VirtualBoard.Require();
        const string unbind = "echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind";
        const string run = $"rm -f /tmp/enough; {SimulatedHeader.Watch} & barrel-host run {OnPins} --camera v4l2:/dev/video0:320x180:5 >/dev/null 2>log & "
            + $"until [ $(grep -c . {SimulatedHeader.Seen}) -gt 20 ]; do sleep 0.2; done; read -r begun rest </proc/uptime; {unbind}; echo $begun; "
            + "until grep -q 'no decision' log; do sleep 0.1; done; sleep 1; touch /tmp/enough; kill $!; wait; cat log >&2";
        const string cat = $"cat {SimulatedHeader.Seen}";
        BoardRun board = Board("vivid n_devs=1 node_types=0x1").Do(run, secondsMax: 300).Do(cat).Run();
        StepResult step = board.AssertDone(run);
        Assert.Contains("pins are in their safe state: no decision for 400 ms", step.Error);
        (double Seconds, string Levels)[] seen = SimulatedHeader.Read(board.AssertDone(cat).Out);
        int safe = Array.FindLastIndex(seen, l => l.Levels == SafeLevels);
        Assert.IsGreaterThan(0, safe, string.Join(' ', seen));
        double last = seen[safe - 1].Seconds, unbound = double.Parse(step.Out, CultureInfo.InvariantCulture);
        string times = $"unbound at {unbound} s, last decision {last - unbound:0.00} s after it, safe {seen[safe].Seconds - last:0.00} s after that";
        Console.WriteLine(times);
        Assert.IsLessThanOrEqualTo(0.5, seen[safe].Seconds - last, times);
    }

    [TestMethod]
    public void Lines_that_another_program_holds_are_named()
    {
        VirtualBoard.Require();
        const string free = $"barrel-host run {OnPins} --camera scene:7:64x48 --frames 1";
        const string held = $"barrel-host run {OnPins} --camera scene:7:64x48 --realtime >/dev/null 2>&1 & sleep 3; {free}; code=$?; kill $!; wait; exit $code";
        const string other = $"barrel-host run --model {Model} --pins gpio --board raspberry-pi-4 --camera scene:7:64x48 --frames 1";
        BoardRun board = Board().Do(held).Do(free).Do(other).Run();
        Assert.StartsWith("error BRL4028: pins: line 17 of /dev/gpiochip1 is held by 'barrel-host'", board.AssertEnded(held, 1).Error);
        board.AssertDone(free);
        Assert.Contains("error BRL4028: pins: board raspberry-pi-4 has its header at the gpiochip 'pinctrl-bcm2711', and there is ", board.AssertEnded(other, 2).Error);
        Assert.Contains("'pinctrl-rp1'", board[other].Error);
    }

    private static VirtualBoard Board(params string[] modules) =>
        new VirtualBoard { Modules = [SimulatedHeader.Module, .. modules] }
            .PutProgram(PublishedHost.Program)
            .Put(Model[1..], File.ReadAllBytes(Repository.FullPath("firmware-host/Models/road.barrel")))
            .PutHeader();

    private static string Levels(Match line) =>
        line.Value.EndsWith("safe", StringComparison.Ordinal) ? SafeLevels[..4] : string.Concat(line.Groups["level"].Captures.Select(c => c.Value == "high" ? '1' : '0'));

    private static string[] Changes(IEnumerable<string> levels)
    {
        List<string> changes = [];
        foreach (string level in levels)
            if (changes.Count == 0 || changes[^1] != level)
                changes.Add(level);
        return [.. changes];
    }

    [GeneratedRegex(@"^frame +\d+ .*pins: (safe|(\w+ (?<level>high|low)(, )?)+|.* safe)$", RegexOptions.Multiline)]
    private static partial Regex DecisionLine();
}
