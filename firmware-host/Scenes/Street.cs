namespace Barrel.Host.Scenes;

/// <summary>What stands along the street and how the street bends. Positions are metres along it and metres right of its middle.</summary>
internal sealed class Street(int seed)
{
    public const double RoadHalf = 4.4;
    public const double KerbHalf = RoadHalf + 0.18;
    public const double WallHalf = 7.4;

    /// <summary>The farthest metre that is drawn in detail.</summary>
    public const int FarMetres = 160;

    /// <summary>Length of a plot, the stretch that one house or hedge takes.</summary>
    public const double PlotMetres = 11;

    // Lateral position of the street's middle, one entry a metre ahead of the camera.
    private readonly double[] middle = new double[FarMetres + 2];

    public SceneNoise Noise { get; } = new(seed);

    /// <summary>True where the sun comes from the right, so walls on the left are lit.</summary>
    public bool SunFromRight { get; } = new SceneNoise(seed).At(1, 77) < 0.5;

    /// <summary>0 for hard sunlight, 1 for an overcast day.</summary>
    public double Overcast { get; } = new SceneNoise(seed).At(2, 77);

    /// <summary>Bends the street for a camera that stands at so many metres and looks along it.</summary>
    public void Bend(double cameraMetres)
    {
        double heading = 0, x = 0;
        for (int z = 0; z < middle.Length; z++)
        {
            middle[z] = x;
            heading += (Noise.Smooth((cameraMetres + z) / 70, 900) - 0.5) * 0.007;
            x += heading;
        }
    }

    /// <summary>Metres right of the camera's axis where the street's middle lies, so far ahead.</summary>
    public double Middle(double ahead)
    {
        if (ahead >= FarMetres)
            return middle[FarMetres];
        int z = (int)ahead;
        return SceneNoise.Mix(middle[z], middle[z + 1], ahead - z);
    }

    public static bool IsJunction(double metres) => Journey.ToJunction(metres) < Journey.JunctionHalfMetres;

    public static int Plot(double metres) => SceneNoise.Floor(metres / PlotMetres);

    /// <summary>True for a house, false for a fence with trees behind it. side is −1 left, 1 right.</summary>
    public bool IsHouse(int plot, int side) => Noise.At(plot, 300 + side) < 0.7;

    /// <summary>Height of a plot's house, or of the trees behind its fence.</summary>
    public double HeightMetres(int plot, int side) =>
        IsHouse(plot, side) ? 6 + (3 * SceneNoise.Floor(Noise.At(plot, 310 + side) * 4)) : 4 + (4 * Noise.At(plot, 320 + side));

    /// <summary>How much of the sunlight reaches the ground here: 1 all of it, less in a house's shadow.</summary>
    public double Sunlight(double metres, double right)
    {
        int side = SunFromRight ? 1 : -1;
        double depth = 0.62 - (0.3 * (1 - Overcast));
        if (IsJunction(metres))
            return 1;
        double reach = WallHalf - (HeightMetres(Plot(metres + 2), side) * (0.25 + (0.5 * Noise.At(3, 77))));
        double edge = ((right * side) - reach + ((Noise.Smooth(metres * 0.8, 910) - 0.5) * 0.6)) * 2.5;
        double shade = SceneNoise.Ease(edge) * (1 - (0.8 * Overcast));
        return 1 - (shade * (1 - depth));
    }
}
