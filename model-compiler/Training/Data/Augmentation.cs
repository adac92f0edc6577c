using Barrel.Compiler.Data;

namespace Barrel.Compiler.Training.Data;

/// <summary>How much training pictures vary.</summary>
internal sealed record Augmentation
{
    public static readonly Augmentation None = new() { ZoomMin = 1, ZoomMax = 1, Aspect = 0, AngleDegrees = 0, Light = 0, Colour = 0, Noise = 0, Shadows = 0, Flips = false };

    /// <summary>For frames of streets.</summary>
    public static readonly Augmentation Streets = new();

    /// <summary>For small pictures of one thing.</summary>
    public static readonly Augmentation Objects = new() { ZoomMin = 0.9, ZoomMax = 1.15, Aspect = 0.05, AngleDegrees = 5, Noise = 0, Shadows = 0 };

    /// <summary>For handwriting, which must not be mirrored and has no colours.</summary>
    public static readonly Augmentation Digits = Objects with { Flips = false, ZoomMin = 0.95, ZoomMax = 1.08, Light = 0, Colour = 0 };

    public double ZoomMin { get; init; } = 0.55;

    public double ZoomMax { get; init; } = 1.6;

    /// <summary>Octaves, natural, that width and height may differ.</summary>
    public double Aspect { get; init; } = 0.12;

    public double AngleDegrees { get; init; } = 3;

    public bool Flips { get; init; } = true;

    /// <summary>Brightness, contrast and gamma: 0 none, 1 much.</summary>
    public double Light { get; init; } = 1;

    /// <summary>Saturation and tint: 0 none, 1 much.</summary>
    public double Colour { get; init; } = 1;

    /// <summary>Grey levels, standard deviation at most.</summary>
    public double Noise { get; init; } = 6;

    /// <summary>How often one side of an edge lies in the shade.</summary>
    public double Shadows { get; init; } = 0.25;

    /// <summary>Changes light and colours in place.</summary>
    public void Tint(Random random, RgbImage image)
    {
        if (Light == 0 && Colour == 0 && Noise == 0)
            return;
        byte[][] tables = Tables(random);
        double saturation = 1 + (Colour * (random.NextDouble() - 0.6) * 0.9);
        double noise = random.Next(2) == 0 ? 0 : random.NextDouble() * Noise;
        double edgeAngle = random.NextDouble() * Math.PI * 2, edgeX = Math.Cos(edgeAngle), edgeY = Math.Sin(edgeAngle);
        double edge = (edgeX * random.NextDouble() * image.Width) + (edgeY * random.NextDouble() * image.Height);
        double shade = random.NextDouble() < Shadows ? 0.45 + (0.45 * random.NextDouble()) : 1;
        byte[] pixels = image.Pixels;
        uint state = (uint)random.Next() | 1;
        for (int i = 0, y = 0; y < image.Height; y++)
            for (int x = 0; x < image.Width; x++, i += 3)
            {
                double grey = (pixels[i] + pixels[i + 1] + pixels[i + 2]) / 3.0;
                double lit = shade < 1 && (edgeX * x) + (edgeY * y) > edge ? shade : 1;
                for (int c = 0; c < 3; c++)
                {
                    double value = tables[c][(int)Math.Clamp(grey + ((pixels[i + c] - grey) * saturation), 0, 255)] * lit;
                    if (noise > 0)
                    {
                        // The sum of four uniform numbers is near enough to a normal one.
                        state = (state * 1664525) + 1013904223;
                        value += noise * 0.0068 * (((state >> 24) & 255) + ((state >> 16) & 255) + ((state >> 8) & 255) + (state & 255) - 510.0);
                    }

                    pixels[i + c] = (byte)Math.Clamp(value + 0.5, 0, 255);
                }
            }
    }

    private byte[][] Tables(Random random)
    {
        double gain = Math.Exp((random.NextDouble() - 0.5) * 0.8 * Light);
        double offset = (random.NextDouble() - 0.5) * 50 * Light;
        double gamma = Math.Exp((random.NextDouble() - 0.5) * 0.8 * Light);
        byte[][] tables = new byte[3][];
        for (int c = 0; c < 3; c++)
        {
            double own = gain * Math.Exp((random.NextDouble() - 0.5) * 0.25 * Colour);
            tables[c] = [.. Enumerable.Range(0, 256).Select(v => (byte)Math.Clamp((255 * Math.Pow(v / 255.0, gamma) * own) + offset + 0.5, 0, 255))];
        }

        return tables;
    }
}
