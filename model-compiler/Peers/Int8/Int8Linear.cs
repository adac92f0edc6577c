using Barrel.Compiler.Import.Onnx;
using AttributeType = Barrel.Compiler.Import.Onnx.AttributeProto.Types.AttributeType;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>Convolutions and fully connected layers, weights by output channel.</summary>
internal static class Int8Linear
{
    public static bool Convolution(Int8Graph graph, NodeProto node)
    {
        if (graph.Source.Floats(node, 1) is not float[] weights || (PeerGraph.HasInput(node, 2) && graph.Source.Floats(node, 2) is null)
            || !graph.HasBytes(node.Input[0]) || !graph.HasBytes(node.Output[0]))
            return false;
        QuantizedValue input = graph.Quantized(node.Input[0]);
        QuantizedValue result = graph.Define(graph.End(node));
        Convolution(graph, input, weights, graph.Source.ShapeOf(node.Input[1])!, graph.Source.Floats(node, 2), result, node.Attribute);
        return true;
    }

    /// <param name="shape">[outputs, inputs of a group, height, width].</param>
    public static void Convolution(
        Int8Graph graph, QuantizedValue input, float[] weights, int[] shape, float[]? bias, QuantizedValue result, IEnumerable<AttributeProto> attributes)
    {
        QuantizedWeights quantized = QuantizedWeights.Of(weights, bias, shape[0], input.Scale);
        string[] operands = Weights(graph, result.Name, quantized, shape);
        string[] sums = bias is null ? [] : [graph.Constant<int>(result.Name + "/int8_b", DataType.Int32, quantized.Bias, shape[0])];
        graph.Add("QLinearConv", "", [.. graph.Triple(input), .. operands, .. graph.Parameters(result), .. sums], result.Name, attributes);
    }

    public static bool Gemm(Int8Graph graph, NodeProto node)
    {
        bool transposed = PeerGraph.Int(node, "transB", 0) != 0;
        if (graph.Source.Floats(node, 1) is not float[] weights || graph.Source.ShapeOf(node.Input[1]) is not [int rows, int columns] || PeerGraph.Int(node, "transA", 0) != 0
            || PeerGraph.Float(node, "alpha", 1) != 1 || PeerGraph.Float(node, "beta", 1) != 1 || !graph.HasBytes(node.Input[0]) || !graph.HasBytes(node.Output[0]))
            return false;
        int outputs = transposed ? rows : columns;
        float[]? bias = graph.Source.Floats(node, 2);
        if (bias is null ? PeerGraph.HasInput(node, 2) : bias.Length != outputs)
            return false;
        QuantizedValue input = graph.Quantized(node.Input[0]);
        QuantizedWeights quantized = QuantizedWeights.Of(transposed ? weights : Transposed(weights, rows, columns), bias, outputs, input.Scale);
        QuantizedValue result = graph.Define(graph.End(node));
        string[] operands = Weights(graph, result.Name, quantized, [outputs, weights.Length / outputs]);
        string sums = graph.Constant<int>(result.Name + "/int8_b", DataType.Int32, quantized.Bias, outputs);
        graph.Add(
            "QGemm", Int8Graph.Microsoft, [.. graph.Triple(input), .. operands, sums, .. graph.Parameters(result)], result.Name,
            PeerGraph.Attribute("transB", 1), new AttributeProto { Name = "alpha", Type = AttributeType.Float, F = 1 });
        return true;
    }

    private static string[] Weights(Int8Graph graph, string name, QuantizedWeights weights, int[] shape) =>
    [
        graph.Constant<sbyte>(name + "/int8_w", DataType.Int8, weights.Codes, shape),
        graph.Constant<float>(name + "/int8_ws", DataType.Float, weights.Scales, shape[0]),
        graph.Constant<sbyte>(name + "/int8_wz", DataType.Int8, new sbyte[shape[0]], shape[0]),
    ];

    private static float[] Transposed(float[] values, int rows, int columns)
    {
        float[] result = new float[values.Length];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++)
                result[(c * rows) + r] = values[(r * columns) + c];
        return result;
    }
}
