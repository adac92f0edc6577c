using Barrel.Compiler.Import.Onnx;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>
/// ONNX Runtime has no 8-bit kernel for ConvTranspose. One whose windows do not overlap is a 1×1 convolution to stride² times the channels, whose values
/// DepthToSpace puts in their places; one of stride 1 is a convolution with the kernel turned round. Others stay.
/// </summary>
internal static class TransposedConvolutions
{
    public static void Rewrite(ModelProto model, int fileBytes)
    {
        var graph = new PeerGraph(model, fileBytes);
        foreach (NodeProto node in model.Graph.Node.Where(n => n.OpType == "ConvTranspose").ToArray())
        {
            if (graph.Floats(node, 1) is not float[] weights || graph.ShapeOf(node.Input[1]) is not [int inputs, int outputs, int height, int width]
                || PeerGraph.Int(node, "group", 1) != 1 || PeerGraph.Ints(node, "dilations", 1, 1).Any(d => d != 1)
                || PeerGraph.Ints(node, "output_padding", 0, 0).Any(p => p != 0) || node.Attribute.Any(a => a.Name is "output_shape" || (a.Name == "auto_pad" && a.S.ToStringUtf8() is not ("NOTSET" or ""))))
                continue;
            float[]? bias = graph.Floats(node, 2);
            long[] strides = PeerGraph.Ints(node, "strides", 1, 1), pads = PeerGraph.Ints(node, "pads", 0, 0, 0, 0);
            NodeProto[] replacement;
            if (strides is [1, 1] && pads[0] < height && pads[2] < height && pads[1] < width && pads[3] < width)
                replacement = Turned(model.Graph, node, weights, bias, inputs, outputs, height, width, pads);
            else if (height == width && strides.All(s => s == height) && pads.All(p => p == 0))
                replacement = Scattered(model.Graph, node, weights, bias, inputs, outputs, height);
            else
                continue;
            int at = model.Graph.Node.IndexOf(node);
            model.Graph.Node.RemoveAt(at);
            foreach (NodeProto part in replacement.Reverse())
                model.Graph.Node.Insert(at, part);
        }
    }

    private static NodeProto[] Turned(GraphProto graph, NodeProto node, float[] weights, float[]? bias, int inputs, int outputs, int height, int width, long[] pads)
    {
        float[] turned = new float[weights.Length];
        int area = height * width;
        for (int i = 0; i < inputs; i++)
            for (int o = 0; o < outputs; o++)
                for (int k = 0; k < area; k++)
                    turned[(((o * inputs) + i) * area) + area - 1 - k] = weights[(((i * outputs) + o) * area) + k];
        NodeProto conv = Convolution(graph, node, node.Output[0], turned, bias, outputs, inputs, height, width);
        conv.Attribute.Add(PeerGraph.Attribute("pads", [height - 1 - pads[0], width - 1 - pads[1], height - 1 - pads[2], width - 1 - pads[3]]));
        return [conv];
    }

    private static NodeProto[] Scattered(GraphProto graph, NodeProto node, float[] weights, float[]? bias, int inputs, int outputs, int stride)
    {
        int area = stride * stride;
        float[] pointwise = new float[weights.Length];
        for (int i = 0; i < inputs; i++)
            for (int ok = 0; ok < outputs * area; ok++)
                pointwise[(ok * inputs) + i] = weights[(i * outputs * area) + ok];
        float[]? repeated = bias is null ? null : [.. bias.SelectMany(b => Enumerable.Repeat(b, area))];
        string between = node.Output[0] + "/peer_places";
        NodeProto conv = Convolution(graph, node, between, pointwise, repeated, outputs * area, inputs, 1, 1);
        var places = new NodeProto { OpType = "DepthToSpace", Name = node.Output[0] + "_DepthToSpace" };
        places.Input.Add(between);
        places.Output.Add(node.Output[0]);
        places.Attribute.AddRange([PeerGraph.Attribute("blocksize", stride), PeerGraph.Attribute("mode", "CRD")]);
        return [conv, places];
    }

    private static NodeProto Convolution(
        GraphProto graph, NodeProto node, string output, float[] weights, float[]? bias, int outputs, int inputs, int height, int width)
    {
        var conv = new NodeProto { OpType = "Conv", Name = output + "_Conv" };
        conv.Input.AddRange([node.Input[0], output + "/peer_w"]);
        graph.Initializer.Add(PeerGraph.Tensor<float>(output + "/peer_w", DataType.Float, weights, outputs, inputs, height, width));
        if (bias is not null)
        {
            conv.Input.Add(output + "/peer_b");
            graph.Initializer.Add(PeerGraph.Tensor<float>(output + "/peer_b", DataType.Float, bias, outputs));
        }

        conv.Output.Add(output);
        conv.Attribute.Add(PeerGraph.Attribute("kernel_shape", [height, width]));
        return conv;
    }
}
