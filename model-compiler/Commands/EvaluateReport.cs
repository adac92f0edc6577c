using System.Text.Json;
using Barrel.Compiler.Metrics;

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

    /// <summary>A line per figure, a column per model.</summary>
    public static void WriteTable(TextWriter writer, IReadOnlyList<(string Model, EvaluationResult Result)> results)
    {
        var table = new TextTable(["percent", .. results.Select(r => Path.GetFileName(r.Model))]);
        void Line(string name, Func<EvaluationResult, double?> figure)
        {
            if (results.Any(r => figure(r.Result) is not null))
                table.Add([name, .. results.Select(r => Show(figure(r.Result)))]);
        }

        Line("mIoU", r => r.MeanIou);
        Line("road IoU", r => r.RoadIou);
        Line("pixel accuracy", r => r.PixelAccuracy);
        Line("top-1", r => r.Top1);
        Line("top-5", r => r.Top5);
        foreach (string name in results.SelectMany(r => r.Result.ClassIou).Select(c => c.Key).Distinct())
            Line("IoU " + name, r => r.ClassIou.FirstOrDefault(c => c.Key == name).Value);
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

    private static string Show(double? value) => value is double number ? $"{number:F2}" : "-";
}
