using System.CommandLine;
using Barrel.Compiler.Benching;
using Barrel.Compiler.Networks;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>Options of <c>barrel bench</c>.</summary>
/// <param name="Blob">The blob; it exists.</param>
/// <param name="Onnx">The float network to run beside it; null: none.</param>
/// <param name="Threads">Threads for one inference.</param>
/// <param name="Json">One JSON object instead of a table.</param>
public sealed record BenchOptions(string Blob, string? Onnx, int Threads, bool Json);

/// <summary><c>barrel bench</c>: time per inference, ours and ONNX Runtime's.</summary>
public static class Bench
{
    public static Command Create(Streams streams)
    {
        var blob = SharedOptions.Blob();
        var onnx = new Option<string?>("--onnx") { Description = "The float network; run in the same minutes, for ratios", HelpName = "MODEL.onnx" };
        var threads = new Option<int>("--threads") { Description = "Threads for one inference", HelpName = "N", DefaultValueFactory = _ => 1 };
        var json = SharedOptions.Json();
        return new Command("bench", "Time each executor, and ONNX Runtime in float beside it; exit code 1 where executors differ") { blob, onnx, threads, json }
            .Does(result => Run(
                new BenchOptions(
                    OptionCheck.InputFile(result.GetRequiredValue(blob), ".barrel"),
                    result.GetValue(onnx) is string model ? OptionCheck.InputFile(model, ".onnx") : null,
                    OptionCheck.InRange(result.GetValue(threads), "--threads", 1, Executors.ThreadsMax)!.Value,
                    result.GetValue(json)),
                streams,
                Executors.All));
    }

    internal static int Run(BenchOptions options, Streams streams, IReadOnlyList<ExecutorKind> kinds)
    {
        Model model = BlobNetwork.Load(options.Blob);
        using var bench = new NetworkBench(model, kinds, options.Threads);
        if (options.Threads > 1)
            streams.Error.WriteLine($"note: {SwarExecutor.ExecutorName} runs one thread, all others {options.Threads}");
        if (bench.Disagreement() is string difference)
        {
            streams.Error.WriteLine($"failed: {difference}");
            return ExitCode.CheckFailed;
        }

        if (options.Onnx is not null)
            bench.AddOnnxRuntime(options.Onnx, options.Threads, line => streams.Error.WriteLine(line));
        BenchResult result;
        using (var progress = new Progress(streams, redrawsAlone: false))
        using (Progress.Step step = progress.Begin("timing"))
            result = bench.Run(step.Report);
        if (options.Json)
            BenchReport.WriteJson(streams.Out, result);
        else
            BenchReport.WriteTable(streams.Out, result, model.Blob.Length, LoadTime.MedianMs(model.Blob));
        return ExitCode.Done;
    }
}
