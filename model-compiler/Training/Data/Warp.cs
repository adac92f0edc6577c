using Barrel.Compiler.Data;

namespace Barrel.Compiler.Training.Data;

/// <summary>How a training picture is cut out of a frame: source pixel = (X0 + Xx·x + Xy·y, Y0 + Yx·x + Yy·y) for the middle x + ½, y + ½ of a target pixel.</summary>
internal readonly record struct Warp(double X0, double Xx, double Xy, double Y0, double Yx, double Yy)
{
    /// <summary>A random window.</summary>
    /// <param name="random">Chance.</param>
    /// <param name="source">Width and height of the frame.</param>
    /// <param name="target">Width and height of the picture.</param>
    /// <param name="scale">Target pixels a source pixel where nothing is enlarged.</param>
    /// <param name="strength">How much to vary.</param>
    public static Warp Random(Random random, (int Width, int Height) source, (int Width, int Height) target, (double X, double Y) scale, Augmentation strength)
    {
        double zoom = strength.ZoomMin * Math.Pow(strength.ZoomMax / strength.ZoomMin, random.NextDouble());
        double aspect = Math.Exp((random.NextDouble() - 0.5) * 2 * strength.Aspect);
        double angle = (random.NextDouble() - 0.5) * 2 * strength.AngleDegrees * Math.PI / 180;
        double perX = 1 / (scale.X * zoom * aspect), perY = 1 / (scale.Y * zoom / aspect);
        bool isFlipped = strength.Flips && random.Next(2) == 0;
        double roomX = source.Width - (target.Width * perX), roomY = source.Height - (target.Height * perY);

        // Where the window is larger than the frame, the frame lies anywhere in it.
        double middleX = (roomX * random.NextDouble()) + (target.Width * perX / 2);
        double middleY = (roomY * random.NextDouble()) + (target.Height * perY / 2);
        if (isFlipped)
            perX = -perX;
        double cos = Math.Cos(angle), sin = Math.Sin(angle);
        return About(middleX, middleY, target, cos * perX, -sin * Math.Abs(perX), sin * perY * Math.Sign(perX), cos * perY);
    }

    private static Warp About(double middleX, double middleY, (int Width, int Height) target, double xx, double xy, double yx, double yy) =>
        new(middleX - (xx * target.Width / 2) - (xy * target.Height / 2), xx, xy, middleY - (yx * target.Width / 2) - (yy * target.Height / 2), yx, yy);

    public (double X, double Y) At(double x, double y) => (X0 + (Xx * x) + (Xy * y), Y0 + (Yx * x) + (Yy * y));

    /// <summary>The picture, interpolated; outside the frame its border goes on.</summary>
    /// <param name="frame">The source.</param>
    /// <param name="width">Of the picture.</param>
    /// <param name="height">Of the picture.</param>
    public RgbImage Cut(RgbImage frame, int width, int height)
    {
        byte[] pixels = new byte[width * height * 3];
        byte[] from = frame.Pixels;
        int at = 0;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++, at += 3)
            {
                (double sx, double sy) = At(x + 0.5, y + 0.5);
                int fx = (int)(Math.Clamp(sx - 0.5, 0, frame.Width - 1) * 256), fy = (int)(Math.Clamp(sy - 0.5, 0, frame.Height - 1) * 256);
                int x0 = fx >> 8, y0 = fy >> 8, ax = fx & 255, ay = fy & 255;
                int left = 3 * ((y0 * frame.Width) + x0), right = x0 + 1 < frame.Width ? left + 3 : left;
                int down = y0 + 1 < frame.Height ? 3 * frame.Width : 0;
                for (int c = 0; c < 3; c++)
                {
                    int top = (from[left + c] * (256 - ax)) + (from[right + c] * ax);
                    int bottom = (from[left + down + c] * (256 - ax)) + (from[right + down + c] * ax);
                    pixels[at + c] = (byte)(((top * (256 - ay)) + (bottom * ay) + 32768) >> 16);
                }
            }

        return new RgbImage(width, height, pixels);
    }

    /// <summary>The pixel of the frame that a target pixel shows, or −1 outside the frame.</summary>
    public int Nearest(double x, double y, int width, int height)
    {
        (double sx, double sy) = At(x, y);
        int px = (int)Math.Floor(sx), py = (int)Math.Floor(sy);
        return px >= 0 && px < width && py >= 0 && py < height ? (py * width) + px : -1;
    }
}
