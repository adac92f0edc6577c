using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>ConvTranspose with one or two spatial dimensions.</summary>
internal static class ConvTranspose
{
    public static void Import(OnnxNode node, ImportContext context)
    {
        Activation input = context.Spatial(node, 0);
        Constant kernel = context.Constant(node, 1);
        if (kernel.Rank != input.Rank || kernel.Dims[0] != input.Body.Channels)
            throw node.BadShape($"weights of shape {kernel.Shape} for an input of shape {input.Shape}",
                $"[{input.Body.Channels}, outputs / group, kernel]");
        var spatial = new SpatialAttributes(node, input.Rank, (kernel.Rank == 4 ? kernel.Dims[2] : 1, kernel.Dims[^1]));
        long group = Math.Clamp(node.Int("group", 1), 1, 1 << 16);
        long outputs = kernel.Dims[1] * group;
        if (outputs > Budget.TensorElementsMax)
            throw node.BadShape($"{outputs} output channels", $"at most {Budget.TensorElementsMax}");
        int groups = Conv.Groups(node, input.Body.Channels, (int)outputs);

        int axes = input.Rank - 2;
        (int Y, int X) extra = SpatialAttributes.Pair(node, "output_padding", axes, 0, (0, 0));
        long[]? wanted = node.Ints("output_shape");
        if (wanted is { Length: > 0 } && wanted.Length != axes && wanted.Length != axes + 2)
            throw node.Unsupported("output_shape", $"{wanted.Length} sizes", $"{axes} sizes");
        (long height, int top) = Axis(node, spatial, input.Body.Height, spatial.StrideY, spatial.ExtentY, extra.Y,
            axes == 2 && wanted is { Length: > 0 } ? wanted[^2] : null, spatial.PadTop, spatial.PadBottom, axes == 1);
        (long width, int left) = Axis(node, spatial, input.Body.Width, spatial.StrideX, spatial.ExtentX, extra.X,
            wanted is { Length: > 0 } ? wanted[^1] : null, spatial.PadLeft, spatial.PadRight, false);
        context.Emit(node, new TransposedConvolution
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [input.Body],
            Output = ImportContext.NewValue(node, ImportContext.OutputName(node), outputs, height, width),
            Weights = Conv.Copy(node, context, 1),
            Bias = Conv.Bias(node, context, (int)outputs),
            KernelHeight = spatial.KernelHeight,
            KernelWidth = spatial.KernelWidth,
            StrideY = spatial.StrideY,
            StrideX = spatial.StrideX,
            DilationY = spatial.DilationY,
            DilationX = spatial.DilationX,
            PadTop = top,
            PadLeft = left,
            Groups = groups,
        }, input.Rank);
    }

    private static (long Size, int Before) Axis(OnnxNode node, SpatialAttributes spatial, int size, int stride, long extent, int extra,
        long? wanted, int before, int after, bool absent)
    {
        if (absent)
            return (1, 0);
        long full = stride * (size - 1L) + extra + extent;
        bool same = spatial.AutoPad is "SAME_UPPER" or "SAME_LOWER";
        if (wanted is null && !same)
            return (full - before - after, before);
        long output = wanted ?? size * (long)stride;
        if (output is < 1 or > Budget.TensorElementsMax)
            throw node.Unsupported("output_shape", output.ToString(), "sizes of 1 or greater");
        long total = Math.Max(0, full - output);
        // SAME never enlarges: with a kernel smaller than the stride the last rows have no tap, and ONNX Runtime leaves them out.
        if (wanted is null)
            output = full - total;
        // The odd row of padding is at the end for SAME_UPPER, else at the start.
        long head = spatial.AutoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
        return (output, (int)head);
    }
}
