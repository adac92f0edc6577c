using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Data;

[TestClass]
public class CodeValuesTests
{
    [TestMethod]
    public void ValuesAreScaledPerChannel()
    {
        var input = new CardInput { Subtract = [10, 20, 30], Multiply = [1, 0.5, -2] };
        var values = new CodeValues(input, input.ToFormat([1, 3, 1, 2], "net"));
        var filled = new float[6];
        values.Fill([0, 255, 20, 21, 30, 0], filled);
        CollectionAssert.AreEqual(new float[] { -10, 245, 0, 0.5f, 0, 60 }, filled);
        Assert.AreEqual(245f, values[0, 255]);
    }

    [TestMethod]
    public void BinaryCodesAreSigns()
    {
        var input = new CardInput { Binarize = true, Subtract = [127.5], Multiply = [2.0 / 255], PadTo = 4, PadValue = -1 };
        InputFormat format = input.ToFormat([1, 4], "net");
        var codes = new byte[4];
        new FramePlanes(format).Fill(RgbImage.FromGray(2, 1, [127, 128]), codes, "frame");
        var filled = new float[4];
        new CodeValues(input, format).Fill(codes, filled);
        CollectionAssert.AreEqual(new float[] { -1, 1, -1, -1 }, filled);
    }
}
