using System.Globalization;
using System.Text;
using System.Text.Json;
using Barrel.Compiler.Commands;

namespace Barrel.Compiler.Benching;

/// <summary>Prints what <c>barrel bench</c> found.</summary>
internal static class BenchReport
{
    public static void WriteJson(TextWriter writer, BenchResult result)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("macs", result.Macs);
            json.WriteStartArray("runs");
            foreach (BenchRun run in result.Runs)
            {
                json.WriteStartObject();
                json.WriteString("engine", run.Engine);
                json.WriteNumber("medianMs", Rounded(run.MedianMs, 6));
                json.WriteNumber("p95Ms", Rounded(run.P95Ms, 6));
                if (run.PeakBytes is long bytes)
                    json.WriteNumber("peakBytes", bytes);
                else
                    json.WriteNull("peakBytes");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("ratios");
            if (result.RatioOf(BenchResult.OnnxRuntimeFp32) is double ratio)
                json.WriteNumber("onnxruntimeFp32OverBarrel", Rounded(ratio, 4));
            else
                json.WriteNull("onnxruntimeFp32OverBarrel");

            // No int8 peer is built yet.
            json.WriteNull("onnxruntimeInt8OverBarrel");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>GMAC/s counts the float network's multiplications for all engines; the ratio is to our fastest executor.</summary>
    public static void WriteTable(TextWriter writer, BenchResult result, int blobBytes, double loadMs)
    {
        var table = new TextTable("engine", "median ms", "p95 ms", "runs", "GMAC/s", "Gadd/s", "memory KiB", "time / best");
        foreach (BenchRun run in result.Runs)
            table.Add(
                run.Engine, Text(run.MedianMs, "F3"), Text(run.P95Ms, "F3"), run.Runs.ToString(CultureInfo.InvariantCulture),
                Rate(result.Macs, run.MedianMs), run.IsOurs ? Rate(result.Adds, run.MedianMs) : "",
                run.PeakBytes is long bytes ? Text(bytes / 1024.0, "N0") : "-", Text(run.MedianMs / result.Best.MedianMs, "F2"));
        table.Write(writer);
        writer.WriteLine($"loading the blob of {Text(blobBytes, "N0")} bytes, decoding and checks included, takes {Text(loadMs, "F1")} ms");
        if (result.RatioOf(BenchResult.OnnxRuntimeFp32) is double ratio)
            writer.WriteLine($"ONNX Runtime in float takes {Text(ratio, "F2")} times as long as {result.Best.Engine}");
    }

    private static string Rate(long count, double ms) => Text(count / ms / 1e6, "F1");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static double Rounded(double value, int digits) => Math.Round(value, digits);
}
