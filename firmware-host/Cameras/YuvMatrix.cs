namespace Barrel.Host.Cameras;

/// <summary>The colours of BT.601 in integers with 8 fraction bits: the one place that turns luma and chroma into RGB.</summary>
internal readonly struct YuvMatrix
{
    private static readonly YuvMatrix Limited = new(16, 298, 409, 100, 208, 516);
    private static readonly YuvMatrix Full = new(0, 256, 359, 88, 183, 454);

    private readonly int lumaZero;
    private readonly int lumaGain;
    private readonly int redOfRed;
    private readonly int greenOfBlue;
    private readonly int greenOfRed;
    private readonly int blueOfBlue;

    private YuvMatrix(int lumaZero, int lumaGain, int redOfRed, int greenOfBlue, int greenOfRed, int blueOfBlue)
    {
        this.lumaZero = lumaZero;
        this.lumaGain = lumaGain;
        this.redOfRed = redOfRed;
        this.greenOfBlue = greenOfBlue;
        this.greenOfRed = greenOfRed;
        this.blueOfBlue = blueOfBlue;
    }

    /// <param name="isFullRange">Luma is 0..255 and not 16..235.</param>
    public static YuvMatrix Of(bool isFullRange) => isFullRange ? Full : Limited;

    /// <summary>A row without chroma.</summary>
    /// <param name="luma">A sample every <paramref name="step"/> bytes.</param>
    /// <param name="rgb">Takes three bytes a pixel; its length says how many pixels.</param>
    public void GreyRow(ReadOnlySpan<byte> luma, int step, Span<byte> rgb)
    {
        for (int x = 0, at = 0; at + 2 < rgb.Length; x++, at += 3)
        {
            byte grey = Limit((((luma[x * step] - lumaZero) * lumaGain) + 128) >> 8);
            rgb[at] = grey;
            rgb[at + 1] = grey;
            rgb[at + 2] = grey;
        }
    }

    /// <summary>A row of which 1 &lt;&lt; <paramref name="chromaShift"/> neighbours share a pair of chroma samples.</summary>
    /// <param name="luma">A sample every <paramref name="lumaStep"/> bytes.</param>
    /// <param name="blue">Blueness (U, Cb), a sample every <paramref name="chromaStep"/> bytes.</param>
    /// <param name="red">Redness (V, Cr), likewise.</param>
    /// <param name="rgb">Takes three bytes a pixel; its length says how many pixels.</param>
    public void ColourRow(
        ReadOnlySpan<byte> luma, int lumaStep, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, int chromaStep, int chromaShift, Span<byte> rgb)
    {
        int shared = (1 << chromaShift) - 1;
        int redPart = 0, greenPart = 0, bluePart = 0;
        for (int x = 0, at = 0; at + 2 < rgb.Length; x++, at += 3)
        {
            if ((x & shared) == 0)
            {
                int chroma = (x >> chromaShift) * chromaStep;
                int blueness = blue[chroma] - 128, redness = red[chroma] - 128;
                redPart = 128 + (redOfRed * redness);
                greenPart = 128 - (greenOfBlue * blueness) - (greenOfRed * redness);
                bluePart = 128 + (blueOfBlue * blueness);
            }

            int grey = (luma[x * lumaStep] - lumaZero) * lumaGain;
            rgb[at] = Limit((grey + redPart) >> 8);
            rgb[at + 1] = Limit((grey + greenPart) >> 8);
            rgb[at + 2] = Limit((grey + bluePart) >> 8);
        }
    }

    private static byte Limit(int value) => (byte)Math.Clamp(value, 0, 255);
}
