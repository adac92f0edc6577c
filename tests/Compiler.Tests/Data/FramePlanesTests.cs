using Barrel.Compiler.Data;
using Barrel.Runtime;
using CsCheck;

namespace Barrel.Compiler.Tests.Data;

[TestClass]
public class FramePlanesTests
{
    [TestMethod]
    public void SameSizeIsCopiedInTheNetworksChannelOrder()
    {
        RgbImage image = Random(5, 4);
        byte[] rgb = Codes(image, Format(3, 4, 5)), bgr = Codes(image, Format(3, 4, 5, InputFormat.ChannelsBgr));
        for (int i = 0; i < 20; i++)
        {
            for (int c = 0; c < 3; c++)
            {
                Assert.AreEqual(image.Pixels[3 * i + c], rgb[20 * c + i]);
                Assert.AreEqual(image.Pixels[3 * i + c], bgr[20 * (2 - c) + i]);
            }
        }
    }

    [TestMethod]
    public void GrayImagesStayAsTheyAre()
    {
        byte[] values = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        CollectionAssert.AreEqual(values, Codes(RgbImage.FromGray(16, 16, values), Format(1, 16, 16, InputFormat.ChannelsGray)));
    }

    [TestMethod]
    public void ShrinkingAveragesTheArea()
    {
        // 3 columns to 2: each output covers one and a half.
        RgbImage image = RgbImage.FromGray(3, 1, [30, 90, 210]);
        CollectionAssert.AreEqual(new byte[] { 50, 170 }, Codes(image, Format(1, 1, 2, InputFormat.ChannelsGray)));
    }

    [TestMethod]
    public void EnlargingIsBilinearBetweenPixelCentres()
    {
        RgbImage image = RgbImage.FromGray(2, 1, [0, 100]);
        CollectionAssert.AreEqual(new byte[] { 0, 25, 75, 100 }, Codes(image, Format(1, 1, 4, InputFormat.ChannelsGray)));
    }

    [TestMethod]
    [DataRow(37, 23, 16, 12)]
    [DataRow(7, 5, 64, 48)]
    [DataRow(64, 3, 16, 12)]
    public void FlatColourStaysFlat(int width, int height, int toWidth, int toHeight)
    {
        byte[] codes = Codes(RgbImage.FromGray(width, height, Enumerable.Repeat((byte)201, width * height).ToArray()), Format(3, toHeight, toWidth));
        Assert.IsTrue(Array.TrueForAll(codes, c => c == 201));
    }

    [TestMethod]
    public void CropTakesTheCentre()
    {
        InputFormat format = Format(1, 2, 2, InputFormat.ChannelsGray);
        format.Resize = InputFormat.ResizeCrop;
        CollectionAssert.AreEqual(new byte[] { 2, 3, 6, 7 }, Codes(RgbImage.FromGray(4, 2, [1, 2, 3, 4, 5, 6, 7, 8]), format));
        Assert.AreEqual(new FrameWindow(0, 1, 4, 4), FrameWindow.Of(4, 6, format));
    }

    [TestMethod]
    public void LabelsAreCutAsFramesAre()
    {
        Gen.Int[1, 90].Array[4].Each(2000, sides =>
        {
            InputFormat format = Format(1, sides[0], sides[1], InputFormat.ChannelsGray);
            format.Resize = InputFormat.ResizeCrop;
            FrameInput input = new(format);
            input.Write(new byte[sides[2] * sides[3]], 0, sides[2], sides[3], FrameInput.PixelsGray8, new byte[format.ByteCount()], 0);
            Assert.AreEqual(new FrameWindow(input.UsedLeft, input.UsedTop, input.UsedWidth, input.UsedHeight), FrameWindow.Of(sides[2], sides[3], format));
        });
    }

    [TestMethod]
    public void EvaluationSeesTheCodesOfTheBoards()
    {
        InputFormat format = Format(3, 12, 16);
        RgbImage image = Random(37, 23);
        var codes = new byte[format.ByteCount()];
        new FrameInput(format).Write(image.Pixels, 0, 37, 23, FrameInput.PixelsRgb24, codes, 0);
        CollectionAssert.AreEqual(codes, Codes(image, format));
    }

    [TestMethod]
    public void ThresholdsGiveOneBit()
    {
        InputFormat format = Format(1, 1, 4, InputFormat.ChannelsGray);
        format.Thresholds = [128];
        CollectionAssert.AreEqual(new byte[] { 0, 0, 1, 1 }, Codes(RgbImage.FromGray(4, 1, [0, 127, 128, 255]), format));
    }

    [TestMethod]
    public void FlatInputIsPadded()
    {
        var format = new InputFormat { Channels = 1, Height = 1, Width = 6, Flat = true, PadCode = 9, ChannelOrder = InputFormat.ChannelsGray };
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3, 4, 9, 9 }, Codes(RgbImage.FromGray(2, 2, [1, 2, 3, 4]), format));
        Expect.Error(DataErrors.FrameSize, () => Codes(Random(7, 1), format), "frame", "7x1", "6");
    }

    [TestMethod]
    public void TablesFollowTheFrameSize()
    {
        InputFormat format = Format(3, 6, 8);
        var planes = new FramePlanes(format);
        var codes = new byte[format.ByteCount()];
        foreach (RgbImage image in new[] { Random(20, 10), Random(5, 4), Random(20, 10) })
        {
            planes.Fill(image, codes, "frame");
            CollectionAssert.AreEqual(Codes(image, format), codes);
        }
    }

    private static InputFormat Format(int channels, int height, int width, int order = InputFormat.ChannelsRgb) =>
        new() { Channels = channels, Height = height, Width = width, ChannelOrder = order };

    private static byte[] Codes(RgbImage image, InputFormat format)
    {
        var codes = new byte[format.ByteCount()];
        new FramePlanes(format).Fill(image, codes, "frame");
        return codes;
    }

    private static RgbImage Random(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(width).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }
}
