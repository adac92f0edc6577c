using System.CommandLine;
using Barrel.Compiler.Benching;
using Barrel.Compiler.Networks;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>Options of <c>barrel bench</c>.</summary>
/// <param name="Blob">The blob; it exists.</param>
/// <param name="Onnx">The float network to run beside it; null: none.</param>
/// <param name="Calibrate">Frames for the 8-bit peer's ranges; null: synthetic ones.</param>
/// <param name="Threads">Threads for one inference; null: one and all.</param>
/// <param name="Json">One JSON object instead of a table.</param>
public sealed record BenchOptions(string Blob, string? Onnx, string? Calibrate, int? Threads, bool Json);

/// <summary><c>barrel bench</c>: time per inference, ours and ONNX Runtime's.</summary>
public static class Bench
{
    public static Command Create(Streams streams)
    {
        var blob = SharedOptions.Blob();
        var onnx = new Option<string?>("--onnx") { Description = "The float network; run in float and in 8 bits in the same minutes, for ratios", HelpName = "MODEL.onnx" };
        var calibrate = new Option<string?>("--calibrate")
        {
            Description = "Frames to measure the ranges of the 8-bit peer on, as for compile; without, synthetic ones",
            HelpName = "DIR",
        };
        var threads = new Option<int?>("--threads") { Description = "Threads for one inference [default: one, and all processors]", HelpName = "N" };
        var json = SharedOptions.Json();
        return new Command("bench", "Time each executor, and ONNX Runtime in float and in 8 bits beside it; exit code 1 where executors differ") { blob, onnx, calibrate, threads, json }
            .Does(result => Run(
                new BenchOptions(
                    OptionCheck.InputFile(result.GetRequiredValue(blob), ".barrel"),
                    result.GetValue(onnx) is string model ? OptionCheck.InputFile(model, ".onnx") : null,
                    OptionCheck.Data(result.GetValue(calibrate), "--calibrate"),
                    OptionCheck.InRange(result.GetValue(threads), "--threads", 1, Executors.ThreadsMax),
                    result.GetValue(json)),
                streams,
                Executors.For));
    }

    internal static int Run(BenchOptions options, Streams streams, Func<Model, IReadOnlyList<ExecutorKind>> kindsOf)
    {
        Model model = BlobNetwork.Load(options.Blob);
        int[] threads = options.Threads is int count ? [count] : [.. new[] { 1, Math.Min(Environment.ProcessorCount, Executors.ThreadsMax) }.Distinct()];
        using var bench = new NetworkBench(model, kindsOf(model), threads);
        if (bench.Disagreement() is string difference)
        {
            streams.Error.WriteLine($"failed: {difference}");
            return ExitCode.CheckFailed;
        }

        if (options.Onnx is not null)
            bench.AddOnnxRuntime(new PeerOptions(options.Onnx, options.Calibrate, model.Macs, threads), streams.Error);
        BenchResult result;
        using (var progress = new Progress(streams, redrawsAlone: false))
        using (Progress.Step step = progress.Begin("timing"))
            result = bench.Run(step.Report);
        if (options.Json)
            BenchReport.WriteJson(streams.Out, result);
        else
            BenchReport.WriteTable(streams.Out, result, model.Blob.Length, LoadTime.Of(model.Blob));
        return ExitCode.Done;
    }
}
