using Barrel.Compiler.Reports;
using Barrel.Runtime;

namespace Barrel.Compiler.Benching;

/// <summary>What one engine took.</summary>
/// <param name="Threads">Of one inference.</param>
/// <param name="IsOurs">Whether it ran the blob.</param>
/// <param name="Runs">Timed inferences.</param>
internal sealed record BenchRun(string Engine, int Threads, bool IsOurs, double MedianMs, double P95Ms, long? PeakBytes, int Runs)
{
    public static BenchRun Of(Contestant contestant)
    {
        double[] times = [.. contestant.Times.Order()];
        return new BenchRun(
            contestant.Engine, contestant.Threads, contestant is ExecutorContestant, Quantile(times, 0.5), Quantile(times, 0.95), contestant.PeakBytes, times.Length);
    }

    /// <summary>Between the two nearest of the sorted times, linearly.</summary>
    public static double Quantile(double[] sorted, double share)
    {
        double at = share * (sorted.Length - 1);
        int below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}

/// <summary>What ONNX Runtime makes of the 8-bit network, so that it can be seen to be one.</summary>
/// <param name="QLinearConv">Convolutions that it runs in 8 bits.</param>
/// <param name="QLinearAdd">Sums that it runs in 8 bits.</param>
/// <param name="FloatProducts">Nodes that still multiply in floats.</param>
/// <param name="SqnrDb">Of the first output, float against 8 bits, on a calibration frame; null where it cannot be told.</param>
internal sealed record Int8Census(int QLinearConv, int QLinearAdd, int FloatProducts, double? SqnrDb);

/// <summary>All engines of one run of <c>barrel bench</c>.</summary>
/// <param name="Macs">Multiplications of the float network for a frame.</param>
/// <param name="Adds">What the blob does instead.</param>
/// <param name="Int8">Null without an 8-bit peer.</param>
internal sealed record BenchResult(long Macs, long Adds, IReadOnlyList<BenchRun> Runs, Int8Census? Int8)
{
    public const string OnnxRuntimeFp32 = "onnxruntime-fp32";

    public const string OnnxRuntimeInt8 = "onnxruntime-int8";

    /// <summary>Numbers of threads that peers ran with, least first.</summary>
    public int[] PeerThreads => [.. Runs.Where(r => !r.IsOurs).Select(r => r.Threads).Distinct().Order()];

    /// <summary>Our fastest executor.</summary>
    public BenchRun Best => BestOf(int.MaxValue);

    /// <summary>Our fastest executor among those with no more threads.</summary>
    public BenchRun BestOf(int threads) => Runs.Where(r => r.IsOurs && r.Threads <= threads).MinBy(r => r.MedianMs)!;

    /// <summary>Median of an engine over the median of our fastest with no more threads; null where that engine did not run so.</summary>
    public double? RatioOf(string engine, int threads) =>
        Runs.FirstOrDefault(r => r.Engine == engine && r.Threads == threads)?.MedianMs / BestOf(threads).MedianMs;

    public static long AddsOf(Model model) => ModelCosts.Of(model).Sum(l => l.Adds);
}
