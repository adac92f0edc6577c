using Barrel.Benchmarks.Records;
using Barrel.Compiler.Benching;

namespace Barrel.Benchmarks.Layers;

/// <summary>Binary layers in every executor beside ONNX Runtime's float.</summary>
internal static class BinaryRecord
{
    public static void Write(ResultPlaces places)
    {
        List<string> lines =
        [
            "Microseconds of one layer of ±1 inputs, weights and outputs, lower quartiles of engines that take turns; one thread. Packing the input and the write-out are "
            + "included. ONNX Runtime runs the same layer and Sign in float.", "",
        ];
        List<string> heading = ["layer, channels, output"];
        List<List<string>> rows = [];
        foreach (BinaryCase layer in BinaryCase.All)
        {
            Console.Error.WriteLine($"binary {layer}");
            IReadOnlyList<(string Engine, double Ms)> times = LayerTimes.Of(layer);
            if (rows.Count == 0)
                heading.AddRange([.. times.Select(t => t.Engine), "float / fastest", "GMAC/s"]);
            double best = times.Where(t => t.Engine != BenchResult.OnnxRuntimeFp32).Min(t => t.Ms);
            rows.Add(
            [
                layer.ToString(), .. times.Select(t => ResultFile.Number(t.Ms * 1000, "F1")),
                ResultFile.Number(times.Single(t => t.Engine == BenchResult.OnnxRuntimeFp32).Ms / best, "F1"), ResultFile.Number(layer.Macs / best / 1e6, "F0"),
            ]);
        }

        lines.AddRange(ResultFile.Heading([.. heading]));
        lines.AddRange(rows.Select(row => ResultFile.Row([.. row])));
        ResultFile.Write(places.Results, "binary.md", "Binary layers", "binary", lines);
    }
}
