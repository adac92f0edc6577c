using Barrel.Host.Cameras;
using Barrel.Runtime;
using StbImageWriteSharp;

namespace Barrel.Host.Tests;

[TestClass]
public class CameraSourcesTests
{
    [TestMethod]
    [DataRow("webcam", HostErrors.UnknownSource)]
    [DataRow("http://x", HostErrors.UnknownSource)]
    [DataRow("v4l2:/no/such/device", HostErrors.CameraMissing)]
    [DataRow("v4l2:/dev/null", HostErrors.CameraFormat)]
    [DataRow("v4l2:", HostErrors.BadCameraAddress)]
    [DataRow("v4l2:/dev/video0:0x0", HostErrors.BadCameraAddress)]
    [DataRow("v4l2:/dev/video0:640x480:0", HostErrors.BadCameraAddress)]
    [DataRow("v4l2:/dev/video0:640x480:30:AVI", HostErrors.BadCameraAddress)]
    [DataRow("rpicam:", HostErrors.BadCameraAddress)]
    [DataRow("rpicam:641x480", HostErrors.BadCameraAddress)]
    [DataRow("rpicam:640x480:30:1", HostErrors.BadCameraAddress)]
    [DataRow("dir:/no/such/place", HostErrors.SourceUnreadable)]
    [DataRow("dir:", HostErrors.SourceUnreadable)]
    [DataRow("y4m:/no/such/file", HostErrors.SourceUnreadable)]
    [DataRow("y4m:", HostErrors.SourceUnreadable)]
    [DataRow("scene:", HostErrors.BadScene)]
    [DataRow("scene:1:0x0", HostErrors.BadScene)]
    [DataRow("scene:1:99999x99999", HostErrors.BadScene)]
    public void WrongSourcesHaveACode(string source, int code) =>
        Assert.AreEqual(code, Assert.ThrowsExactly<BarrelException>(() => CameraSources.Open(source, loops: false)).Code);

    [TestMethod]
    public void DirectoryIsReadInOrderOfNames()
    {
        string path = Directory.CreateTempSubdirectory("barrel-").FullName;
        try
        {
            WritePng(path, "b.png", 2, 1, 20);
            WritePng(path, "a.png", 1, 2, 10);
            File.WriteAllText(Path.Combine(path, "notes.txt"), "not a picture");
            using ICamera camera = CameraSources.Open("dir:" + path, loops: true);
            CameraFrame frame = new();
            foreach ((int width, int grey) in ((int, int)[])[(1, 10), (2, 20), (1, 10)])
            {
                Assert.IsTrue(camera.Read(frame));
                Assert.AreEqual((width, grey), (frame.Width, (int)frame.Rgb[0]));
            }
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    [TestMethod]
    public void BrokenPictureIsAnError()
    {
        string path = Directory.CreateTempSubdirectory("barrel-").FullName;
        try
        {
            WritePng(path, "a.png", 8, 8, 10);
            byte[] good = File.ReadAllBytes(Path.Combine(path, "a.png"));
            foreach (int length in (int[])[0, 10, 30, good.Length / 2])
            {
                File.WriteAllBytes(Path.Combine(path, "a.png"), good[..length]);
                using ICamera camera = CameraSources.Open("dir:" + path, loops: false);
                Assert.AreEqual(
                    HostErrors.BadImage, Assert.ThrowsExactly<BarrelException>(() => camera.Read(new CameraFrame())).Code, $"{length}");
            }
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static void WritePng(string directory, string name, int width, int height, byte grey)
    {
        byte[] rgb = new byte[width * height * 3];
        rgb.AsSpan().Fill(grey);
        using FileStream stream = File.Create(Path.Combine(directory, name));
        new ImageWriter().WritePng(rgb, width, height, ColorComponents.RedGreenBlue, stream);
    }
}
