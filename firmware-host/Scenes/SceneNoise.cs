namespace Barrel.Host.Scenes;

/// <summary>
/// Reproducible noise. Only + − · / and comparisons of doubles and integer hashing are used here and in the whole generator: IEEE 754
/// fixes their results to the bit, so a scene has the same bytes on every machine (sines and powers would not).
/// </summary>
internal readonly struct SceneNoise(int seed)
{
    private readonly uint salt = (uint)seed * 2654435769u;

    /// <summary>A value 0 to just below 1 for two integers.</summary>
    public double At(int a, int b)
    {
        uint h = salt ^ ((uint)a * 0x85EBCA6Bu) ^ ((uint)b * 0xC2B2AE35u);
        h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
        h = (h ^ (h >> 12)) * 0x297A2D39u;
        h ^= h >> 15;
        return h / 4294967296.0;
    }

    /// <summary>Smooth noise 0..1 along a line, one bump a unit.</summary>
    public double Smooth(double x, int lane)
    {
        int cell = Floor(x);
        double f = Ease(x - cell);
        return Mix(At(cell, lane), At(cell + 1, lane), f);
    }

    /// <summary>Smooth noise 0..1 over a plane, one bump a unit square.</summary>
    public double Smooth(double x, double y, int layer)
    {
        int cellX = Floor(x), cellY = Floor(y);
        double fx = Ease(x - cellX), fy = Ease(y - cellY);
        int row = (cellY * 8191) + (layer * 131);
        double near = Mix(At(cellX, row), At(cellX + 1, row), fx);
        double far = Mix(At(cellX, row + 8191), At(cellX + 1, row + 8191), fx);
        return Mix(near, far, fy);
    }

    /// <summary>Three octaves of <see cref="Smooth(double, double, int)"/>, 0..1.</summary>
    public double Cloudy(double x, double y, int layer) =>
        (0.55 * Smooth(x, y, layer)) + (0.3 * Smooth(x * 2.1, y * 2.1, layer + 1)) + (0.15 * Smooth(x * 4.3, y * 4.3, layer + 2));

    public static double Mix(double a, double b, double f) => a + ((b - a) * f);

    /// <summary>0 at 0, 1 at 1, flat at both ends; clamped outside.</summary>
    public static double Ease(double f) => f <= 0 ? 0 : f >= 1 ? 1 : f * f * (3 - (2 * f));

    /// <summary>The part of x above the last multiple of period, also for negative x.</summary>
    public static double Wrap(double x, double period) => x - (period * Floor(x / period));

    public static int Floor(double x)
    {
        int i = (int)x;
        return i > x ? i - 1 : i;
    }
}
