using System.Text.Json;
using Barrel.Compiler.Metrics;
using Barrel.Compiler.Networks;
using Barrel.Compiler.Reports;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>Prints what <c>barrel evaluate</c> found.</summary>
internal static class EvaluateReport
{
    /// <summary>
    /// All keys always: a figure that does not apply is null, and classIoU without classes is empty. For several models
    /// {"models":[{"model":…, the same keys}]}.
    /// </summary>
    public static void WriteJson(TextWriter writer, IReadOnlyList<(string Model, EvaluationResult Result)> results)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            if (results.Count == 1)
            {
                WriteKeys(json, results[0].Result);
            }
            else
            {
                json.WriteStartArray("models");
                foreach ((string model, EvaluationResult result) in results)
                {
                    json.WriteStartObject();
                    json.WriteString("model", model);
                    WriteKeys(json, result);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        writer.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>A line per figure, a column per model; of several, what each takes, and behind a figure how far it is from the first model's.</summary>
    public static void WriteTable(TextWriter writer, IReadOnlyList<(string Model, EvaluationResult Result)> results)
    {
        var table = new TextTable(["percent", .. results.Select(r => Path.GetFileName(r.Model))]);
        void Line(string name, Func<EvaluationResult, double?> figure)
        {
            if (results.Any(r => figure(r.Result) is not null))
                table.Add([name, .. results.Select((r, i) => Show(figure(r.Result), i == 0 ? null : figure(results[0].Result)))]);
        }

        Line("mIoU", r => r.MeanIou);
        Line("road IoU", r => r.RoadIou);
        Line("pixel accuracy", r => r.PixelAccuracy);
        Line("top-1", r => r.Top1);
        Line("top-5", r => r.Top5);
        foreach (string name in results.SelectMany(r => r.Result.ClassIou).Select(c => c.Key).Distinct())
            Line("IoU " + name, r => r.ClassIou.FirstOrDefault(c => c.Key == name).Value);
        if (results.Count > 1)
            AddSizes(table, [.. results.Select(r => r.Model)]);
        table.Write(writer);
        string[] absent = [.. results.SelectMany(r => r.Result.ClassIou).Where(c => c.Value is null).Select(c => c.Key).Distinct()];
        if (absent.Length > 0)
            writer.WriteLine($"not in the data, left out of the mean: {string.Join(", ", absent)}");
        writer.WriteLine($"{results[0].Result.Samples} samples");
    }

    private static void WriteKeys(Utf8JsonWriter json, EvaluationResult result)
    {
        json.WriteNumber("samples", result.Samples);
        WriteNumber(json, "meanIoU", result.MeanIou);
        WriteNumber(json, "roadIoU", result.RoadIou);
        json.WriteStartObject("classIoU");
        foreach ((string name, double? iou) in result.ClassIou)
            WriteNumber(json, name, iou);
        json.WriteEndObject();
        WriteNumber(json, "pixelAccuracy", result.PixelAccuracy);
        WriteNumber(json, "top1", result.Top1);
        WriteNumber(json, "top5", result.Top5);
    }

    private static void WriteNumber(Utf8JsonWriter json, string key, double? value)
    {
        if (value is double number)
            json.WriteNumber(key, Math.Round(number, 4));
        else
            json.WriteNull(key);
    }

    private static void AddSizes(TextTable table, string[] paths)
    {
        Model?[] blobs = [.. paths.Select(p => Path.GetExtension(p).Equals(".barrel", StringComparison.OrdinalIgnoreCase) ? BlobNetwork.Load(p) : null)];
        table.Add(["adds/MAC", .. blobs.Select(b => b is null or { Macs: 0 } ? "-" : Invariant($"{(double)ModelCosts.Of(b).Sum(l => l.Adds) / b.Macs:F3}"))]);
        table.Add(["activation bits", .. blobs.Select(b => b is null ? "float" : BitsOf(b))]);
        table.Add(["file bytes", .. paths.Select(p => Invariant($"{new FileInfo(p).Length:N0}"))]);
    }

    /// <summary>Bits of what taps read, the frame's pixels apart.</summary>
    private static string BitsOf(Model model)
    {
        int[] bits = [.. model.Layers.OfType<TapLayer>().SelectMany(l => l.Inputs).Where(i => i.Tensor != model.InputTensor).Select(i => model.Tensors[i.Tensor].Bits)];
        return bits.Length == 0 ? "-" : bits.Min() == bits.Max() ? Invariant($"{bits[0]}") : Invariant($"{bits.Min()}..{bits.Max()}");
    }

    private static string Show(double? value, double? first) =>
        value is not double number ? "-" : first is double other ? Invariant($"{number:F2} ({number - other:+0.00;-0.00;0.00})") : Invariant($"{number:F2}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
