using System.Text;
using Barrel.Host.Cameras;
using Barrel.Runtime;

namespace Barrel.Host.Tests;

[TestClass]
public class Y4mCameraTests
{
    [TestMethod]
    [DataRow(6, 4)]
    [DataRow(7, 5)]
    [DataRow(1, 1)]
    public void WrittenFramesAreReadBack(int width, int height)
    {
        // Grey survives the way through limited-range YUV within a rounding; colours do where all of a 2 x 2 block is one colour.
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < rgb.Length; i += 3)
            (rgb[i], rgb[i + 1], rgb[i + 2]) = (200, 90, 30);
        MemoryStream stream = new();
        Y4mWriter writer = new(stream, width, height, 4);
        writer.Write(rgb);
        writer.Write(new byte[rgb.Length]);
        stream.Position = 0;
        using Y4mCamera camera = new(stream);
        CameraFrame frame = new();
        Assert.IsTrue(camera.Read(frame));
        Assert.AreEqual((width, height, 0L), (frame.Width, frame.Height, frame.TimestampMs));
        for (int i = 0; i < rgb.Length; i++)
            Assert.IsLessThanOrEqualTo(3, Math.Abs(frame.Rgb[i] - rgb[i]));
        Assert.IsTrue(camera.Read(frame));
        Assert.AreEqual((1L, 250L), (frame.Number, frame.TimestampMs));
        Assert.IsFalse(camera.Read(frame));
        Assert.IsNull(camera.EndMessage);
    }

    [TestMethod]
    [DataRow("420jpeg", 4, 2, 2)]
    [DataRow("420mpeg2", 4, 2, 2)]
    [DataRow("422", 4, 2, 4)]
    [DataRow("444", 4, 4, 4)]
    [DataRow("mono", 4, 0, 0)]
    public void SamplingIsUnderstood(string colour, int side, int chromaWidth, int chromaHeight)
    {
        Y4mHeader header = Y4mHeader.Parse($"YUV4MPEG2  H{side} W{side} Xwhatever=1 C{colour} F30000:1001 It A0:0");
        Assert.AreEqual((chromaWidth, chromaHeight, 33_366), (header.ChromaWidth, header.ChromaHeight, header.FrameMicroseconds));
        byte[] planes = new byte[header.FrameBytes];
        planes.AsSpan(0, side * side).Fill(235);
        planes.AsSpan(side * side).Fill(128);
        byte[] rgb = new byte[side * side * 3];
        Y4mColour.ToRgb(header, planes, rgb);
        Assert.AreEqual(-1, rgb.AsSpan().IndexOfAnyExcept((byte)255));
    }

    [TestMethod]
    [DataRow(81, 90, 240, 255, 0, 0)]
    [DataRow(145, 54, 34, 0, 255, 0)]
    [DataRow(41, 240, 110, 0, 0, 255)]
    [DataRow(16, 128, 128, 0, 0, 0)]
    public void PrimariesOfBt601(int y, int u, int v, int r, int g, int b)
    {
        byte[] rgb = new byte[3];
        Y4mColour.ToRgb(Y4mHeader.Parse("YUV4MPEG2 W1 H1 C444"), [(byte)y, (byte)u, (byte)v], rgb);
        Assert.IsLessThanOrEqualTo(2, Math.Abs(rgb[0] - r) + Math.Abs(rgb[1] - g) + Math.Abs(rgb[2] - b));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("YUV4MPEG W4 H4")]
    [DataRow("YUV4MPEG2 W4")]
    [DataRow("YUV4MPEG2 W0 H4")]
    [DataRow("YUV4MPEG2 W-4 H4")]
    [DataRow("YUV4MPEG2 W99999999999 H4")]
    [DataRow("YUV4MPEG2 W8192 H8192")]
    [DataRow("YUV4MPEG2 W4 H4 C420p10")]
    [DataRow("YUV4MPEG2 W4 H4 C\u001b[2J")]
    public void HostileHeadersAreRefused(string line)
    {
        BarrelException error = Assert.ThrowsExactly<BarrelException>(() => new Y4mCamera(Stream(line + "\nFRAME\n")));
        Assert.AreEqual(HostErrors.BadY4m, error.Code);
        Assert.DoesNotContain("\u001b", error.Message);
    }

    [TestMethod]
    public void EndlessFirstLineIsRefused() =>
        Assert.ThrowsExactly<BarrelException>(() => new Y4mCamera(Stream("YUV4MPEG2 " + new string('X', 100_000))));

    [TestMethod]
    public void TruncatedStreamEndsWithAMessage()
    {
        MemoryStream stream = new();
        Y4mWriter writer = new(stream, 8, 8, 10);
        writer.Write(new byte[192]);
        writer.Write(new byte[192]);
        stream.SetLength(stream.Length - 5);
        stream.Position = 0;
        using Y4mCamera camera = new(stream);
        CameraFrame frame = new();
        Assert.IsTrue(camera.Read(frame));
        Assert.IsFalse(camera.Read(frame));
        Assert.Contains("frame 1 breaks off", camera.EndMessage!);
    }

    [TestMethod]
    public void MutatedStreamsGiveFramesOrAnError()
    {
        MemoryStream stream = new();
        Y4mWriter writer = new(stream, 16, 8, 10);
        for (int i = 0; i < 3; i++)
            writer.Write(new byte[384]);
        byte[] good = stream.ToArray();
        Random random = new(5);
        int refused = 0, read = 0;
        for (int round = 0; round < 5000; round++)
        {
            byte[] bytes = good.AsSpan(0, random.Next(4) == 0 ? random.Next(good.Length) : good.Length).ToArray();
            for (int i = random.Next(1, 6); i > 0 && bytes.Length > 0; i--)
                bytes[random.Next(3) == 0 ? random.Next(bytes.Length) : random.Next(Math.Min(60, bytes.Length))] = (byte)random.Next(256);
            try
            {
                using Y4mCamera camera = new(new MemoryStream(bytes));
                CameraFrame frame = new();
                while (camera.Read(frame))
                    read++;
            }
            catch (BarrelException)
            {
                refused++;
            }
        }

        Assert.IsGreaterThan(100, refused);
        Assert.IsGreaterThan(100, read);
    }

    private static MemoryStream Stream(string text) => new(Encoding.Latin1.GetBytes(text));
}
