using Barrel.Benchmarks.Arm64;
using Barrel.Benchmarks.Layers;
using Barrel.Benchmarks.Records;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Data;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Barrel.Benchmarks;

/// <summary>
/// <c>dotnet run -c Release --project tests/Benchmarks -- layers|binary|networks|arm64 [--data DIR] [--results DIR]</c> writes records;
/// <c>-- --filter '*'</c> times single layers with BenchmarkDotNet.
/// </summary>
public static class Program
{
    private const string Usage = "usage: benchmarks layers|binary|networks|arm64 [--data DIR] [--results DIR], or options of BenchmarkDotNet such as --filter '*'";

    public static int Main(string[] arguments)
    {
        if (arguments is [] or ["--help" or "-h" or "-?"])
        {
            Console.WriteLine(Usage);
            return 0;
        }

        if (!arguments[0].StartsWith('-'))
            return Record(arguments);

        // In this process: nothing is generated or built, and what is compared runs in the same minutes.
        Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(4).WithIterationCount(10).WithIterationTime(TimeInterval.FromMilliseconds(150));
        IConfig config = DefaultConfig.Instance.AddJob(job).AddDiagnoser(MemoryDiagnoser.Default).AddColumn(new RateColumn(), StatisticColumn.P95)
            .HideColumns("Error", "StdDev", "Gen0", "Gen1", "Gen2", "RatioSD", "Alloc Ratio", "Job", "Toolchain", "IterationTime", "IterationCount", "WarmupCount");
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments, config);
        return 0;
    }

    private static int Record(string[] arguments)
    {
        string root = ResultPlaces.FindRoot();
        var places = new ResultPlaces(root, Path.Combine(root, "..", "shared", "data"), Path.Combine(root, "tests", "Benchmarks", "results"));
        for (int i = 1; i < arguments.Length; i += 2)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            if (arguments[i] == "--data" && value is not null)
                places = places with { Data = value };
            else if (arguments[i] == "--results" && value is not null)
                places = places with { Results = value };
            else
                return Fail(CommandErrors.Usage, $"'{arguments[i]}' is no option or lacks its value; {Usage}");
        }

        Action<ResultPlaces>? record = arguments[0] switch { "layers" => LayerRecord.Write, "binary" => BinaryRecord.Write, "networks" => NetworkRecord.Write, "arm64" => Arm64Counts.Record, _ => null };
        if (record is null)
            return Fail(CommandErrors.Usage, $"'{arguments[0]}' is no record; {Usage}");
        if (arguments[0] == "arm64" && CountingEmulator.Missing() is string missing)
            return Fail(CommandErrors.System, $"arm64 {missing}");
        if (arguments[0] != "layers" && MeasuredNetwork.All.Select(n => n.OnnxIn(places.Data)).FirstOrDefault(f => !File.Exists(f)) is string file)
            return Fail(DataErrors.Missing, $"{Path.GetFullPath(file)} is not there; --data names the folder with models/ and camvid_240x180/");
        record(places);
        return 0;
    }

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine($"error BRL{code}: {message}");
        return 2;
    }
}
