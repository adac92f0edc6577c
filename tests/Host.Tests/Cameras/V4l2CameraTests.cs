using Barrel.Host.Cameras;
using Barrel.Host.Cameras.V4l2;
using Barrel.Host.Linux;
using Barrel.Host.Service;
using Barrel.Runtime;

namespace Barrel.Host.Tests;

/// <summary>Opening, reading, losing and finding a camera again, over fake devices that are plugged in one after the other.</summary>
[TestClass]
[DoNotParallelize]
public sealed class V4l2CameraTests : IDisposable
{
    private static readonly LiveTiming Quick = new() { StallMs = 60, FirstFrameMs = 60, RetryMsMin = 1, RetryMsMax = 4 };

    private readonly StringWriter log = new();
    private readonly List<FakeVideoDevice> opened = [];
    private readonly CameraFrame frame = new();

    [TestMethod]
    public void Frames_come_in_order_with_their_time()
    {
        using LiveCamera camera = Open("/dev/video0", new FakeVideoDevice());
        for (int i = 0; i < 20; i++)
        {
            Assert.IsTrue(camera.Read(frame));
            Assert.AreEqual((64, 48, (long)i, i * 100L), (frame.Width, frame.Height, frame.Number, frame.TimestampMs));
        }

        Assert.AreEqual((true, 0L, 30), (camera.IsLive, camera.LostCount, camera.FramesPerSecond));
        Assert.AreEqual("barrel-host: camera v4l2:/dev/video0 is open: 64x48 YUYV, 30 frames per second, 'fake? camera'", log.ToString().Trim());
        camera.Dispose();
        Assert.IsTrue(opened[0].IsClosed && !opened[0].IsStreaming);
        Assert.IsFalse(camera.Read(frame), "closed");
    }

    [TestMethod]
    public void Frames_that_were_lost_or_damaged_are_counted()
    {
        using LiveCamera camera = Open("/dev/video0", new FakeVideoDevice { LosesEach = 10, DamagesEach = 7 });
        for (int i = 0; i < 60; i++)
            Assert.IsTrue(camera.Read(frame));

        // 69 were read for 60 whole ones, 9 damaged; every tenth number was passed over before the next frame.
        Assert.AreEqual(9L + 7L, camera.LostCount);
        Assert.AreEqual(59, frame.Number);
    }

    [TestMethod]
    [DataRow("YUYV")]
    [DataRow("UYVY")]
    [DataRow("NV12")]
    [DataRow("YUV420")]
    [DataRow("GREY")]
    [DataRow("RGB24")]
    [DataRow("BGR24")]
    public void Frames_allocate_nothing(string format)
    {
        using LiveCamera camera = Open("/dev/video0", new FakeVideoDevice { Modes = [(format, 64, 48, 30)] });
        for (int i = 0; i < 50; i++)
            camera.Read(frame);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++)
            camera.Read(frame);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    [DataRow(SystemError.NoEntry, HostErrors.CameraMissing, "no such device")]
    [DataRow(SystemError.AccessDenied, HostErrors.CameraDenied, "group video")]
    [DataRow(SystemError.Busy, HostErrors.CameraBusy, "another program")]
    [DataRow(SystemError.NoDevice, HostErrors.CameraGone, "unplugged")]
    [DataRow(SystemError.InputOutput, HostErrors.CameraFailed, "opening it failed")]
    public void What_opening_says_has_a_code(int error, int code, string part)
    {
        BarrelException e = Assert.ThrowsExactly<BarrelException>(() => V4l2Source.Open("/dev/video7", new CameraWishes(), Refuse, Quick));
        Assert.AreEqual(code, e.Code);
        Assert.Contains("v4l2:/dev/video7", e.Message);
        Assert.Contains(part, e.Message);

        int Refuse(string path, out IVideoDevice? device)
        {
            device = null;
            return error;
        }
    }

    [TestMethod]
    public void Devices_that_are_no_cameras_say_what_they_are()
    {
        AssertRefused(new FakeVideoDevice { Bits = VideoCapability.CaptureMultiPlanar | VideoCapability.Streaming }, HostErrors.CameraFormat, "rpicam:640x480");
        AssertRefused(new FakeVideoDevice { Bits = VideoCapability.Streaming }, HostErrors.CameraFormat, "captures no pictures");
        AssertRefused(new FakeVideoDevice { Bits = VideoCapability.Capture }, HostErrors.CameraFormat, "cannot stream");
        AssertRefused(new FakeVideoDevice { Modes = [("pRAA", 64, 48, 30), ("RG10", 64, 48, 30)] }, HostErrors.CameraFormat, "it has pRAA, RG10; one of RGB24,");
        AssertRefused(new FakeVideoDevice { SetFormatError = SystemError.Busy }, HostErrors.CameraBusy, "another program");
        AssertRefused(new FakeVideoDevice { GivesFourCode = 0x20202020 }, HostErrors.CameraFormat, "no usable format");
    }

