using Barrel.Host.Cameras;

namespace Barrel.Host.Tests;

/// <summary>Colours against BT.601 in real numbers, and each order of samples against the same picture.</summary>
[TestClass]
public class YuvLayoutTests
{
    private const int Width = 12;
    private const int Height = 6;

    /// <summary>All luma, and chroma in steps of 5 with both ends.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Colours_are_those_of_bt601(bool isFullRange)
    {
        YuvLayout layout = YuvLayout.Packed(2, 1, 4, 0, 1, 3) with { IsFullRange = isFullRange };
        byte[] rgb = new byte[6];
        for (int u = 0; u <= 255; u += 5)
            for (int v = 0; v <= 255; v += 5)
                for (int y = 0; y < 256; y++)
                {
                    layout.ToRgb([(byte)y, (byte)u, (byte)(255 - y), (byte)v], rgb);
                    AssertNear(y, u, v, isFullRange, rgb);
                    AssertNear(255 - y, u, v, isFullRange, rgb.AsSpan(3));
                }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Greys_are_those_of_bt601(bool isFullRange)
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        byte[] rgb = new byte[256 * 3];
        (YuvLayout.Grey(256, 1, 256) with { IsFullRange = isFullRange }).ToRgb(all, rgb);
        for (int y = 0; y < 256; y++)
            AssertNear(y, 128, 128, isFullRange, rgb.AsSpan(y * 3));
    }

    [TestMethod]
    public void Packed_orders_give_the_same_picture()
    {
        const int stride = (Width * 2) + 10;
        foreach ((int luma, int blue, int red) in ((int, int, int)[])[(0, 1, 3), (1, 0, 2), (0, 3, 1)])
        {
            byte[] samples = new byte[stride * Height];
            for (int y = 0; y < Height; y++)
                for (int x = 0; x < Width; x++)
                {
                    samples[(y * stride) + (x * 2) + luma] = Luma(x, y);
                    samples[(y * stride) + (x / 2 * 4) + blue] = Blue(x / 2, y);
                    samples[(y * stride) + (x / 2 * 4) + red] = Red(x / 2, y);
                }

            YuvLayout layout = YuvLayout.Packed(Width, Height, stride, luma, blue, red);
            Assert.IsLessThanOrEqualTo(samples.Length - 10, layout.ByteCount);
            AssertPicture(layout, samples, shiftY: 0);
        }
    }

    [TestMethod]
    public void Planar_orders_give_the_same_picture()
    {
        const int stride = Width + 4;
        byte[] half = new byte[stride * Height * 3 / 2], planar = new byte[half.Length];
        for (int y = 0; y < Height; y++)
            for (int x = 0; x < Width; x++)
            {
                half[(y * stride) + x] = planar[(y * stride) + x] = Luma(x, y);
                int chroma = (stride * Height) + (y / 2 * stride) + (x & ~1);
                half[chroma] = Blue(x / 2, y / 2);
                half[chroma + 1] = Red(x / 2, y / 2);
                int plane = (stride * Height) + (y / 2 * (stride / 2)) + (x / 2);
                planar[plane] = Blue(x / 2, y / 2);
                planar[plane + (stride / 2 * (Height / 2))] = Red(x / 2, y / 2);
            }

        AssertPicture(YuvLayout.HalfPlanar(Width, Height, stride), half, shiftY: 1);
        AssertPicture(YuvLayout.Planar420(Width, Height, stride), planar, shiftY: 1);
    }

    private static byte Luma(int x, int y) => (byte)(20 + (x * 17) + (y * 3));

    private static byte Blue(int x, int y) => (byte)(90 + (x * 11) + (y * 5));

    private static byte Red(int x, int y) => (byte)(160 - (x * 9) + (y * 7));

    private static void AssertPicture(YuvLayout layout, byte[] samples, int shiftY)
    {
        byte[] rgb = new byte[Width * Height * 3];
        layout.ToRgb(samples.AsSpan(0, layout.ByteCount), rgb);
        for (int y = 0; y < Height; y++)
            for (int x = 0; x < Width; x++)
                AssertNear(Luma(x, y), Blue(x / 2, y >> shiftY), Red(x / 2, y >> shiftY), false, rgb.AsSpan(((y * Width) + x) * 3));
    }

    // Coefficients of 8 bits: within 2 of the real value, at chroma's ends 516 for 516.41 adds its share.
    private static void AssertNear(int y, int u, int v, bool isFullRange, ReadOnlySpan<byte> rgb)
    {
        double luma = isFullRange ? y : (y - 16) * 255.0 / 219, gain = isFullRange ? 1 : 255.0 / 224;
        double r = luma + (gain * 1.402 * (v - 128));
        double g = luma - (gain * 0.344136 * (u - 128)) - (gain * 0.714136 * (v - 128));
        double b = luma + (gain * 1.772 * (u - 128));
        if (Math.Abs(Math.Clamp(r, 0, 255) - rgb[0]) > 2 || Math.Abs(Math.Clamp(g, 0, 255) - rgb[1]) > 2 || Math.Abs(Math.Clamp(b, 0, 255) - rgb[2]) > 2)
            Assert.Fail($"Y {y} U {u} V {v}: {rgb[0]} {rgb[1]} {rgb[2]}; {r:0.0} {g:0.0} {b:0.0} would be right");
    }
}
