using System.CommandLine;
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
    private const int ThreadsMax = 1024;

    public static Command Create(Streams streams)
    {
        var blob = SharedOptions.Blob();
        var onnx = new Option<string?>("--onnx") { Description = "The float network; run in the same minutes, for ratios", HelpName = "MODEL.onnx" };
        var threads = new Option<int>("--threads") { Description = "Threads for one inference", HelpName = "N", DefaultValueFactory = _ => 1 };
        var json = SharedOptions.Json();
        return new Command("bench", "Time each executor, and ONNX Runtime float and int8 beside it") { blob, onnx, threads, json }
            .Does(result => Run(
                new BenchOptions(
                    OptionCheck.InputFile(result.GetRequiredValue(blob), ".barrel"),
                    result.GetValue(onnx) is string model ? OptionCheck.InputFile(model, ".onnx") : null,
                    OptionCheck.InRange(result.GetValue(threads), "--threads", 1, ThreadsMax)!.Value,
                    result.GetValue(json)),
                streams));
    }

    private static int Run(BenchOptions options, Streams streams) =>
        throw new BarrelException(CommandErrors.NotBuilt, $"bench {options.Blob}: this command is not built yet");
}
