using Barrel.Compiler.Cards;
using Barrel.Compiler.Tests.Data;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Cards;

[TestClass]
public class CardInputTests
{
    [TestMethod]
    public void PlanesTakeTheNetworksShape()
    {
        InputFormat format = new CardInput { ChannelOrder = InputFormat.ChannelsBgr, Resize = InputFormat.ResizeCrop }.ToFormat([-1, 3, 20, 30], "net");
        Assert.AreEqual((3, 20, 30), (format.Channels, format.Height, format.Width));
        Assert.AreEqual(InputFormat.ChannelsBgr, format.ChannelOrder);
        Assert.AreEqual(InputFormat.ResizeCrop, format.Resize);
        Assert.IsFalse(format.Flat);
        Assert.IsNull(format.Thresholds);
    }

    [TestMethod]
    public void ChannelOrderFollowsTheShapeWhereTheCardIsSilent()
    {
        Assert.AreEqual(InputFormat.ChannelsRgb, new CardInput().ToFormat([1, 3, 2, 2], "net").ChannelOrder);
        Assert.AreEqual(InputFormat.ChannelsGray, new CardInput().ToFormat([1, 1, 2, 2], "net").ChannelOrder);
    }

    // Code 1 exactly where (x − subtract)·multiply ≥ 0.
    [TestMethod]
    [DataRow(127.5)]
    [DataRow(128.0)]
    [DataRow(0.0)]
    [DataRow(-3.0)]
    [DataRow(255.0)]
    [DataRow(255.5)]
    [DataRow(1e9)]
    public void ThresholdIsTheSignOfTheNetworksInput(double subtract)
    {
        InputFormat format = new CardInput { Binarize = true, Subtract = [subtract], Multiply = [0.25] }.ToFormat([1, 3, 2, 2], "net");
        Assert.HasCount(3, format.Thresholds);
        for (int x = 0; x < 256; x++)
            Assert.AreEqual((x - subtract) * 0.25 >= 0, x >= format.Thresholds[2], $"pixel {x}");
    }

    [TestMethod]
    public void FlatInputIsOneRowWithItsPadCode()
    {
        InputFormat binary = new CardInput { Binarize = true, PadTo = 9, PadValue = -1 }.ToFormat([1, 9], "net");
        Assert.AreEqual((1, 1, 9, true), (binary.Channels, binary.Height, binary.Width, binary.Flat));
        Assert.AreEqual(0, binary.PadCode);
        Assert.AreEqual(1, new CardInput { Binarize = true, PadTo = 9, PadValue = 1 }.ToFormat([1, 9], "net").PadCode);
        Assert.AreEqual(130, new CardInput { Subtract = [128], Multiply = [0.5], PadTo = 9, PadValue = 1 }.ToFormat([1, 9], "net").PadCode);
    }

    [TestMethod]
    public void RefusesWhatDoesNotFit()
    {
        Refused([1, 2, 3], new CardInput(), "[1, 2, 3]");
        Refused([4, 3, 8, 8], new CardInput(), "batch of 4");
        Refused([1, 3, -1, 8], new CardInput(), "dimension 2");
        Refused([1, 8, 8, 3], new CardInput(), "8 channels");
        Refused([1, 3, 8, 8], new CardInput { ChannelOrder = InputFormat.ChannelsGray }, "input.channels");
        Refused([1, 1, 8, 8], new CardInput { ChannelOrder = InputFormat.ChannelsRgb }, "input.channels");
        Refused([1, 3, 8, 8], new CardInput { PadTo = 9 }, "padTo");
        Refused([1, 8], new CardInput { PadTo = 9 }, "padTo");
        Refused([1, 8], new CardInput { ChannelOrder = InputFormat.ChannelsRgb }, "GRAY");
        Refused([1, 8], new CardInput { PadTo = 8, PadValue = -1 }, "padValue");
    }

    private static void Refused(int[] shape, CardInput input, string part) =>
        Expect.Error(CardErrors.InputShape, () => input.ToFormat(shape, "net.onnx"), "net.onnx", part);
}
