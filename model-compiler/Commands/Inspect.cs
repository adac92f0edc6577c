using System.CommandLine;
using Barrel.Compiler.Networks;
using Barrel.Compiler.Reports;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>Options of <c>barrel inspect</c>.</summary>
/// <param name="Blob">The blob; it exists.</param>
/// <param name="Json">One JSON object instead of a table.</param>
public sealed record InspectOptions(string Blob, bool Json);

/// <summary><c>barrel inspect</c>: the layer table of a blob.</summary>
public static class Inspect
{
    public static Command Create(Streams streams)
    {
        var blob = SharedOptions.Blob();
        var json = SharedOptions.Json();
        return new Command("inspect", "Print a blob's layers, adds and bytes") { blob, json }
            .Does(result => Run(
                new InspectOptions(OptionCheck.InputFile(result.GetRequiredValue(blob), ".barrel"), result.GetValue(json)), streams));
    }

    private static int Run(InspectOptions options, Streams streams)
    {
        Model model = BlobNetwork.Load(options.Blob);
        ModelReport.Write(streams.Out, model, PlacementCosts.Of(model), options.Json);
        return ExitCode.Done;
    }
}
