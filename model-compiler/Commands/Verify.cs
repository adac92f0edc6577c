using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Compiler.Networks;
using Barrel.Compiler.Reports;
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
    private const int FramesDefault = 8;

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

    private static int Run(VerifyOptions options, Streams streams)
    {
        ModelCard card = ModelCard.For(options.Model, options.Card);
        if (card.Warning(options.Model) is string warning)
            streams.Error.WriteLine(warning);
        Graph graph = OnnxImporter.ImportFile(options.Model);
        Model model = BlobNetwork.Load(options.Blob);
        List<byte[]> frames = CalibrationFrames.Load(options.Inputs, NetworkCompiler.InputFormatOf(graph, card), streams.Error, options.Limit ?? FramesDefault);
        Verification verification = Verification.Run(graph, card, model, frames);
        if (options.Json)
            WriteJson(streams.Out, verification);
        else
            WriteTable(streams.Out, verification, frames.Count);
        if (verification.FirstDifference is not string difference)
            return ExitCode.Done;
        streams.Error.WriteLine(difference);
        return ExitCode.CheckFailed;
    }

    private static void WriteTable(TextWriter writer, Verification verification, int frames)
    {
        TextTable table = new("layer", "operator", "SQNR dB");
        foreach (LayerFidelity layer in verification.Layers)
            table.Add(layer.Name, layer.Operator, double.IsInfinity(layer.SqnrDb) ? "exact" : layer.SqnrDb.ToString("F1", CultureInfo.InvariantCulture));
        table.Write(writer);
        string equal = verification.FirstDifference is null ? "bit-equal" : "NOT bit-equal";
        writer.WriteLine($"{string.Join(", ", verification.ExecutorNames)}: {equal} in every layer of {frames} frames");
    }

    private static void WriteJson(TextWriter writer, Verification verification)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("bitExact", verification.FirstDifference is null);
            json.WriteStartArray("executors");
            foreach (string name in verification.ExecutorNames)
                json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteStartArray("layers");
            foreach (LayerFidelity layer in verification.Layers)
            {
                json.WriteStartObject();
                json.WriteString("name", layer.Name);

                // JSON has no infinity: a layer without any difference has null.
                if (double.IsInfinity(layer.SqnrDb))
                    json.WriteNull("sqnrDb");
                else
                    json.WriteNumber("sqnrDb", Math.Round(layer.SqnrDb, 2));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }
}
