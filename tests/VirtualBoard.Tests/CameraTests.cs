using System.IO.Compression;
using System.Text.Json;
using Barrel.Tests;

namespace Barrel.VirtualBoard.Tests;

/// <summary>The published program reads a camera of the kernel's own, vivid, which makes moving test pictures, and decides as it does here.</summary>
[TestClass]
[TestCategory("arm64")]
public class CameraTests
{
    private const string Model = "/data/road.barrel";
    private const string Size = "320x180";
    private const int FrameCount = 300;

    // Two nodes; the second works in several planes only.
    private const string Vivid = "vivid n_devs=2 node_types=0x1,0x1 multiplanar=1,2";

    [TestMethod]
    public void Frames_of_a_camera_give_the_same_masks_as_here()
    {
        VirtualBoard.Require();
        string run = $"barrel-host run --model {Model} --camera v4l2:/dev/video0:{Size}:10 --frames {FrameCount} --watchdog 30000 --json --record seen.y4m";
        const string clip = "gzip -c seen.y4m | base64";
        BoardRun board = Board().Do(run, secondsMax: 900).Do(clip, secondsMax: 200).Run();
        StepResult step = board.AssertDone(run);
        using JsonDocument there = JsonDocument.Parse(step.Out);
        Assert.Contains("320x180 ", step.Error);
        Assert.AreEqual((FrameCount, 0), (Count(there, "frames"), Count(there, "dropped")), "each frame of a recording is decided");

        using JsonDocument here = Replay(board.AssertDone(clip).Out);
        foreach (string key in (string[])["frames", "clearFrames", "blockedFrames", "unknownFrames"])
            Assert.AreEqual(Count(there, key), Count(here, key), key);
        Assert.AreEqual(there.RootElement.GetProperty("masks").GetString(), here.RootElement.GetProperty("masks").GetString());
    }

    [TestMethod]
    public void Formats_have_the_same_colours()
    {
        VirtualBoard.Require();
        string[] formats = ["RGB24", "BGR24", "YUYV", "UYVY", "NV12", "YUV420"];
        VirtualBoard board = Board();
        foreach (string format in formats)
            board.Do(Run(format)).Do(Clip(format));
        BoardRun done = board.Run();
        byte[] expected = LumaBelowTheText(done, "RGB24");
        Assert.IsGreaterThan(100, expected.Max() - expected.Min(), "colour bars");
        foreach (string format in formats)
        {
            Assert.Contains($"{Size} {format}", done.AssertDone(Run(format)).Error);
            byte[] luma = LumaBelowTheText(done, format);
            Assert.HasCount(expected.Length, luma);
            int most = Enumerable.Range(0, luma.Length).Max(i => Math.Abs(luma[i] - expected[i]));
            Assert.IsLessThanOrEqualTo(6, most, $"{format}: luma of bars, rounded twice");
        }

        static string Run(string format) => $"barrel-host run --model {Model} --camera v4l2:/dev/video0:{Size}:10:{format} --frames 1 --json --record {format}.y4m";
        static string Clip(string format) => $"gzip -c {format}.y4m | base64";

        // The test picture's bars, without the lines of text in its upper part and where colours meet.
        static byte[] LumaBelowTheText(BoardRun run, string format)
        {
            byte[] clip = Unpack(run.AssertDone(Clip(format)).Out);
            byte[] frame = clip[^(320 * 180 * 3 / 2)..];
            return [.. Enumerable.Range(0, 8).Select(bar => frame[(170 * 320) + (bar * 40) + 20])];
        }
    }

    [TestMethod]
    public void A_camera_that_is_unplugged_and_comes_back_is_read_again()
    {
        VirtualBoard.Require();
        const string driver = "/sys/bus/platform/drivers/vivid";
        string replug = $"barrel-host run --model {Model} --camera v4l2:/dev/video0:{Size}:10 --frames 100 --json 2>log & "
            + $"until grep -q 'is open' log; do sleep 0.2; done; sleep 1; echo vivid.0 >{driver}/unbind; "
            + $"until grep -q 'no decision' log; do sleep 0.2; done; echo vivid.0 >{driver}/bind; wait $!; code=$?; cat log >&2; exit $code";
        string busy = $"barrel-host run --model {Model} --camera v4l2:/dev/video0:{Size}:10 --json >/dev/null 2>first & "
            + $"until grep -q 'is open' first; do sleep 0.2; done; barrel-host run --model {Model} --camera v4l2:/dev/video0 --frames 1; code=$?; kill $!; wait $!; exit $code";
        string planes = $"barrel-host run --model {Model} --camera v4l2:/dev/video1 --frames 1";
        string missing = $"barrel-host run --model {Model} --camera v4l2:/dev/video9 --frames 1";
        BoardRun board = Board().Do(busy).Do(planes).Do(missing).Do(replug, secondsMax: 300).Run();

        Assert.StartsWith("error BRL4052: ", board.AssertEnded(busy, 1).Error);
        Assert.Contains("error BRL4053: ", board.AssertEnded(planes, 2).Error);
        Assert.Contains("rpicam", board[planes].Error);
        Assert.StartsWith("error BRL4050: ", board.AssertEnded(missing, 1).Error);
        StepResult step = board.AssertDone(replug);
        string[] lines = [.. step.Error.Split('\n').Where(l => l.StartsWith("barrel-host: ", StringComparison.Ordinal))];
        Assert.HasCount(1, lines.Where(l => l.Contains("BRL4054", StringComparison.Ordinal)).ToArray(), step.Error);
        Assert.HasCount(1, lines.Where(l => l.Contains("is back after", StringComparison.Ordinal)).ToArray(), step.Error);
        using JsonDocument report = JsonDocument.Parse(step.Out);
        Assert.AreEqual(100, Count(report, "frames") + Count(report, "dropped"));
    }

    private static VirtualBoard Board() =>
        new VirtualBoard { Modules = [Vivid] }
            .PutProgram(PublishedHost.Program)
            .Put(Model[1..], File.ReadAllBytes(Repository.FullPath("firmware-host/Models/road.barrel")));

    private static long Count(JsonDocument report, string key) => report.RootElement.GetProperty(key).GetInt64();

    private static byte[] Unpack(string base64)
    {
        using GZipStream stream = new(new MemoryStream(Convert.FromBase64String(base64)), CompressionMode.Decompress);
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static JsonDocument Replay(string base64)
    {
        string folder = Directory.CreateTempSubdirectory("barrel-seen-").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "seen.y4m"), Unpack(base64));
            string program = Path.Combine(AppContext.BaseDirectory, "barrel-host.dll");
            string[] arguments = ["run", "--model", Repository.FullPath("firmware-host/Models/road.barrel"), "--camera", "y4m:seen.y4m", "--json"];
            ChildProcess here = ChildProcess.Run("dotnet", [program, .. arguments], folder, secondsMax: 120).AssertDone("the recording is played");
            return JsonDocument.Parse(here.Out);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
