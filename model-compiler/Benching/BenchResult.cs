using Barrel.Compiler.Reports;
using Barrel.Runtime;

namespace Barrel.Compiler.Benching;

/// <summary>What one engine took.</summary>
/// <param name="IsOurs">Whether it ran the blob.</param>
/// <param name="Runs">Timed inferences.</param>
internal sealed record BenchRun(string Engine, bool IsOurs, double MedianMs, double P95Ms, long? PeakBytes, int Runs)
{
    public static BenchRun Of(Contestant contestant)
    {
        double[] times = [.. contestant.Times.Order()];
        return new BenchRun(
            contestant.Engine, contestant is ExecutorContestant, Quantile(times, 0.5), Quantile(times, 0.95), contestant.PeakBytes, times.Length);
    }

    /// <summary>Between the two nearest of the sorted times, linearly.</summary>
    public static double Quantile(double[] sorted, double share)
    {
        double at = share * (sorted.Length - 1);
        int below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}

/// <summary>All engines of one run of <c>barrel bench</c>.</summary>
/// <param name="Macs">Multiplications of the float network for a frame.</param>
/// <param name="Adds">What the blob does instead.</param>
internal sealed record BenchResult(long Macs, long Adds, IReadOnlyList<BenchRun> Runs)
{
    public const string OnnxRuntimeFp32 = "onnxruntime-fp32";

    /// <summary>Our fastest executor.</summary>
    public BenchRun Best => Runs.Where(r => r.IsOurs).MinBy(r => r.MedianMs)!;

    /// <summary>Median of an engine over the median of our fastest; null where that engine did not run.</summary>
    public double? RatioOf(string engine) => Runs.FirstOrDefault(r => r.Engine == engine)?.MedianMs / Best.MedianMs;

    public static long AddsOf(Model model) => ModelCosts.Of(model).Sum(l => l.Adds);
}
