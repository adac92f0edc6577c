namespace Barrel.Host.Cameras;

/// <summary>Between RGB24 and the planes of a YUV4MPEG2 frame, by BT.601 in integers.</summary>
internal static class Y4mColour
{
    /// <summary>Planes to RGB24.</summary>
    /// <param name="header">Size and sampling.</param>
    /// <param name="planes">Y, then U and V unless mono.</param>
    /// <param name="rgb">Takes width · height · 3 bytes.</param>
    public static void ToRgb(Y4mHeader header, byte[] planes, byte[] rgb) => Layout(header).ToRgb(planes, rgb);

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

    private static YuvLayout Layout(Y4mHeader header)
    {
        int blue = header.Width * header.Height;
        return new()
        {
            Width = header.Width,
            Height = header.Height,
            LumaStep = 1,
            LumaStride = header.Width,
            BlueOffset = blue,
            RedOffset = blue + (header.ChromaWidth * header.ChromaHeight),
            ChromaStep = 1,
            ChromaStride = header.ChromaWidth,
            ChromaShiftX = header.ChromaShiftX,
            ChromaShiftY = header.ChromaShiftY,
            IsMono = header.IsMono,
            IsFullRange = header.IsFullRange,
        };
    }

    private static int Sum(byte[] rgb, int top, int bottom, int left, int right, int channel) =>
        rgb[((top + left) * 3) + channel] + rgb[((top + right) * 3) + channel]
            + rgb[((bottom + left) * 3) + channel] + rgb[((bottom + right) * 3) + channel];

    private static byte Limit(int value) => (byte)Math.Clamp(value, 0, 255);
}
