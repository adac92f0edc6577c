using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>MaxPool, AveragePool, GlobalAveragePool and ReduceMean over height and width.</summary>
internal static class Pool
{
    public static void ImportMax(OnnxNode node, ImportContext context)
    {
        if (node.Outputs.Length > 1 && node.Outputs[1].Length > 0)
            throw node.Refused("it has a second output", "the maximum alone");
        Activation input = context.Spatial(node, 0);
        SpatialAttributes spatial = Spatial(node, input, out Value output);
        context.Emit(node, new MaxPool
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [input.Body],
            Output = output,
            KernelHeight = spatial.KernelHeight,
            KernelWidth = spatial.KernelWidth,
            StrideY = spatial.StrideY,
            StrideX = spatial.StrideX,
            DilationY = spatial.DilationY,
            DilationX = spatial.DilationX,
            PadTop = spatial.PadTop,
            PadLeft = spatial.PadLeft,
        }, input.Rank);
    }

    public static void ImportAverage(OnnxNode node, ImportContext context)
    {
        Activation input = context.Spatial(node, 0);
        SpatialAttributes spatial = Spatial(node, input, out Value output);
        bool counted = node.Flag("count_include_pad", false);
        bool padded = spatial.PadTop + spatial.PadLeft + spatial.PadBottom + spatial.PadRight > 0;
        // With ceil_mode the last window may reach beyond the padding; what lies there is never counted.
        bool overhangs =
            (output.Height - 1L) * spatial.StrideY + spatial.ExtentY > (long)input.Body.Height + spatial.PadTop + spatial.PadBottom
            || (output.Width - 1L) * spatial.StrideX + spatial.ExtentX > (long)input.Body.Width + spatial.PadLeft + spatial.PadRight;
        if (!overhangs && (counted || !padded))
        {
            EmitMean(node, context, input, output, spatial);
            return;
        }
        if (spatial.DilationY != 1 || spatial.DilationX != 1)
            throw node.Unsupported("dilations", $"{spatial.DilationY}, {spatial.DilationX}",
                "1 where windows reach into padding that is not counted");
        Value body = input.Body;
        bool explicitPad = counted && padded;
        if (explicitPad)
        {
            Value whole = ImportContext.NewValue(node, input.Name + ":padded", body.Channels,
                (long)body.Height + spatial.PadTop + spatial.PadBottom,
                (long)body.Width + spatial.PadLeft + spatial.PadRight);
            Convolution pad = ImportContext.Depthwise(node, body, whole, context.Filled(node, body.Channels, 1),
                context.NewWeights(node, body.Channels));
            (pad.PadTop, pad.PadLeft) = (spatial.PadTop, spatial.PadLeft);
            context.Body.Add(pad);
            body = whole;
        }
        context.Emit(node, new AveragePool
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [body],
            Output = output,
            KernelHeight = spatial.KernelHeight,
            KernelWidth = spatial.KernelWidth,
            StrideY = spatial.StrideY,
            StrideX = spatial.StrideX,
            PadTop = explicitPad ? 0 : spatial.PadTop,
            PadLeft = explicitPad ? 0 : spatial.PadLeft,
        }, input.Rank);
    }

    public static void ImportGlobalAverage(OnnxNode node, ImportContext context)
    {
        Activation input = context.Spatial(node, 0);
        GlobalMean(node, context, input, [.. input.Dims.Select((d, i) => i < 2 ? d : 1)]);
    }

    public static void ImportReduceMean(OnnxNode node, ImportContext context)
    {
        Activation input = context.Plain(node, 0);
        long[] axes = node.HasInput(1) ? context.Integers(node, 1) : node.Ints("axes") ?? [];
        bool keep = node.Flag("keepdims", true);
        if (axes.Length == 0 && node.Flag("noop_with_empty_axes", false))
        {
            context.Set(node, 0, new Activation(ImportContext.OutputName(node), input.Dims, input.Body));
            return;
        }
        var sorted = axes.Select(a => a < 0 ? a + input.Rank : a).Order().ToArray();
        if (input.Rank < 3 || !sorted.SequenceEqual(input.Rank == 4 ? [2L, 3L] : [2L]))
            throw node.Unsupported("axes", $"[{string.Join(", ", axes.Take(8))}] of a tensor of shape {input.Shape}",
                "height and width together");
        GlobalMean(node, context, input, keep ? [.. input.Dims.Select((d, i) => i < 2 ? d : 1)] : input.Dims[..2]);
    }

    private static void GlobalMean(OnnxNode node, ImportContext context, Activation input, int[] dims)
    {
        Value body = input.Body;
        Value output = ImportContext.NewValue(node, ImportContext.OutputName(node), body.Channels, 1, 1);
        int area = body.Height * body.Width;
        context.Body.Add(new Convolution
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [body],
            Output = output,
            Weights = context.Filled(node, checked(body.Channels * area), 1f / area),
            Bias = context.NewWeights(node, body.Channels),
            KernelHeight = body.Height,
            KernelWidth = body.Width,
            Groups = body.Channels,
        });
        context.Set(node, 0, new Activation(output.Name, dims, output));
    }

    private static void EmitMean(OnnxNode node, ImportContext context, Activation input, Value output, SpatialAttributes spatial)
    {
        int area = checked(spatial.KernelHeight * spatial.KernelWidth);
        int channels = input.Body.Channels;
        float[] weights = context.NewWeights(node, channels, spatial.KernelHeight, spatial.KernelWidth);
        Array.Fill(weights, 1f / area);
        context.Emit(node, new Convolution
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [input.Body],
            Output = output,
            Weights = weights,
            Bias = context.NewWeights(node, channels),
            KernelHeight = spatial.KernelHeight,
            KernelWidth = spatial.KernelWidth,
            StrideY = spatial.StrideY,
            StrideX = spatial.StrideX,
            DilationY = spatial.DilationY,
            DilationX = spatial.DilationX,
            PadTop = spatial.PadTop,
            PadLeft = spatial.PadLeft,
            Groups = channels,
        }, input.Rank);
    }

    private static SpatialAttributes Spatial(OnnxNode node, Activation input, out Value output)
    {
        var spatial = new SpatialAttributes(node, input.Rank, null);
        spatial.ResolveSamePads(input.Body.Height, input.Body.Width);
        if (Math.Max(spatial.PadTop, spatial.PadBottom) >= spatial.ExtentY
            || Math.Max(spatial.PadLeft, spatial.PadRight) >= spatial.ExtentX)
            throw node.Unsupported("pads", $"{spatial.PadTop}, {spatial.PadLeft}, {spatial.PadBottom}, {spatial.PadRight}",
                "pads smaller than the kernel");
        bool ceiling = node.Flag("ceil_mode", false);
        output = ImportContext.NewValue(node, ImportContext.OutputName(node), input.Body.Channels,
            spatial.OutputHeight(input.Body.Height, ceiling), spatial.OutputWidth(input.Body.Width, ceiling));
        return spatial;
    }
}
