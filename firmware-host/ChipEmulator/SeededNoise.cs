namespace Barrel.ChipEmulator;

/// <summary>What a purpose of random numbers is; numbers of different purposes have nothing to do with each other.</summary>
internal enum NoisePurpose
{
    Static = 1,
    Jitter,
    Resistance,
    PulseFailure,
    Coin,
    PlantedFaults,
    Drops,
    Repeats,
    BitErrors,
}

/// <summary>
/// Random numbers that are a pure function of the seed, a purpose and two indices, so that they do not depend on what was asked before.
/// </summary>
internal readonly struct SeededNoise
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    private readonly ulong key;

    public SeededNoise(int seed, NoisePurpose purpose) => key = Mixed(((ulong)(uint)seed << 8) + (ulong)purpose);

    /// <summary>64 random bits.</summary>
    public ulong Bits(long first, long second) => Mixed(Mixed(key + (GoldenGamma * (ulong)first)) + (GoldenGamma * (ulong)second));

    /// <summary>Uniform above 0, at most 1.</summary>
    public double Uniform(long first, long second) => ((Bits(first, second) >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>Normal with mean 0 and standard deviation 1.</summary>
    public double Gaussian(long first, long second) => GaussianPair(first, second).One;

    /// <summary>Two independent ones (Box and Muller).</summary>
    public (double One, double Other) GaussianPair(long first, long second)
    {
        ulong bits = Bits(first, second);
        double radius = Math.Sqrt(-2 * Math.Log(((bits >> 11) + 1) * (1.0 / (1UL << 53))));
        double angle = (Mixed(bits + GoldenGamma) >> 11) * (2 * Math.PI / (1UL << 53));
        (double sine, double cosine) = Math.SinCos(angle);
        return (radius * cosine, radius * sine);
    }

    // The finalizer of SplitMix64: every input bit changes every output bit with probability close to a half.
    private static ulong Mixed(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
