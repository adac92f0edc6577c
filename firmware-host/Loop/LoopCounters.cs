using System.Diagnostics;

namespace Barrel.Host.Loop;

/// <summary>What a loop did so far. Its thread counts, which allocates nothing; others read at any time.</summary>
internal sealed class LoopCounters
{
    private long decisions;
    private long swaps;
    private long inferenceTicks;
    private long lastTicks;

    /// <summary>Time in the model alone.</summary>
    public LatencyHistogram Inference { get; } = new();

    /// <summary>From the camera's giving the frame until the pins show its decision.</summary>
    public LatencyHistogram Frame { get; } = new();

    /// <summary>Frames whose decision was shown.</summary>
    public long Decisions => Volatile.Read(ref decisions);

    /// <summary>How often a new network took over.</summary>
    public long Swaps => Volatile.Read(ref swaps);

    /// <summary>Time in the model alone, mean of all frames.</summary>
    public double InferenceMsMean => Decisions == 0 ? 0 : Volatile.Read(ref inferenceTicks) * 1000.0 / Stopwatch.Frequency / Decisions;

    /// <summary>Milliseconds since the last decision; null before the first.</summary>
    public double? SinceDecisionMs => Decisions == 0 ? null : Stopwatch.GetElapsedTime(Volatile.Read(ref lastTicks)).TotalMilliseconds;

    /// <param name="inference">Ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="posted">When the camera gave the frame, a timestamp of <see cref="Stopwatch"/>.</param>
    public void CountDecision(long inference, long posted)
    {
        long now = Stopwatch.GetTimestamp();
        Inference.AddTicks(inference);
        Frame.AddTicks(now - posted);
        inferenceTicks += inference;
        Volatile.Write(ref lastTicks, now);
        Volatile.Write(ref decisions, decisions + 1);
    }

    public void CountSwap() => Volatile.Write(ref swaps, swaps + 1);
}
