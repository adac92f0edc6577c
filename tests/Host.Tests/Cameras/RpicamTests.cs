using Barrel.Host.Cameras;
using Barrel.Host.Cameras.Rpicam;
using Barrel.Host.Service;
using Barrel.Runtime;

namespace Barrel.Host.Tests;

/// <summary>A shell script stands for rpicam-vid: it writes frames, dies, stalls.</summary>
[TestClass]
[DoNotParallelize]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class RpicamTests : IDisposable
{
    private static readonly LiveTiming Quick = new() { StallMs = 1000, FirstFrameMs = 5000, RetryMsMin = 10, RetryMsMax = 20 };

    private readonly string folder = Directory.CreateTempSubdirectory("barrel-rpicam-").FullName;
    private readonly string? chosenBefore = Environment.GetEnvironmentVariable(RpicamProgram.Override);
    private readonly StringWriter log = new();
    private readonly CameraFrame frame = new();

    [TestMethod]
    public void Frames_are_read_and_the_program_is_told_what_to_give()
    {
        Fake("echo \"$@\" >FOLDER/arguments\nwhile true; do cat FOLDER/frame || exit; done\n");
        using (LiveCamera camera = Open("256x4:15"))
        {
            for (int i = 0; i < 20; i++)
                Assert.IsTrue(camera.Read(frame));
            Assert.AreEqual((256, 4, 19L, 15), (frame.Width, frame.Height, frame.Number, camera.FramesPerSecond));
            AssertPicture(left: 0);
        }

        Assert.AreEqual(
            "--codec yuv420 -o - -t 0 -n --flush --width 256 --height 4 --framerate 15", File.ReadAllText(Path.Combine(folder, "arguments")).Trim());
    }

    [TestMethod]
    public void Rows_that_would_have_gaps_are_asked_for_wider_and_cut()
    {
        Fake("echo \"$@\" >FOLDER/arguments\nwhile true; do cat FOLDER/frame || exit; done\n");
        using LiveCamera camera = Open("180x4");
        Assert.IsTrue(camera.Read(frame));
        Assert.AreEqual((180, 4), (frame.Width, frame.Height));
        AssertPicture(left: 38);
        Assert.Contains("--width 256 --height 4 --framerate 30", File.ReadAllText(Path.Combine(folder, "arguments")));
    }

    [TestMethod]
    public void A_program_that_dies_is_started_again_and_its_last_line_told()
    {
        Fake("echo start >>FOLDER/starts\ncat FOLDER/frame FOLDER/frame\nhead -c 100 FOLDER/frame\necho first >&2; echo 'ERROR: *** the cable ***' >&2; exit 3\n");
        using LiveCamera camera = Open("256x4");
        for (int i = 0; i < 6; i++)
        {
            Assert.IsTrue(camera.Read(frame));
            AssertPicture(left: 0);
        }

        Assert.HasCount(3, File.ReadAllLines(Path.Combine(folder, "starts")));
        string[] lines = log.ToString().Trim().Split(Environment.NewLine);
        Assert.HasCount(5, lines, log.ToString());
        Assert.Contains("BRL4055: camera rpicam: fake ended with code 3 and said last: ERROR: *** the cable ***", lines[1]);
        Assert.Contains("camera rpicam:256x4 is back after ", lines[2]);
    }

    [TestMethod]
    public void A_program_that_stalls_is_killed_and_started_again()
    {
        Fake("echo $$ >>FOLDER/starts\ncat FOLDER/frame\nsleep 60\n");
        using (LiveCamera camera = Open("256x4"))
        {
            for (int i = 0; i < 2; i++)
                Assert.IsTrue(camera.Read(frame));
            Assert.Contains("BRL4057: camera rpicam:256x4: no frame for 1000 ms", log.ToString());
        }

        string[] processes = File.ReadAllLines(Path.Combine(folder, "starts"));
        Assert.HasCount(2, processes);
        foreach (string process in processes)
            Assert.IsFalse(OperatingSystem.IsLinux() && Directory.Exists($"/proc/{process}"), $"process {process} is left");
    }

    /// <summary>A service opens a camera that stalls again and again, for months.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Closing_leaves_no_descriptor()
    {
        Fake("cat FOLDER/frame\nsleep 60\n");
        int before = 0, after = int.MaxValue;

        // A collection of garbage would close what was left open, and a service that allocates nothing has none.
        Assert.IsTrue(GC.TryStartNoGCRegion(64 << 20));
        try
        {
            for (int i = 0; i < 9; i++)
            {
                if (i == 1)
                    before = Directory.GetFiles("/proc/self/fd").Length;
                using RpicamStream stream = new(new CameraSize(256, 4, 30));
                Assert.IsTrue(stream.TryRead(frame, 5000));
            }

            // The thread that reads the diagnostics lets go of them in its own time.
            for (int look = 0; look < 20 && after > before + 2; look++)
            {
                Thread.Sleep(50);
                after = Directory.GetFiles("/proc/self/fd").Length;
            }
        }
        finally
        {
            GC.EndNoGCRegion();
        }

        Assert.IsLessThanOrEqualTo(before + 2, after);
    }

    [TestMethod]
    public void Reading_frames_allocates_nothing()
    {
        Fake("while true; do cat FOLDER/frame || exit; echo 'a line a frame' >&2; done\n");
        using LiveCamera camera = Open("256x4");
        for (int i = 0; i < 20; i++)
            camera.Read(frame);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
            camera.Read(frame);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void A_program_that_is_not_there_is_named()
    {
        Environment.SetEnvironmentVariable(RpicamProgram.Override, "/no/such/program");
        BarrelException e = Assert.ThrowsExactly<BarrelException>(() => Open("256x4"));
        Assert.AreEqual(HostErrors.CameraFailed, e.Code);
        Assert.Contains("/no/such/program", e.Message);
    }

    [TestMethod]
    [DataRow(640, 640)]
    [DataRow(704, 768, DisplayName = "64 bytes are enough for a Pi 4 and not for a Pi 5")]
    [DataRow(320, 384)]
    [DataRow(2, 128)]
    public void Widths_have_no_gaps_on_any_board(int width, int asked)
    {
        Assert.AreEqual(asked, RpicamLayout.AskedWidth(width));
        Assert.AreEqual(asked * 48 * 3 / 2, RpicamLayout.FrameBytes(width, 48));
        Assert.IsLessThanOrEqualTo(RpicamLayout.FrameBytes(width, 48), RpicamLayout.Of(width, 48).ByteCount);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(RpicamProgram.Override, chosenBefore);
        log.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private LiveCamera Open(string address) => RpicamSource.Open(address, new CameraWishes { Log = new EventLog(log) }, Quick);

    /// <summary>A frame of 256 x 4 lies beside the script: luma rises along the row, chroma steps in its middle.</summary>
    private void Fake(string script)
    {
        byte[] planes = new byte[256 * 4 * 3 / 2];
        for (int i = 0; i < 256 * 4; i++)
            planes[i] = (byte)(i % 256);
        for (int i = 256 * 4; i < planes.Length; i++)
            planes[i] = (byte)(i % 128 < 64 ? 100 : 150);
        File.WriteAllBytes(Path.Combine(folder, "frame"), planes);
        string program = Path.Combine(folder, "fake");
        File.WriteAllText(program, "#!/bin/sh\n" + script.Replace("FOLDER", folder, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable(RpicamProgram.Override, program);
    }

    private void AssertPicture(int left)
    {
        byte[] expected = new byte[3];
        for (int x = 0; x < frame.Width; x++)
        {
            byte chroma = (byte)((left + x) / 2 < 64 ? 100 : 150);
            YuvLayout.Packed(1, 1, 4, 0, 1, 3).ToRgb([(byte)(left + x), chroma, 0, chroma], expected);
            for (int y = 0; y < frame.Height; y++)
                Assert.IsTrue(frame.Rgb.AsSpan(((y * frame.Width) + x) * 3, 3).SequenceEqual(expected), $"{x},{y}");
        }
    }
}
