namespace Barrel.Compiler.Graphs;

/// <summary>Folds BatchNormalization and Mul, Add, Sub, Div by constants into the convolution before them, where nothing else reads that.</summary>
internal static class AffineFolding
{
    public static void Run(Graph graph)
    {
        var links = new BodyLinks(graph);
        foreach (Node node in graph.Body.ToArray())
        {
            if (node is not Convolution affine || !IsAffine(affine) || links.Producer(affine.Inputs[0]) is not Node layer || links.OnlyReader(layer.Output) != affine)
                continue;
            if (!Fold(layer, affine))
                continue;
            links.Remove(affine);
            links.SetOutput(layer, affine.Output);
            graph.Remarks.Add($"{affine.OnnxOperator} '{affine.Name}': folded into {layer.OnnxOperator} '{layer.Name}'");
        }
        links.Apply();
    }

    /// <summary>out = weight·in + bias by channel and nothing more, from an operator that means just that.</summary>
    public static bool IsAffine(Convolution c) => c.OnnxOperator is "BatchNormalization" or "Mul" or "Add" or "Sub" or "Div"
        && c is { KernelHeight: 1, KernelWidth: 1, StrideY: 1, StrideX: 1, PadTop: 0, PadLeft: 0 }
        && c.Groups == c.Output.Channels && c.Inputs[0].Shape.AsSpan().SequenceEqual(c.Output.Shape);

    private static bool Fold(Node layer, Convolution affine)
    {
        float[] scale = affine.Weights;
        switch (layer)
        {
            case Convolution c:
                int each = c.Weights.Length / c.Bias.Length;
                for (int i = 0; i < c.Weights.Length; i++)
                    c.Weights[i] *= scale[i / each];
                FoldBias(c.Bias, affine);
                return true;
            case TransposedConvolution t:
                int kernel = t.KernelHeight * t.KernelWidth;
                int outputsEach = t.Bias.Length / t.Groups, inputsEach = t.Inputs[0].Channels / t.Groups;
                for (int i = 0; i < t.Weights.Length; i++)
                {
                    int output = i / kernel % outputsEach, group = i / kernel / outputsEach / inputsEach;
                    t.Weights[i] *= scale[group * outputsEach + output];
                }
                FoldBias(t.Bias, affine);
                return true;
            default:
                return false;
        }
    }

    private static void FoldBias(float[] bias, Convolution affine)
    {
        for (int o = 0; o < bias.Length; o++)
            bias[o] = bias[o] * affine.Weights[o] + affine.Bias[o];
    }
}
