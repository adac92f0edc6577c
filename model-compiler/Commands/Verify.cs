using System.CommandLine;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>Options of <c>barrel verify</c>.</summary>
/// <param name="Model">The ONNX file; it exists.</param>
/// <param name="Blob">The blob; it exists.</param>
/// <param name="Inputs">Frames to compare on; null: seeded synthetic ones.</param>
/// <param name="Card">The model card; null: the one beside the model.</param>
/// <param name="Limit">At most so many frames.</param>
/// <param name="Json">One JSON object instead of a table.</param>
public sealed record VerifyOptions(string Model, string Blob, string? Inputs, string? Card, int? Limit, bool Json);

/// <summary><c>barrel verify</c>: blob against float network, and executors against each other.</summary>
public static class Verify
{
    public static Command Create(Streams streams)
    {
        var model = SharedOptions.Onnx();
        var blob = SharedOptions.Blob();
        var inputs = new Option<string?>("--inputs")
        {
            Description = "Frames to compare on (folder, zip or idx); without, synthetic frames are used and a warning says so",
            HelpName = "DIR",
        };
        var card = SharedOptions.Card();
        var limit = new Option<int?>("--limit") { Description = "Take N frames, evenly spaced over the set", HelpName = "N" };
        var json = SharedOptions.Json();
        const string Does = "Compare a blob with its float network layer by layer, and all executors bit by bit (exit code 1 where they differ)";
        return new Command("verify", Does)
        {
            model, blob, inputs, card, limit, json,
        }.Does(result => Run(
            new VerifyOptions(
                OptionCheck.InputFile(result.GetRequiredValue(model), ".onnx"),
                OptionCheck.InputFile(result.GetRequiredValue(blob), ".barrel"),
                OptionCheck.Data(result.GetValue(inputs), "--inputs"),
                result.GetValue(card),
                OptionCheck.InRange(result.GetValue(limit), "--limit", 1, int.MaxValue),
                result.GetValue(json)),
            streams));
    }

    private static int Run(VerifyOptions options, Streams streams) =>
        throw new BarrelException(CommandErrors.NotBuilt, $"verify {options.Model}: this command is not built yet");
}
