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
                json.WriteNumber("threads", run.Threads);
                json.WriteNumber("medianMs", Rounded(run.MedianMs, 6));
                json.WriteNumber("p95Ms", Rounded(run.P95Ms, 6));
                if (run.PeakBytes is long bytes)
                    json.WriteNumber("peakBytes", bytes);
                else
                    json.WriteNull("peakBytes");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            int[] threads = result.PeerThreads;
            WriteRatios(json, "ratios", result, threads.FirstOrDefault(1));
            json.WriteStartObject("ratiosByThreads");
            foreach (int count in threads)
                WriteRatios(json, count.ToString(CultureInfo.InvariantCulture), result, count);
            json.WriteEndObject();
            WriteCensus(json, result.Int8);
            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>GMAC/s counts the float network's multiplications for all engines; the last column is over our fastest executor.</summary>
    public static void WriteTable(TextWriter writer, BenchResult result, int blobBytes, LoadTime load)
    {
        var table = new TextTable("engine", "threads", "median ms", "p95 ms", "runs", "GMAC/s", "Gadd/s", "memory KiB", "time / best");
        foreach (BenchRun run in result.Runs)
            table.Add(
                run.Engine, Text(run.Threads), Text(run.MedianMs, "F3"), Text(run.P95Ms, "F3"), Text(run.Runs), Rate(result.Macs, run.MedianMs),
                run.IsOurs ? Rate(result.Adds, run.MedianMs) : "", run.PeakBytes is long bytes ? Text(bytes / 1024.0, "N0") : "-",
                Text(run.MedianMs / result.Best.MedianMs, "F2"));
        table.Write(writer);
        writer.WriteLine($"loading the blob of {Text(blobBytes, "N0")} bytes, decoding and checks included, takes {Text(load.LoadMs, "F1")} ms, with the first frame {Text(load.FirstFrameMs, "F1")} ms");
        foreach (int threads in result.PeerThreads)
            foreach ((string engine, string name) in new[] { (BenchResult.OnnxRuntimeFp32, "float"), (BenchResult.OnnxRuntimeInt8, "8 bits") })
                if (result.RatioOf(engine, threads) is double ratio)
                {
                    BenchRun best = result.BestOf(threads);
                    writer.WriteLine($"ONNX Runtime in {name} takes {Text(ratio, "F2")} times as long as {best.Engine}, threads {threads} and {best.Threads}");
                }

        if (result.Int8 is { } census)
            writer.WriteLine(
                $"in 8 bits it runs {census.QLinearConv} QLinearConv, {census.QLinearAdd} QLinearAdd; {census.FloatProducts} nodes multiply in float"
                + (census.SqnrDb is double sqnr ? $"; {Text(sqnr, "F1")} dB above its error" : ""));
    }

    private static void WriteRatios(Utf8JsonWriter json, string name, BenchResult result, int threads)
    {
        json.WriteStartObject(name);
        WriteNumber(json, "onnxruntimeFp32OverBarrel", result.RatioOf(BenchResult.OnnxRuntimeFp32, threads), 4);
        WriteNumber(json, "onnxruntimeInt8OverBarrel", result.RatioOf(BenchResult.OnnxRuntimeInt8, threads), 4);
        json.WriteEndObject();
    }

    private static void WriteCensus(Utf8JsonWriter json, Int8Census? census)
    {
        if (census is null)
        {
            json.WriteNull("int8");
            return;
        }

        json.WriteStartObject("int8");
        json.WriteNumber("qLinearConv", census.QLinearConv);
        json.WriteNumber("qLinearAdd", census.QLinearAdd);
        json.WriteNumber("floatProducts", census.FloatProducts);
        WriteNumber(json, "sqnrDb", census.SqnrDb, 2);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value, int digits)
    {
        if (value is double number)
            json.WriteNumber(name, Rounded(number, digits));
        else
            json.WriteNull(name);
    }

    private static string Rate(long count, double ms) => Text(count / ms / 1e6, "F1");

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static double Rounded(double value, int digits) => Math.Round(value, digits);
}
