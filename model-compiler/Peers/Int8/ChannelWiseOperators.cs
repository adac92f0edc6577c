using Barrel.Compiler.Import.Onnx;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>
/// ONNX Runtime has no 8-bit kernels for batch normalization that no convolution took in, nor for PReLU. The first is a depthwise 1×1 convolution,
/// z = s·x + b. The second is a·z + (1 − a)·max(z, 0), two of them and a sum, of which the second one's ReLU is free in bytes: they saturate.
/// </summary>
internal static class ChannelWiseOperators
{
    public static void Rewrite(ModelProto model, int fileBytes)
    {
        var graph = new PeerGraph(model, fileBytes);
        Dictionary<string, NodeProto> normalizations = model.Graph.Node.Where(n => n.OpType == "BatchNormalization").ToDictionary(n => n.Output[0]);
        HashSet<NodeProto> gone = [];
        foreach (NodeProto node in model.Graph.Node.ToArray())
        {
            if (node.OpType != "PRelu" || graph.ShapeOf(node.Input[1]) is not [.., int channels, 1, 1] || graph.Floats(node, 1) is not float[] slopes
                || slopes.Length != channels || channels == 1 || slopes.Any(a => a > 1))
                continue;
            string value = node.Input[0];
            (float[] Scale, float[] Bias)? affine = null;
            if (normalizations.TryGetValue(value, out NodeProto? before) && graph.SoleReader(value) is not null && (affine = Affine(graph, before)) is not null)
            {
                value = before.Input[0];
                gone.Add(before);
            }

            (float[] scale, float[] bias) = affine ?? ([.. slopes.Select(_ => 1f)], new float[channels]);
            string name = node.Output[0], linear = name + "/peer_linear", raised = name + "/peer_raised", positive = name + "/peer_positive";
            Replace(model.Graph, node,
                Depthwise(model.Graph, value, linear, [.. scale.Zip(slopes, (s, a) => a * s)], [.. bias.Zip(slopes, (b, a) => a * b)]),
                Depthwise(model.Graph, value, raised, [.. scale.Zip(slopes, (s, a) => (1 - a) * s)], [.. bias.Zip(slopes, (b, a) => (1 - a) * b)]),
                Node("Relu", positive, raised), Node("Add", name, linear, positive));
        }

        foreach (NodeProto node in normalizations.Values)
            if (gone.Contains(node))
                model.Graph.Node.Remove(node);
            else if (Affine(graph, node) is (float[] scale, float[] bias))
                Replace(model.Graph, node, Depthwise(model.Graph, node.Input[0], node.Output[0], scale, bias));
    }

    private static (float[] Scale, float[] Bias)? Affine(PeerGraph graph, NodeProto node)
    {
        if (graph.Floats(node, 1) is not float[] gamma || graph.Floats(node, 2) is not float[] beta || graph.Floats(node, 3) is not float[] mean
            || graph.Floats(node, 4) is not float[] variance)
            return null;
        float epsilon = PeerGraph.Float(node, "epsilon", 1e-5f);
        float[] scale = [.. gamma.Zip(variance, (g, v) => g / MathF.Sqrt(v + epsilon))];
        return (scale, [.. Enumerable.Range(0, scale.Length).Select(c => beta[c] - (mean[c] * scale[c]))]);
    }

    private static NodeProto Depthwise(GraphProto graph, string input, string output, float[] scale, float[] bias)
    {
        graph.Initializer.Add(PeerGraph.Tensor<float>(output + "/peer_w", DataType.Float, scale, scale.Length, 1, 1, 1));
        graph.Initializer.Add(PeerGraph.Tensor<float>(output + "/peer_b", DataType.Float, bias, bias.Length));
        NodeProto conv = Node("Conv", output, input, output + "/peer_w", output + "/peer_b");
        conv.Attribute.AddRange([PeerGraph.Attribute("group", scale.Length), PeerGraph.Attribute("kernel_shape", [1, 1])]);
        return conv;
    }

    private static NodeProto Node(string type, string output, params string[] inputs)
    {
        var node = new NodeProto { OpType = type, Name = $"{output}_{type}" };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        return node;
    }

    private static void Replace(GraphProto graph, NodeProto node, params NodeProto[] parts)
    {
        int at = graph.Node.IndexOf(node);
        graph.Node.RemoveAt(at);
        foreach (NodeProto part in parts.Reverse())
            graph.Node.Insert(at, part);
    }
}
