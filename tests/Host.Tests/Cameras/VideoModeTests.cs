using Barrel.Host.Cameras;
using Barrel.Host.Cameras.V4l2;

namespace Barrel.Host.Tests;

/// <summary>What is taken of what cameras offer.</summary>
[TestClass]
public class VideoModeTests
{
    // As a common USB camera lists itself.
    private static readonly VideoMode[] Webcam =
    [
        Mode("MJPEG", 1920, 1080, 30), Mode("MJPEG", 1280, 720, 30), Mode("MJPEG", 640, 480, 30), Mode("MJPEG", 320, 240, 30),
        Mode("YUYV", 1920, 1080, 5), Mode("YUYV", 1280, 720, 10), Mode("YUYV", 800, 600, 20), Mode("YUYV", 640, 480, 30), Mode("YUYV", 320, 240, 30),
    ];

    [TestMethod]
    [DataRow(640, 480, 0, "YUYV 640x480", DisplayName = "both formats: the one without a decoder")]
    [DataRow(1280, 720, 0, "MJPEG 1280x720", DisplayName = "10 frames a second are not enough")]
    [DataRow(1280, 720, 10, "YUYV 1280x720", DisplayName = "10 were asked for")]
    [DataRow(1920, 1080, 30, "MJPEG 1920x1080")]
    [DataRow(800, 600, 30, "YUYV 800x600", DisplayName = "the size comes before the rate")]
    [DataRow(700, 500, 0, "YUYV 640x480", DisplayName = "the nearest size")]
    [DataRow(4000, 3000, 0, "MJPEG 1920x1080")]
    [DataRow(2, 2, 0, "YUYV 320x240")]
    public void What_was_asked_for(int width, int height, int rate, string expected) =>
        Assert.AreEqual(expected, Text(VideoMode.Choose(Webcam, new VideoWish(width, height, IsAtLeast: false, rate, null))));

    [TestMethod]
    [DataRow(640, 480, "YUYV 640x480")]
    [DataRow(321, 100, "YUYV 640x480", DisplayName = "the smallest that is enough")]
    [DataRow(240, 180, "YUYV 320x240")]
    [DataRow(1024, 720, "MJPEG 1280x720")]
    [DataRow(3000, 3000, "MJPEG 1920x1080", DisplayName = "none is enough: the largest")]
    public void Nothing_was_asked_for(int width, int height, string expected) =>
        Assert.AreEqual(expected, Text(VideoMode.Choose(Webcam, new VideoWish(width, height, IsAtLeast: true, 0, null))));

    [TestMethod]
    public void A_format_can_be_forced()
    {
        Assert.AreEqual("MJPEG 640x480", Text(VideoMode.Choose(Webcam, new VideoWish(640, 480, false, 0, PixelFormat.Find("mjpg")))));
        Assert.AreEqual("none", Text(VideoMode.Choose(Webcam, new VideoWish(640, 480, false, 0, PixelFormat.Find("NV12")))));
        Assert.AreEqual("none", Text(VideoMode.Choose([], new VideoWish(640, 480, false, 0, null))));
    }

    [TestMethod]
    public void A_rate_that_is_unknown_or_nearly_right_is_enough()
    {
        VideoMode[] modes = [Mode("MJPEG", 640, 480, 30), Mode("YUYV", 640, 480, 29.97)];
        Assert.AreEqual("YUYV 640x480", Text(VideoMode.Choose(modes, new VideoWish(640, 480, false, 30, null))));
        modes[1] = modes[1] with { RateMax = 0 };
        Assert.AreEqual("YUYV 640x480", Text(VideoMode.Choose(modes, new VideoWish(640, 480, false, 30, null))));
        modes[1] = modes[1] with { RateMax = 25 };
        Assert.AreEqual("MJPEG 640x480", Text(VideoMode.Choose(modes, new VideoWish(640, 480, false, 30, null))));
    }

    [TestMethod]
    public void Colours_come_before_greys()
    {
        VideoMode[] modes = [Mode("GREY", 640, 480, 30), Mode("MJPEG", 640, 480, 30)];
        Assert.AreEqual("MJPEG 640x480", Text(VideoMode.Choose(modes, new VideoWish(640, 480, false, 0, null))));
    }

    [TestMethod]
    [DataRow(640, 480, false, 640, 480)]
    [DataRow(641, 481, false, 640, 482)]
    [DataRow(641, 481, true, 656, 482)]
    [DataRow(10, 10, true, 32, 32)]
    [DataRow(9000, 9000, true, 2592, 1944)]
    [DataRow(2591, 1943, true, 2592, 1944)]
    public void Ranges_give_their_nearest_size(int width, int height, bool isAtLeast, int expectedWidth, int expectedHeight)
    {
        SizeRange range = new(32, 2592, 16, 32, 1944, 2);
        Assert.AreEqual((expectedWidth, expectedHeight), range.Nearest(new VideoWish(width, height, isAtLeast, 0, null)));
        Assert.AreEqual((320, 240), SizeRange.Only(320, 240).Nearest(new VideoWish(width, height, isAtLeast, 0, null)));
    }

    [TestMethod]
    [DataRow("/dev/video0", "/dev/video0", "640x480+ 0 -")]
    [DataRow("/dev/video0:320x240", "/dev/video0", "320x240 0 -")]
    [DataRow("/dev/video0:320x240:15", "/dev/video0", "320x240 15 -")]
    [DataRow("/dev/video0:320x240:15:yuyv", "/dev/video0", "320x240 15 YUYV")]
    [DataRow("/dev/v4l/by-path/pci-0000:01:00.0-usb-0:1.1:1.0-video-index0", "/dev/v4l/by-path/pci-0000:01:00.0-usb-0:1.1:1.0-video-index0", "640x480+ 0 -")]
    [DataRow("/dev/v4l/by-path/pci-0:1.0-index0:1280x720:10", "/dev/v4l/by-path/pci-0:1.0-index0", "1280x720 10 -")]
    public void Addresses_are_read_from_their_end(string address, string path, string wish)
    {
        (string foundPath, VideoWish found) = V4l2Source.Parse(address, new CameraWishes());
        Assert.AreEqual(path, foundPath);
        Assert.AreEqual(wish, $"{found.Width}x{found.Height}{(found.IsAtLeast ? "+" : "")} {found.FramesPerSecond} {found.Format?.Name ?? "-"}");
    }

    private static VideoMode Mode(string format, int width, int height, double rate) => new(PixelFormat.Find(format)!, width, height, rate);

    private static string Text(VideoMode? mode) => mode is { } found ? $"{found.Format.Name} {found.Width}x{found.Height}" : "none";
}
