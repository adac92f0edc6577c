using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Barrel.Compiler.Tests.Import;

/// <summary>The importer and float runner beside ONNX Runtime.</summary>
internal static class Oracle
{
    /// <summary>Random values in −2 .. 2.</summary>
    public static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(random.NextDouble() * 4 - 2);
        return values;
    }

    /// <summary>What ONNX Runtime computes, unoptimized, by output.</summary>
    public static float[][] Reference(byte[] file, int[] inputShape, float[] input)
    {
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            IntraOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        using var session = new InferenceSession(file, options);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(session.InputNames[0], new DenseTensor<float>(input, inputShape))]);
        return [.. results.Select(r => r.Value is Tensor<long> l ? Array.ConvertAll(l.ToArray(), v => (float)v) : r.AsTensor<float>().ToArray())];
    }

    /// <summary>What the imported network computes, by output of the file.</summary>
    public static float[][] Run(Graph graph, float[] input)
    {
        IReadOnlyDictionary<Value, float[]> values = FloatRunner.Run(graph, input);
        return [.. graph.DecodedOutputs.Select(o => values[o])];
    }

    /// <summary>Imports, runs both, compares; returns the graph.</summary>
    public static Graph Same(OnnxWriter writer, int seed, double tolerance = 1e-4, string[]? outputs = null)
    {
        byte[] file = writer.File(outputs ?? []);
        float[] input = Random(writer.InputShape.Aggregate(1, (a, b) => a * b), seed);
        float[][] expected = Reference(file, writer.InputShape, input);
        Graph graph = OnnxImporter.Import(file, "test");
        float[][] actual = Run(graph, input);
        for (int i = 0; i < expected.Length; i++)
            Close.Assert(expected[i], actual[i], tolerance, $"{string.Join(" → ", writer.Model.Graph.Node)} output {i}");
        return graph;
    }
}
