using Barrel.Benchmarks.Records;

namespace Barrel.Benchmarks.Layers;

/// <summary>Times of single layers, ours beside ONNX Runtime's, and charts of how they grow.</summary>
internal static class LayerRecord
{
    private const string OursColour = "#b3261e";
    private const string FloatColour = "#1f5fa8";
    private const string Int8Colour = "#3a7d2c";

    public static void Write(ResultPlaces places)
    {
        List<string> lines =
        [
            "Milliseconds of one layer with its ReLU, lower quartiles of engines that take turns; one thread. Barrel: its fastest executor, tile copy and write-out included. ONNX Runtime's "
            + "8-bit layer goes from bytes to bytes, channels last, so that it converts nothing; its float layer includes what it does to lay out one layer's input and output.", "",
            .. ResultFile.Heading("layer, channels, output, activation bits, adds per MAC", "Barrel", "executor", "ONNX float", "ONNX 8 bits", "float / Barrel", "8 bits / Barrel", "GMAC/s"),
        ];
        foreach (LayerCase layer in LayerCase.All)
        {
            LayerTimes times = Measured(layer);
            lines.Add(ResultFile.Row(
                layer.ToString(), Ms(times.BarrelMs), times.Executor, Ms(times.FloatMs[0]), Ms(times.Int8Ms[0]), Ratio(times.FloatMs[0] / times.BarrelMs),
                Ratio(times.Int8Ms[0] / times.BarrelMs), ResultFile.Number(layer.Macs / times.BarrelMs / 1e6, "F0")));
        }

        lines.AddRange(["", $"How it grows: {LayerCase.Usual} but for what the chart varies.", ""]);
        foreach ((string name, Chart chart) in Charts())
        {
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(places.Results).FullName, name), chart.ToSvg());
            lines.AddRange([$"![{chart.Title}]({name})", ""]);
        }

        ResultFile.Write(places.Results, "layers.md", "Single layers", "layers", lines);
    }

    private static IEnumerable<(string File, Chart Chart)> Charts()
    {
        LayerCase usual = LayerCase.Usual;
        double[] adds = [0.1, 0.2, 0.3, 0.5, 0.75, 0.98];
        yield return ("adds.svg", Sweep("Time against adds per MAC", "adds per multiplication of the dense layer", false, adds, [.. adds.Select(a => usual with { AddsPerMac = a })]));
        int[] channels = [16, 32, 64, 128];
        yield return ("channels.svg", Sweep(
            "Time against channels", "channels, in and out", true, [.. channels.Select(c => (double)c)], [.. channels.Select(c => usual with { Inputs = c, Outputs = c })]));
        (int Height, int Width)[] sizes = [(23, 32), (45, 64), (90, 128), (180, 256)];
        yield return ("resolution.svg", Sweep(
            "Time against resolution", "thousands of pixels", true, [.. sizes.Select(s => s.Height * s.Width / 1000.0)], [.. sizes.Select(s => usual with { Height = s.Height, Width = s.Width })]));
        Console.Error.WriteLine("threads");
        LayerTimes times = LayerTimes.Of(usual, Environment.ProcessorCount);
        // Ours has one thread until the runtime has more.
        yield return ("threads.svg", new Chart("Time against threads", "threads", "ms", false,
        [
            new Series("Barrel", OursColour, [(1, times.BarrelMs)]),
            new Series("ONNX Runtime float", FloatColour, [.. times.FloatMs.Select((ms, i) => (i + 1.0, ms))]),
            new Series("ONNX Runtime 8 bits", Int8Colour, [.. times.Int8Ms.Select((ms, i) => (i + 1.0, ms))]),
        ]));
    }

    private static Chart Sweep(string title, string across, bool doubling, double[] xs, LayerCase[] layers)
    {
        LayerTimes[] times = [.. layers.Select(Measured)];
        return new Chart(title, across, "ms", doubling,
        [
            new Series("Barrel", OursColour, [.. xs.Zip(times, (x, t) => (x, t.BarrelMs))]),
            new Series("ONNX Runtime float", FloatColour, [.. xs.Zip(times, (x, t) => (x, t.FloatMs[0]))]),
            new Series("ONNX Runtime 8 bits", Int8Colour, [.. xs.Zip(times, (x, t) => (x, t.Int8Ms[0]))]),
        ]);
    }

    private static LayerTimes Measured(LayerCase layer)
    {
        Console.Error.WriteLine(layer);
        return LayerTimes.Of(layer);
    }

    private static string Ms(double value) => ResultFile.Number(value, "F3");

    private static string Ratio(double value) => ResultFile.Number(value, "F2");
}
