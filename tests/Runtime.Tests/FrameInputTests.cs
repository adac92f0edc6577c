namespace Barrel.Runtime.Tests;

/// <summary><see cref="FrameInput"/> against a naive resize in doubles.</summary>
[TestClass]
public class FrameInputTests
{
    [TestMethod]
    public void ResizesLikeTheReference()
    {
        Random random = new(11);
        for (int round = 0; round < 300; round++)
        {
            int width = random.Next(1, 90), height = random.Next(1, 90);
            InputFormat format = Format(random.Next(1, 90), random.Next(1, 90), random.Next(3), random.Next(2));
            int pixels = random.Next(2);
            byte[] frame = RandomBytes(random, width * height * (pixels == FrameInput.PixelsGray8 ? 1 : 3));
            byte[] codes = new byte[format.ByteCount()];
            new FrameInput(format).Write(frame, 0, width, height, pixels, codes, 0);
            double[] expected = FrameInputReference.Planes(format, frame, width, height, pixels);
            for (int i = 0; i < codes.Length; i++)
            {
                Assert.IsLessThanOrEqualTo(
                    0.6, Math.Abs(codes[i] - expected[i]), $"{width}x{height} to {format.Width}x{format.Height}, code {i}");
            }
        }
    }

    [TestMethod]
    public void HalfPixelBilinearMatchesKnownValues()
    {
        // Two pixels to four: centres at −0.25 (clamped), 0.25, 0.75, 1.25 (clamped).
        InputFormat format = Format(4, 1, InputFormat.ChannelsGray, InputFormat.ResizeStretch);
        byte[] codes = new byte[4];
        new FrameInput(format).Write([0, 200], 0, 2, 1, FrameInput.PixelsGray8, codes, 0);
        CollectionAssert.AreEqual(new byte[] { 0, 50, 150, 200 }, codes);
    }

    [TestMethod]
    public void AreaAverageMatchesKnownValues()
    {
        // Three pixels to two: each covers one pixel and a half.
        InputFormat format = Format(2, 1, InputFormat.ChannelsGray, InputFormat.ResizeStretch);
        byte[] codes = new byte[2];
        new FrameInput(format).Write([30, 60, 90], 0, 3, 1, FrameInput.PixelsGray8, codes, 0);
        CollectionAssert.AreEqual(new byte[] { 40, 80 }, codes);
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(7, 3)]
    [DataRow(640, 480)]
    [DataRow(1921, 1079)]
    public void FlatColourStaysThatColour(int width, int height)
    {
        byte[] frame = new byte[width * height * 3];
        for (int i = 0; i < frame.Length; i += 3)
            (frame[i], frame[i + 1], frame[i + 2]) = (255, 128, 1);
        InputFormat format = Format(240, 184, InputFormat.ChannelsBgr, InputFormat.ResizeCrop);
        byte[] codes = new byte[format.ByteCount()];
        new FrameInput(format).Write(frame, 0, width, height, FrameInput.PixelsRgb24, codes, 0);
        int plane = 240 * 184;
        Assert.AreEqual(-1, codes.AsSpan(0, plane).IndexOfAnyExcept((byte)1), "blue first");
        Assert.AreEqual(-1, codes.AsSpan(plane, plane).IndexOfAnyExcept((byte)128), "then green");
        Assert.AreEqual(-1, codes.AsSpan(2 * plane, plane).IndexOfAnyExcept((byte)255), "then red");
    }

    [TestMethod]
    public void CropTakesTheCentre()
    {
        // 6x2 to 2x2: the two columns in the middle, unchanged.
        InputFormat format = Format(2, 2, InputFormat.ChannelsGray, InputFormat.ResizeCrop);
        byte[] codes = new byte[4];
        new FrameInput(format).Write([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 0, 6, 2, FrameInput.PixelsGray8, codes, 0);
        CollectionAssert.AreEqual(new byte[] { 3, 4, 9, 10 }, codes);
    }

    [TestMethod]
    public void ThresholdsMakeBits()
    {
        InputFormat format = Format(2, 1, InputFormat.ChannelsRgb, InputFormat.ResizeStretch);
        format.Thresholds = [100, 256, 0];
        byte[] codes = new byte[6];
        new FrameInput(format).Write([99, 255, 0, 100, 255, 0], 0, 2, 1, FrameInput.PixelsRgb24, codes, 0);
        CollectionAssert.AreEqual(new byte[] { 0, 1, 0, 0, 1, 1 }, codes);
    }

    [TestMethod]
    public void FlatInputIsPixelsThenPadding()
    {
        InputFormat format = Format(6, 1, InputFormat.ChannelsGray, InputFormat.ResizeStretch);
        format.Flat = true;
        format.PadCode = 9;
        byte[] codes = new byte[8];
        new FrameInput(format).Write([0, 10, 20, 30, 40], 1, 2, 2, FrameInput.PixelsGray8, codes, 1);
        CollectionAssert.AreEqual(new byte[] { 0, 10, 20, 30, 40, 9, 9, 0 }, codes);
        Refused(format, new byte[9], 3, 3);
    }

    [TestMethod]
    public void ImpossibleFramesAreRefused()
    {
        InputFormat format = Format(4, 4, InputFormat.ChannelsRgb, InputFormat.ResizeStretch);
        Refused(format, new byte[100], 0, 4);
        Refused(format, new byte[100], 4, -1);
        Refused(format, new byte[100], FrameInput.FrameSideMax + 1, 1);
        Refused(format, new byte[47], 4, 4);
    }

    [TestMethod]
    public void SecondFrameOfASizeAllocatesNothing()
    {
        InputFormat format = Format(240, 184, InputFormat.ChannelsRgb, InputFormat.ResizeStretch);
        FrameInput input = new(format);
        byte[] frame = new byte[320 * 240 * 3], codes = new byte[format.ByteCount()];
        input.Write(frame, 0, 320, 240, FrameInput.PixelsRgb24, codes, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 5; i++)
            input.Write(frame, 0, 320, 240, FrameInput.PixelsRgb24, codes, 0);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Refused(InputFormat format, byte[] frame, int width, int height)
    {
        int pixels = format.Flat ? FrameInput.PixelsGray8 : FrameInput.PixelsRgb24;
        BarrelException error = Assert.ThrowsExactly<BarrelException>(
            () => new FrameInput(format).Write(frame, 0, width, height, pixels, new byte[format.ByteCount()], 0));
        Assert.AreEqual(FrameInput.FrameSizeError, error.Code);
    }

    private static InputFormat Format(int width, int height, int order, int resize) => new()
    {
        Width = width,
        Height = height,
        ChannelOrder = order,
        Channels = order == InputFormat.ChannelsGray ? 1 : 3,
        Resize = resize,
    };

    private static byte[] RandomBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
