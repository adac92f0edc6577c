using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>
/// Pad with zeros: an identity convolution that a later pass merges into the convolutions that read it. Negative pads crop.
/// </summary>
internal static class Pad
{
    private const long SizeMax = 1 << 16;

    public static void Import(OnnxNode node, ImportContext context)
    {
        _ = node.Choice("mode", "constant");
        long[] pads = node.Opset < 11 ? node.Ints("pads") ?? [] : context.Integers(node, 1);
        float fill = node.Opset < 11 ? node.Float("value", 0) : node.HasInput(2) ? context.Floats(node, 2).FirstOrDefault() : 0;
        int rank = context.Input(node, 0).Rank;
        long[] byAxis = ByAxis(node, context, pads, rank);
        if (Array.TrueForAll(byAxis, p => p == 0))
        {
            context.Set(node, 0, context.Input(node, 0));
            return;
        }
        Activation input = context.Plain(node, 0);
        if (fill != 0)
            throw node.Unsupported("value", fill.ToString(), "0");
        int channelAxis = input.ChannelAxis;
        if (channelAxis == 1 && (byAxis[0] != 0 || byAxis[rank] != 0))
            throw node.Unsupported("pads", $"[{string.Join(", ", pads)}]", "pads of channels, height and width");
        Value body = input.Body;
        (long top, long bottom) = rank == 4 ? (byAxis[2], byAxis[rank + 2]) : (0, 0);
        (long left, long right) = rank >= 3 ? (byAxis[rank - 1], byAxis[^1]) : (0, 0);
        (long before, long after) = (byAxis[channelAxis], byAxis[rank + channelAxis]);
        Value output = ImportContext.NewValue(node, ImportContext.OutputName(node), body.Channels + before + after,
            body.Height + top + bottom, body.Width + left + right);
        Convolution layer;
        if (before == 0 && after == 0)
        {
            layer = ImportContext.Depthwise(node, body, output, context.Filled(node, body.Channels, 1),
                context.NewWeights(node, body.Channels));
        }
        else
        {
            context.Budget.Charge(output.Channels, node.Description);
            var channels = new int[output.Channels];
            for (int o = 0; o < channels.Length; o++)
                channels[o] = o >= before && o < before + body.Channels ? o - (int)before : -1;
            layer = Rearranging.ChannelSelection(node, body, output, channels, context);
        }
        (layer.PadTop, layer.PadLeft) = ((int)top, (int)left);
        context.Emit(node, layer, rank);
    }

    /// <summary>Pads of all axes, begins first; with the axes input only some were given.</summary>
    private static long[] ByAxis(OnnxNode node, ImportContext context, long[] pads, int rank)
    {
        long[] axes = node.HasInput(3) ? context.Integers(node, 3) : Array.ConvertAll(Rearranging.Indices(rank), i => (long)i);
        if (pads.Length != 2 * axes.Length || Array.Exists(pads, p => p is < -SizeMax or > SizeMax)
            || Array.Exists(axes, a => a < -rank || a >= rank))
            throw node.Unsupported("pads", $"[{string.Join(", ", pads.Take(16))}]",
                $"two sizes of at most {SizeMax} for each of the {rank} axes");
        var result = new long[2 * rank];
        for (int i = 0; i < axes.Length; i++)
        {
            long axis = axes[i] < 0 ? axes[i] + rank : axes[i];
            result[axis] = pads[i];
            result[axis + rank] = pads[i + axes.Length];
        }
        return result;
    }
}
