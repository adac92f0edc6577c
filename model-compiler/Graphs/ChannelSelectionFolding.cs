namespace Barrel.Compiler.Graphs;

/// <summary>
/// Where a 1×1 convolution only picks channels (of DepthToSpace in DCR order, of Pad on channels, of a channel shuffle), the convolution
/// before it makes them in that order in the first place.
/// </summary>
internal static class ChannelSelectionFolding
{
    public static void Run(Graph graph)
    {
        var links = new BodyLinks(graph);
        foreach (Node node in graph.Body.ToArray())
        {
            if (node is not Convolution pick || pick.OnnxOperator is "Conv" or "Gemm" or "MatMul" || Selection(pick) is not int[] channels)
                continue;
            if (links.Producer(pick.Inputs[0]) is not Convolution { Groups: 1 } layer || links.OnlyReader(layer.Output) != pick || channels.Length > 2 * layer.Bias.Length)
                continue;
            int each = layer.Weights.Length / layer.Bias.Length;
            var weights = new float[channels.Length * each];
            var bias = new float[channels.Length];
            for (int o = 0; o < channels.Length; o++)
            {
                if (channels[o] < 0)
                    continue;
                layer.Weights.AsSpan(channels[o] * each, each).CopyTo(weights.AsSpan(o * each));
                bias[o] = layer.Bias[channels[o]];
            }
            (layer.Weights, layer.Bias) = (weights, bias);
            links.Remove(pick);
            links.SetOutput(layer, pick.Output);
            graph.Remarks.Add($"{pick.OnnxOperator} '{pick.Name}': its order of channels is folded into {layer.OnnxOperator} '{layer.Name}'");
        }
        links.Apply();
    }

    /// <summary>For each output the input that it copies, −1 for none; null where the convolution does anything else.</summary>
    private static int[]? Selection(Convolution c)
    {
        if (c is not { KernelHeight: 1, KernelWidth: 1, StrideY: 1, StrideX: 1, PadTop: 0, PadLeft: 0, Groups: 1 }
            || c.Inputs[0].Height != c.Output.Height || c.Inputs[0].Width != c.Output.Width || Array.Exists(c.Bias, b => b != 0))
            return null;
        int inputs = c.Inputs[0].Channels;
        var channels = new int[c.Bias.Length];
        for (int o = 0; o < channels.Length; o++)
        {
            Span<float> row = c.Weights.AsSpan(o * inputs, inputs);
            channels[o] = row.IndexOfAnyExcept(0f);
            if (channels[o] >= 0 && (row[channels[o]] != 1 || row[(channels[o] + 1)..].ContainsAnyExcept(0f)))
                return null;
        }
        return channels;
    }
}
