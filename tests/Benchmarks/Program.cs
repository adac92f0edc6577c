using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Barrel.Benchmarks;

/// <summary>dotnet run -c Release --project tests/Benchmarks -- --filter '*'</summary>
public static class Program
{
    public static void Main(string[] arguments)
    {
        // In this process: nothing is generated or built, and what is compared runs in the same minutes.
        Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(4).WithIterationCount(10).WithIterationTime(TimeInterval.FromMilliseconds(150));
        IConfig config = DefaultConfig.Instance.AddJob(job).AddDiagnoser(MemoryDiagnoser.Default).AddColumn(new RateColumn(), StatisticColumn.P95)
            .HideColumns("Error", "StdDev", "Gen0", "Gen1", "Gen2", "RatioSD", "Alloc Ratio", "Job", "Toolchain", "IterationTime", "IterationCount", "WarmupCount");
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments, config);
    }
}
