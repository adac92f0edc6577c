using Barrel.Host.Cameras;
using Barrel.Host.Cameras.V4l2;
using StbImageWriteSharp;

namespace Barrel.Host.Tests;

[TestClass]
public class FrameDecoderTests
{
    [TestMethod]
    [DataRow("RGB24", 0)]
    [DataRow("BGR24", 2)]
    public void Three_bytes_a_pixel_keep_their_values(string format, int red)
    {
        const int width = 256, stride = (width * 3) + 5;
        byte[] captured = new byte[stride * 2];
        for (int y = 0; y < 2; y++)
            for (int x = 0; x < width; x++)
            {
                captured[(y * stride) + (x * 3) + red] = (byte)x;
                captured[(y * stride) + (x * 3) + 1] = (byte)(255 - x);
                captured[(y * stride) + (x * 3) + 2 - red] = (byte)(x ^ 0x55);
            }

        FrameDecoder decoder = Decoder(format, width, 2, stride);
        CameraFrame frame = new();
        Assert.IsTrue(decoder.Decode(captured, frame));
        for (int i = 0; i < width * 2; i++)
            Assert.AreEqual(((byte)i, (byte)(255 - (byte)i), (byte)((byte)i ^ 0x55)), (frame.Rgb[i * 3], frame.Rgb[(i * 3) + 1], frame.Rgb[(i * 3) + 2]));
        Assert.IsFalse(decoder.Decode(captured.AsSpan(0, captured.Length - 6), frame), "cut off");
    }

    [TestMethod]
    [DataRow("YUYV", 64 * 2 * 48)]
    [DataRow("UYVY", 64 * 2 * 48)]
    [DataRow("NV12", 64 * 3 / 2 * 48)]
    [DataRow("YUV420", 64 * 3 / 2 * 48)]
    [DataRow("GREY", 64 * 48)]
    [DataRow("RGB24", 64 * 3 * 48)]
    public void A_picture_takes_its_bytes_and_none_less(string format, int bytes)
    {
        CameraFrame frame = new();
        FrameDecoder decoder = Decoder(format, 64, 48, 0);
        Assert.IsTrue(decoder.Decode(new byte[bytes], frame));
        Assert.AreEqual((64, 48), (frame.Width, frame.Height));
        Assert.IsFalse(decoder.Decode(new byte[bytes - 1], frame));
        Assert.IsFalse(decoder.Decode([], frame));
    }

    [TestMethod]
    public void Jpeg_without_its_tables_is_the_same_picture()
    {
        byte[] whole = Jpeg(64, 48), bare = WithoutTables(whole);
        Assert.HasCount(whole.Length - JpegTables.Huffman.Length, bare, "the writer has the standard's tables in one segment, as cameras mean them");
        FrameDecoder decoder = Decoder("MJPEG", 64, 48, 0);
        CameraFrame expected = new(), frame = new();
        Assert.IsTrue(decoder.Decode(whole, expected));
        Assert.IsTrue(decoder.Decode([.. bare, 0, 0, 0], frame));
        CollectionAssert.AreEqual(expected.Rgb, frame.Rgb);
        Assert.IsLessThan(12, Math.Abs(expected.Rgb[(63 * 3) + 0] - 252));
    }

    [TestMethod]
    public void Damaged_jpegs_are_no_pictures()
    {
        byte[] whole = Jpeg(64, 48);
        FrameDecoder decoder = Decoder("MJPEG", 64, 48, 0);
        CameraFrame frame = new();
        for (int length = 0; length < 300; length++)
            Assert.IsFalse(decoder.Decode(whole.AsSpan(0, length), frame), $"{length}");
        Random random = new(3);
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = [.. whole];
            for (int i = 0; i < 5; i++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            decoder.Decode(bytes, frame);
        }

        Assert.IsFalse(Decoder("MJPEG", 32, 48, 0).Decode(whole, frame), "another size than was agreed on");
    }

    private static FrameDecoder Decoder(string format, int width, int height, int stride)
    {
        PixelFormat found = PixelFormat.Find(format)!;
        return found.CreateDecoder(new VideoFormat { Width = (uint)width, Height = (uint)height, FourCode = found.FourCode, StrideBytes = (uint)stride });
    }

    private static byte[] Jpeg(int width, int height)
    {
        byte[] rgb = [.. Enumerable.Range(0, width * height * 3).Select(i => (byte)(i / 3 % width * 4))];
        using MemoryStream stream = new();
        new ImageWriter().WriteJpg(rgb, width, height, ColorComponents.RedGreenBlue, stream, 95);
        return stream.ToArray();
    }

    private static byte[] WithoutTables(byte[] jpeg)
    {
        List<byte> bare = [.. jpeg];
        for (int at = 2; bare[at + 1] != 0xda;)
        {
            int length = 2 + (bare[at + 2] << 8) + bare[at + 3];
            if (bare[at + 1] == 0xc4)
                bare.RemoveRange(at, length);
            else
                at += length;
        }

        return [.. bare];
    }
}