    [TestMethod]
    public void A_camera_that_is_unplugged_comes_back_with_another_size()
    {
        using LiveCamera camera = Open(
            "/dev/video0",
            new FakeVideoDevice { FrameCount = 5, EndError = SystemError.NoDevice },
            null, null, null,
            new FakeVideoDevice { Modes = [("NV12", 32, 24, 30), ("RG10", 64, 48, 30)] });
        long last = -1;
        for (int i = 0; i < 10; i++)
        {
            Assert.IsTrue(camera.Read(frame));
            Assert.AreEqual(i, frame.Number);
            Assert.AreEqual(i < 5 ? 64 : 32, frame.Width);
            Assert.IsGreaterThanOrEqualTo(last, frame.TimestampMs, "time does not go back");
            last = frame.TimestampMs;
        }

        string[] lines = log.ToString().Trim().Split(Environment.NewLine);
        Assert.HasCount(3, lines, log.ToString());
        Assert.Contains("BRL4054: camera v4l2:/dev/video0: it was unplugged", lines[1]);
        Assert.Contains("camera v4l2:/dev/video0 is back after ", lines[2]);
        Assert.Contains("32x24 NV12", lines[2]);
        Assert.AreEqual(1, camera.RestartCount);
        Assert.IsTrue(opened[0].IsClosed, "an open device keeps its name from the next");
    }

    [TestMethod]
    public void A_camera_that_stalls_is_opened_anew_and_told_of_once()
    {
        using LiveCamera camera = Open(
            "/dev/video0",
            new FakeVideoDevice { FrameCount = 3 },
            new FakeVideoDevice { FrameCount = 0 },
            new FakeVideoDevice { FrameCount = 0 },
            new FakeVideoDevice { FrameCount = 0, EndError = SystemError.InputOutput },
            new FakeVideoDevice());
        for (int i = 0; i < 6; i++)
            Assert.IsTrue(camera.Read(frame));
        string[] lines = log.ToString().Trim().Split(Environment.NewLine);
        Assert.HasCount(4, lines, log.ToString());
        Assert.Contains("BRL4057: camera v4l2:/dev/video0: no frame for ", lines[1]);
        Assert.Contains("BRL4055: camera v4l2:/dev/video0: reading a frame failed: ", lines[2]);
        Assert.Contains(" is back after ", lines[3]);
        Assert.HasCount(5, opened);
        Assert.IsTrue(opened.SkipLast(1).All(d => d.IsClosed));
    }

    [TestMethod]
    public void A_camera_that_is_lost_can_be_closed_at_once()
    {
        LiveCamera camera = Open(
            "/dev/video0", new LiveTiming { StallMs = 60_000, FirstFrameMs = 60_000, RetryMsMin = 60_000 },
            new FakeVideoDevice { FrameCount = 1, EndError = SystemError.NoDevice });
        Assert.IsTrue(camera.Read(frame));
        Task<bool> next = Task.Run(() => camera.Read(new CameraFrame()));
        Assert.IsFalse(next.Wait(200));
        camera.Dispose();
        Assert.IsTrue(next.Wait(5000));
        Assert.IsFalse(next.Result);
    }

    public void Dispose() => log.Dispose();

    private static void AssertRefused(FakeVideoDevice device, int code, string part)
    {
        BarrelException e = Assert.ThrowsExactly<BarrelException>(
            () => V4l2Source.Open("/dev/video0:64x48", new CameraWishes(), (string path, out IVideoDevice? given) => Give(device, out given), Quick));
        Assert.AreEqual(code, e.Code, e.Message);
        Assert.Contains(part, e.Message);
        Assert.IsTrue(device.IsClosed);
    }

    private static int Give(FakeVideoDevice device, out IVideoDevice? given)
    {
        given = device;
        return 0;
    }

    private LiveCamera Open(string address, params FakeVideoDevice?[] devices) => Open(address, Quick, devices);

    /// <summary>Each opening gives the next device; null stands for none there.</summary>
    private LiveCamera Open(string address, LiveTiming timing, params FakeVideoDevice?[] devices)
    {
        Queue<FakeVideoDevice?> next = new(devices);
        return V4l2Source.Open(address, new CameraWishes { Log = new EventLog(log) }, OpenNext, timing);

        int OpenNext(string path, out IVideoDevice? device)
        {
            Assert.AreEqual("/dev/video0", path);
            device = next.TryDequeue(out FakeVideoDevice? found) ? found : null;
            if (found is null)
                return SystemError.NoEntry;
            opened.Add(found);
            return 0;
        }
    }
}
