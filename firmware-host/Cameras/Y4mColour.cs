namespace Barrel.Host.Cameras;

/// <summary>BT.601 in integers, 8 fraction bits.</summary>
internal static class Y4mColour
{
    /// <summary>Planes to RGB24.</summary>
    /// <param name="header">Size and sampling.</param>
    /// <param name="planes">Y, then U and V unless mono.</param>
    /// <param name="rgb">Takes width · height · 3 bytes.</param>
    public static void ToRgb(Y4mHeader header, byte[] planes, byte[] rgb)
    {
        int u = header.Width * header.Height;
        int v = u + (header.ChromaWidth * header.ChromaHeight);
        int lumaGain = header.IsFullRange ? 256 : 298, lumaZero = header.IsFullRange ? 0 : 16;
        int redV = header.IsFullRange ? 359 : 409, greenU = header.IsFullRange ? 88 : 100;
        int greenV = header.IsFullRange ? 183 : 208, blueU = header.IsFullRange ? 454 : 516;
        int at = 0;
        for (int y = 0; y < header.Height; y++)
        {
            int chromaRow = (y >> header.ChromaShiftY) * header.ChromaWidth;
            for (int x = 0; x < header.Width; x++)
            {
                int luma = ((planes[at] - lumaZero) * lumaGain) + 128;
                int blueness = 0, redness = 0;
                if (!header.IsMono)
                {
                    int chroma = chromaRow + (x >> header.ChromaShiftX);
                    blueness = planes[u + chroma] - 128;
                    redness = planes[v + chroma] - 128;
                }

                rgb[at * 3] = Limit((luma + (redV * redness)) >> 8);
                rgb[(at * 3) + 1] = Limit((luma - (greenU * blueness) - (greenV * redness)) >> 8);
                rgb[(at * 3) + 2] = Limit((luma + (blueU * blueness)) >> 8);
                at++;
            }
        }
    }

    /// <summary>RGB24 to 4:2:0 planes of limited range; chroma is the mean of its two by two pixels.</summary>
    public static void To420(byte[] rgb, int width, int height, byte[] planes)
    {
        for (int i = 0; i < width * height; i++)
            planes[i] = (byte)((((66 * rgb[i * 3]) + (129 * rgb[(i * 3) + 1]) + (25 * rgb[(i * 3) + 2]) + 128) >> 8) + 16);

        int chromaWidth = (width + 1) / 2, chromaHeight = (height + 1) / 2;
        int u = width * height, v = u + (chromaWidth * chromaHeight);
        for (int y = 0; y < chromaHeight; y++)
        {
            for (int x = 0; x < chromaWidth; x++)
            {
                int top = 2 * y * width, bottom = Math.Min((2 * y) + 1, height - 1) * width;
                int left = 2 * x, right = Math.Min((2 * x) + 1, width - 1);
                int r = Sum(rgb, top, bottom, left, right, 0);
                int g = Sum(rgb, top, bottom, left, right, 1);
                int b = Sum(rgb, top, bottom, left, right, 2);
                planes[u++] = Limit((((-38 * r) - (74 * g) + (112 * b) + 512) >> 10) + 128);
                planes[v++] = Limit((((112 * r) - (94 * g) - (18 * b) + 512) >> 10) + 128);
            }
        }
    }

    private static int Sum(byte[] rgb, int top, int bottom, int left, int right, int channel) =>
        rgb[((top + left) * 3) + channel] + rgb[((top + right) * 3) + channel]
            + rgb[((bottom + left) * 3) + channel] + rgb[((bottom + right) * 3) + channel];

    private static byte Limit(int value) => (byte)Math.Clamp(value, 0, 255);
}
