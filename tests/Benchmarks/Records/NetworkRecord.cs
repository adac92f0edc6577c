using Barrel.Compiler.Benching;
using Barrel.Runtime;

namespace Barrel.Benchmarks.Records;

/// <summary>Whole networks: what <c>barrel bench</c> says of them.</summary>
internal static class NetworkRecord
{
    public static void Write(ResultPlaces places)
    {
        List<string> lines = ["Time for one frame: medians of engines that take turns in one process, as `barrel bench` prints them.", ""];
        foreach (MeasuredNetwork network in MeasuredNetwork.All)
        {
            Console.Error.WriteLine(network.Model);
            Model model = Model.Load(network.Compile(places.Data).Blob, 1 << 30);
            int[] threads = [.. new[] { 1, Environment.ProcessorCount }.Distinct()];
            using var bench = new NetworkBench(model, Executors.For(model), threads);
            if (bench.Disagreement() is string difference)
                throw new InvalidOperationException(difference);
            bench.AddOnnxRuntime(
                new PeerOptions(network.OnnxIn(places.Data), MeasuredNetwork.FramesIn(places.Data), model.Macs, threads), Console.Error);
            BenchResult result = bench.Run((_, _) => { });
            using var table = new StringWriter { NewLine = "\n" };
            BenchReport.WriteTable(table, result, model.Blob.Length, LoadTime.Of(model.Blob));
            lines.AddRange([$"## {network.Model}, `{network.Options}`", "", "```", .. table.ToString().TrimEnd().Split('\n'), "```", ""]);
        }

        ResultFile.Write(places.Results, "networks.md", "Whole networks", "networks", lines);
    }
}
