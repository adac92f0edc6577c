using Barrel.Compiler.Import.Onnx;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>Writes a node in bytes; false, with nothing written, where it must stay in floats.</summary>
internal delegate bool Int8Operator(Int8Graph graph, NodeProto node);

/// <summary>Operators that ONNX Runtime's CPU provider has 8-bit kernels for.</summary>
internal static class Int8Operators
{
    public static Dictionary<string, Int8Operator> Table { get; } = new()
    {
        ["Conv"] = Int8Linear.Convolution,
        ["Gemm"] = Int8Linear.Gemm,
        ["Add"] = (graph, node) => Sum(graph, node, "QLinearAdd"),
        ["Mul"] = (graph, node) => Sum(graph, node, "QLinearMul"),
        ["Concat"] = Concat,
        ["AveragePool"] = (graph, node) => Unary(graph, node, "QLinearAveragePool"),
        ["GlobalAveragePool"] = (graph, node) => Unary(graph, node, "QLinearGlobalAveragePool"),
        ["LeakyRelu"] = (graph, node) => Unary(graph, node, "QLinearLeakyRelu"),
        ["Sigmoid"] = (graph, node) => Unary(graph, node, "QLinearSigmoid"),
        ["Relu"] = Relu,
        ["MaxPool"] = (graph, node) => graph.Source.Opset >= 12 && Move(graph, node),
        // Unsigned bytes alone.
        ["DepthToSpace"] = (graph, node) => !graph.IsSigned && Move(graph, node),
        ["Flatten"] = Move,
        ["Identity"] = Move,
        ["Pad"] = Pad,
        ["Reshape"] = Move,
        ["Resize"] = Move,
        ["Slice"] = Move,
        ["Squeeze"] = Move,
        ["Transpose"] = Move,
        ["Unsqueeze"] = Move,
    };

    private static bool Sum(Int8Graph graph, NodeProto node, string type)
    {
        if (!graph.HasBytes(node.Input[0]) || !graph.HasBytes(node.Input[1]) || !graph.HasBytes(node.Output[0]))
            return false;
        string[] inputs = [.. graph.Triple(graph.Quantized(node.Input[0])), .. graph.Triple(graph.Quantized(node.Input[1]))];
        QuantizedValue result = graph.Define(graph.End(node));
        graph.Add(type, Int8Graph.Microsoft, [.. inputs, .. graph.Parameters(result)], result.Name);
        return true;
    }

    private static bool Concat(Int8Graph graph, NodeProto node)
    {
        if (!node.Input.All(graph.HasBytes) || !graph.HasBytes(node.Output[0]))
            return false;
        string[] inputs = [.. node.Input.SelectMany(input => graph.Triple(graph.Quantized(input)))];
        QuantizedValue result = graph.Define(node.Output[0]);
        graph.Add("QLinearConcat", Int8Graph.Microsoft, [.. graph.Parameters(result), .. inputs], result.Name, node.Attribute);
        return true;
    }

    private static bool Unary(Int8Graph graph, NodeProto node, string type)
    {
        if (!graph.HasBytes(node.Input[0]) || !graph.HasBytes(node.Output[0]) || node.Output.Count != 1)
            return false;
        QuantizedValue input = graph.Quantized(node.Input[0]);
        QuantizedValue result = graph.Define(node.Output[0]);
        graph.Add(type, Int8Graph.Microsoft, [.. graph.Triple(input), .. graph.Parameters(result)], result.Name, node.Attribute);
        return true;
    }

    // Only those that no other operator took in: a table look-up.
    private static bool Relu(Int8Graph graph, NodeProto node)
    {
        if (!graph.HasBytes(node.Input[0]) || !graph.HasBytes(node.Output[0]))
            return false;
        QuantizedValue input = graph.Quantized(node.Input[0]);
        QuantizedValue result = graph.Define(node.Output[0]);
        graph.Add(
            "QLinearLeakyRelu", Int8Graph.Microsoft, [.. graph.Triple(input), .. graph.Parameters(result)], result.Name,
            new AttributeProto { Name = "alpha", Type = AttributeProto.Types.AttributeType.Float, F = 0 });
        return true;
    }

    /// <summary>An operator that only moves bytes: the result has its input's scale.</summary>
    private static bool Move(Int8Graph graph, NodeProto node)
    {
        if (!graph.HasBytes(node.Input[0]) || node.Output.Count != 1)
            return false;
        QuantizedValue input = graph.Quantized(node.Input[0]);
        QuantizedValue result = graph.Define(node.Output[0], input with { Name = node.Output[0] + "/int8_x" });
        graph.Add(node.OpType, "", [input.Name, .. node.Input.Skip(1)], result.Name, node.Attribute);
        return true;
    }

    private static bool Pad(Int8Graph graph, NodeProto node)
    {
        bool zeros = !node.Attribute.Any(a => a.Name == "mode" && a.S.ToStringUtf8() != "constant") && (!PeerGraph.HasInput(node, 2) || graph.Source.Floats(node, 2) is [0]);
        if (!zeros || graph.Source.Opset < 13 || !graph.HasBytes(node.Input[0]) || PeerGraph.HasInput(node, 3))
            return false;
        QuantizedValue input = graph.Quantized(node.Input[0]);
        QuantizedValue result = graph.Define(node.Output[0], input with { Name = node.Output[0] + "/int8_x" });
        graph.Add("Pad", "", [input.Name, node.Input[1], graph.Parameters(input)[1]], result.Name, node.Attribute);
        return true;
    }
}
