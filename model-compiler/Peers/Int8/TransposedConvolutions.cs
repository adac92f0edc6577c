using Barrel.Compiler.Import.Onnx;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>
/// ONNX Runtime has no 8-bit kernel for ConvTranspose. One of stride 1 is a convolution with the kernel turned round. Others stay in floats: as a
/// convolution to stride² times the channels and DepthToSpace, ESPNet takes longer (15.1 ms against 13.3 ms).
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
            if (strides is not [1, 1] || pads[0] >= height || pads[2] >= height || pads[1] >= width || pads[3] >= width)
                continue;
            int at = model.Graph.Node.IndexOf(node);
            model.Graph.Node[at] = Turned(model.Graph, node, weights, bias, inputs, outputs, height, width, pads);
        }
    }

    private static NodeProto Turned(GraphProto graph, NodeProto node, float[] weights, float[]? bias, int inputs, int outputs, int height, int width, long[] pads)
    {
        float[] turned = new float[weights.Length];
        int area = height * width;
        for (int i = 0; i < inputs; i++)
            for (int o = 0; o < outputs; o++)
                for (int k = 0; k < area; k++)
                    turned[(((o * inputs) + i) * area) + area - 1 - k] = weights[(((i * outputs) + o) * area) + k];
        string output = node.Output[0];
        var conv = new NodeProto { OpType = "Conv", Name = output + "_Conv" };
        conv.Input.AddRange([node.Input[0], output + "/peer_w"]);
        graph.Initializer.Add(PeerGraph.Tensor<float>(output + "/peer_w", DataType.Float, turned, outputs, inputs, height, width));
        if (bias is not null)
        {
            conv.Input.Add(output + "/peer_b");
            graph.Initializer.Add(PeerGraph.Tensor<float>(output + "/peer_b", DataType.Float, bias, outputs));
        }

        conv.Output.Add(output);
        conv.Attribute.Add(PeerGraph.Attribute("kernel_shape", [height, width]));
        conv.Attribute.Add(PeerGraph.Attribute("pads", [height - 1 - pads[0], width - 1 - pads[1], height - 1 - pads[2], width - 1 - pads[3]]));
        return conv;
    }
}
