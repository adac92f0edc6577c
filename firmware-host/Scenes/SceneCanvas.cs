namespace Barrel.Host.Scenes;

/// <summary>
/// The picture under work at twice the frame's size in both directions, with a class a pixel, and the depth of the walls a column.
/// Two by two pixels are averaged at the end, which smooths edges.
/// </summary>
internal sealed class SceneCanvas(int frameWidth, int frameHeight)
{
    public const int Oversampling = 2;

    private readonly byte[] rgb = new byte[frameWidth * frameHeight * 3 * Oversampling * Oversampling];
    private readonly byte[] labels = new byte[frameWidth * frameHeight * Oversampling * Oversampling];

    public int Width { get; } = frameWidth * Oversampling;

    public int Height { get; } = frameHeight * Oversampling;

    /// <summary>Metres from the camera to the first wall, per column.</summary>
    public double[] WallDepth { get; } = new double[frameWidth * Oversampling];

    public void Set(int x, int y, SceneColour colour, byte label)
    {
        int at = (y * Width) + x;
        labels[at] = label;
        Store(at * 3, colour);
    }

    /// <summary>Darkens or brightens what is there and leaves its class: a shadow.</summary>
    public void Shade(int x, int y, double factor)
    {
        int at = ((y * Width) + x) * 3;
        Store(at, new SceneColour(rgb[at] * factor, rgb[at + 1] * factor, rgb[at + 2] * factor));
    }

    /// <summary>Averages into the frame: RGB24, and, unless null, one class a pixel.</summary>
    /// <param name="frameRgb">frame width · frame height · 3 bytes.</param>
    /// <param name="frameLabels">frame width · frame height bytes, or null.</param>
    /// <param name="grain">Sensor noise.</param>
    /// <param name="frame">Number of the frame, so that the grain moves.</param>
    public void Resolve(byte[] frameRgb, byte[]? frameLabels, SceneNoise grain, int frame)
    {
        int stride = Width * 3;
        for (int y = 0; y < frameHeight; y++)
        {
            for (int x = 0; x < frameWidth; x++)
            {
                int to = (y * frameWidth) + x;
                int from = (y * Oversampling * Width) + (x * Oversampling);
                double noise = (grain.At(to, frame) - 0.5) * 9;
                for (int c = 0; c < 3; c++)
                {
                    int at = (from * 3) + c;
                    double mean = (rgb[at] + rgb[at + 3] + rgb[at + stride] + rgb[at + stride + 3]) * 0.25;
                    frameRgb[(to * 3) + c] = ToByte(mean + noise);
                }

                if (frameLabels is not null)
                    frameLabels[to] = labels[from];
            }
        }
    }

    private void Store(int at, SceneColour colour)
    {
        rgb[at] = ToByte(colour.R);
        rgb[at + 1] = ToByte(colour.G);
        rgb[at + 2] = ToByte(colour.B);
    }

    private static byte ToByte(double value) => value <= 0 ? (byte)0 : value >= 255 ? (byte)255 : (byte)(value + 0.5);
}
