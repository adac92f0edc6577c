namespace Barrel.Host.Scenes;

/// <summary>
/// How the camera's car moves: it cruises, brakes before a junction, waits while something crosses, and goes on, in cycles of
/// <see cref="CycleSeconds"/>.
/// </summary>
internal static class Journey
{
    public const double CycleSeconds = 14;

    private const double CruiseMetresPerSecond = 8;
    private const double BrakeFrom = 5;
    private const double StandFrom = 7;
    private const double StartFrom = 12;

    /// <summary>Metres a cycle.</summary>
    public const double CycleMetres =
        CruiseMetresPerSecond * (BrakeFrom + ((StandFrom - BrakeFrom) / 2) + ((CycleSeconds - StartFrom) / 2));

    /// <summary>Where a junction's middle lies ahead of the place where the car stands.</summary>
    public const double JunctionAheadMetres = 8.2;

    /// <summary>Half the width of the crossing street.</summary>
    public const double JunctionHalfMetres = 5;

    private const double StandMetres = CruiseMetresPerSecond * (BrakeFrom + ((StandFrom - BrakeFrom) / 2));
    private const double CrossFrom = 6.3;
    private const double CrossUntil = 12.3;

    /// <summary>Metres travelled after so many seconds.</summary>
    public static double Metres(double seconds)
    {
        int cycle = SceneNoise.Floor(seconds / CycleSeconds);
        double t = seconds - (cycle * CycleSeconds);
        double inCycle;
        if (t < BrakeFrom)
        {
            inCycle = CruiseMetresPerSecond * t;
        }
        else if (t < StandFrom)
        {
            double braking = (t - BrakeFrom) / (StandFrom - BrakeFrom);
            inCycle = CruiseMetresPerSecond * (BrakeFrom + ((StandFrom - BrakeFrom) * (braking - (braking * braking / 2))));
        }
        else if (t < StartFrom)
        {
            inCycle = StandMetres;
        }
        else
        {
            double starting = (t - StartFrom) / (CycleSeconds - StartFrom);
            inCycle = StandMetres + (CruiseMetresPerSecond * (CycleSeconds - StartFrom) * starting * starting / 2);
        }

        return (cycle * CycleMetres) + inCycle;
    }

    public static int Cycle(double seconds) => SceneNoise.Floor(seconds / CycleSeconds);

    /// <summary>0 to 1 while something crosses in this cycle, outside of that below 0 or above 1.</summary>
    public static double Crossing(double seconds) =>
        (SceneNoise.Wrap(seconds, CycleSeconds) - CrossFrom) / (CrossUntil - CrossFrom);

    /// <summary>Position along the street of the middle of a cycle's junction.</summary>
    public static double JunctionMetres(int cycle) => (cycle * CycleMetres) + StandMetres + JunctionAheadMetres;

    /// <summary>Distance from a position along the street to the nearest junction's middle.</summary>
    public static double ToJunction(double metres)
    {
        double offset = SceneNoise.Wrap(metres - JunctionMetres(0), CycleMetres);
        return offset < CycleMetres - offset ? offset : CycleMetres - offset;
    }
}
