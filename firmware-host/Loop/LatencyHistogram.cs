using System.Diagnostics;
using System.Numerics;

namespace Barrel.Host.Loop;

/// <summary>
/// Counts durations from 0 to 70 minutes in steps of at most 1/32 of their length, so that percentiles need no list of them. One thread adds,
/// which allocates nothing; any may ask.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int StepBits = 5;
    private const int ValueBits = 32;
    private const long MicrosecondsMax = (1L << ValueBits) - 1;

    private readonly long[] counts = new long[(ValueBits - StepBits + 1) << StepBits];
    private long count;
    private long longestUs;

    public long Count => Volatile.Read(ref count);

    /// <summary>The longest so far, exact, in microseconds.</summary>
    public long LongestUs => Volatile.Read(ref longestUs);

    /// <param name="ticks">Of <see cref="Stopwatch"/>; less than none counts as none.</param>
    public void AddTicks(long ticks) => Add((long)(ticks * (1_000_000.0 / Stopwatch.Frequency)));

    /// <param name="microseconds">0 to 2^32 − 1; others are taken as the nearest of these.</param>
    public void Add(long microseconds)
    {
        long value = Math.Clamp(microseconds, 0, MicrosecondsMax);
        counts[Step(value)]++;
        if (value > longestUs)
            Volatile.Write(ref longestUs, value);
        Volatile.Write(ref count, count + 1);
    }

    /// <summary>The duration that so many of all are not above (nearest rank), rounded up by at most 1/32 of it; 0 where there are none.</summary>
    /// <param name="perMille">1 to 1000.</param>
    /// <returns>Microseconds.</returns>
    public long PercentileUs(int perMille)
    {
        long total = Count;
        long rank = ((total * perMille) + 999) / 1000;
        long seen = 0;
        for (int step = 0; total > 0 && step < counts.Length; step++)
        {
            seen += counts[step];
            if (seen >= rank)
                return Math.Min(LastOf(step), LongestUs);
        }

        return LongestUs;
    }

    // Below 2^StepBits a step is one microsecond; from there on each doubling has 2^StepBits steps.
    private static int Step(long value)
    {
        if (value < 1 << StepBits)
            return (int)value;
        int shift = BitOperations.Log2((ulong)value) - StepBits;
        return ((shift + 1) << StepBits) + (int)((value >> shift) & ((1 << StepBits) - 1));
    }

    private static long LastOf(int step)
    {
        int shift = (step >> StepBits) - 1;
        if (shift < 0)
            return step;
        long first = (step & ((1 << StepBits) - 1)) | (1L << StepBits);
        return ((first + 1) << shift) - 1;
    }
}
