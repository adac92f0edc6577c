using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>Conv with one or two spatial dimensions.</summary>
internal static class Conv
{
    public static void Import(OnnxNode node, ImportContext context)
    {
        Activation input = context.Spatial(node, 0);
        Constant kernel = context.Constant(node, 1);
        if (kernel.Rank != input.Rank)
            throw node.BadShape($"weights of shape {kernel.Shape} for an input of shape {input.Shape}", "both have the same rank");
        var spatial = new SpatialAttributes(node, input.Rank, (kernel.Rank == 4 ? kernel.Dims[2] : 1, kernel.Dims[^1]));
        spatial.ResolveSamePads(input.Body.Height, input.Body.Width);
        int groups = Groups(node, input.Body.Channels, kernel.Dims[0]);
        if (kernel.Dims[1] != input.Body.Channels / groups)
            throw node.BadShape($"weights of shape {kernel.Shape} for {input.Body.Channels} channels in {groups} groups",
                $"the second dimension is {input.Body.Channels / groups}");
        Value output = ImportContext.NewValue(node, ImportContext.OutputName(node), kernel.Dims[0],
            spatial.OutputHeight(input.Body.Height), spatial.OutputWidth(input.Body.Width));
        context.Emit(node, new Convolution
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [input.Body],
            Output = output,
            Weights = Copy(node, context, 1),
            Bias = Bias(node, context, kernel.Dims[0]),
            KernelHeight = spatial.KernelHeight,
            KernelWidth = spatial.KernelWidth,
            StrideY = spatial.StrideY,
            StrideX = spatial.StrideX,
            DilationY = spatial.DilationY,
            DilationX = spatial.DilationX,
            PadTop = spatial.PadTop,
            PadLeft = spatial.PadLeft,
            Groups = groups,
        }, input.Rank);
    }

    /// <summary>The group attribute, checked to divide the channels on both sides.</summary>
    public static int Groups(OnnxNode node, int inputs, int outputs)
    {
        long groups = node.Int("group", 1);
        if (groups < 1 || groups > inputs || inputs % groups != 0 || outputs % groups != 0)
            throw node.Unsupported("group", groups.ToString(), $"divisors of the {inputs} input and {outputs} output channels");
        return (int)groups;
    }

    /// <summary>The third input, or zeros.</summary>
    public static float[] Bias(OnnxNode node, ImportContext context, int outputs)
    {
        if (!node.HasInput(2))
            return context.NewWeights(node, outputs);
        float[] bias = Copy(node, context, 2);
        return bias.Length == outputs ? bias
            : throw node.BadShape($"a bias of {bias.Length} elements for {outputs} output channels", $"{outputs} elements");
    }

    /// <summary>Weights of the node's own: folding changes them in place, and a file may share a tensor between nodes.</summary>
    public static float[] Copy(OnnxNode node, ImportContext context, int input)
    {
        float[] shared = context.Floats(node, input);
        float[] own = context.NewWeights(node, shared.Length);
        shared.CopyTo(own, 0);
        return own;
    }
}
