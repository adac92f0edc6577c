using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>
/// Slice and Split: of channels a ChannelSlice, of height and width a depthwise convolution with a stride and negative padding.
/// </summary>
internal static class Slice
{
    public static void Import(OnnxNode node, ImportContext context)
    {
        Tensor input = context.Input(node, 0);
        (int[] starts, int[] strides, int[] dims) = Ranges(node, context, input.Dims);
        string name = ImportContext.OutputName(node);
        if (input is Hosted)
        {
            var hosted = new Hosted(name, dims, "Slice", [input], 0) { Starts = starts, Strides = strides };
            context.HostedSteps.Add(hosted);
            context.Set(node, 0, hosted);
            return;
        }
        Activation a = context.Activation(node, 0);
        if (a.View is not null)
        {
            bool whole = dims.AsSpan().SequenceEqual(a.Dims) && Array.TrueForAll(strides, s => s == 1);
            context.Set(node, 0, whole ? a : Rearranging.Slice(a, name, starts, strides, dims));
            return;
        }
        int channel = a.ChannelAxis;
        if (Array.Exists(strides, s => s < 1) || strides[channel] != 1)
            throw node.Unsupported("steps", $"[{string.Join(", ", strides)}]", "positive steps, and 1 on channels");
        if (channel == 1 && dims[0] != 1)
            throw node.BadShape("it cuts the batch away", "slices of channels, height and width");
        Value value = a.Body;
        int rank = a.Rank;
        if (dims[channel] != value.Channels)
        {
            bool last = rank < 3 || dims.AsSpan(2).SequenceEqual(a.Dims.AsSpan(2));
            Value channels = ImportContext.NewValue(node, last ? name : name + ":channels", dims[channel], value.Height, value.Width);
            context.Body.Add(ChannelsOf(node, value, channels, starts[channel]));
            value = channels;
        }
        if (rank >= 3 && !dims.AsSpan(2).SequenceEqual(a.Dims.AsSpan(2)))
        {
            Value output = ImportContext.NewValue(node, name, value.Channels, rank == 4 ? dims[2] : 1, dims[^1]);
            context.Body.Add(new Convolution
            {
                Name = node.Name,
                OnnxOperator = node.Operator,
                Inputs = [value],
                Output = output,
                Weights = context.Filled(node, value.Channels, 1),
                Bias = context.NewWeights(node, value.Channels),
                KernelHeight = 1,
                KernelWidth = 1,
                StrideY = rank == 4 ? strides[2] : 1,
                StrideX = strides[^1],
                PadTop = rank == 4 ? -starts[2] : 0,
                PadLeft = -starts[^1],
                Groups = value.Channels,
            });
            value = output;
        }
        context.Set(node, 0, ImportContext.Plain(name, value, rank));
    }

    public static void ImportSplit(OnnxNode node, ImportContext context)
    {
        Activation input = context.Plain(node, 0);
        int axis = Axis(node, input.Rank, 0);
        if (axis != input.ChannelAxis)
            throw node.Unsupported("axis", axis.ToString(), $"{input.ChannelAxis}, the channels");
        int channels = input.Body.Channels;
        long[]? sizes = node.HasInput(1) ? context.Integers(node, 1) : node.Ints("split");
        if (sizes is null)
        {
            long parts = node.Int("num_outputs", node.Outputs.Length);
            if (parts != node.Outputs.Length || parts < 1 || parts > channels)
                throw node.Unsupported("num_outputs", parts.ToString(), $"{node.Outputs.Length}, the outputs, for {channels} channels");
            long each = (channels + parts - 1) / parts;
            sizes = [.. Enumerable.Range(0, (int)parts).Select(i => Math.Min(each, channels - i * each))];
        }
        if (sizes.Length != node.Outputs.Length || Array.Exists(sizes, s => s < 1 || s > channels) || sizes.Sum() != channels)
            throw node.Unsupported("split", $"[{string.Join(", ", sizes.Take(8))}]",
                $"{node.Outputs.Length} sizes that add up to {channels}");
        int first = 0;
        for (int i = 0; i < sizes.Length; i++)
        {
            Value output = ImportContext.NewValue(node, ImportContext.OutputName(node, i), sizes[i], input.Body.Height, input.Body.Width);
            context.Emit(node, ChannelsOf(node, input.Body, output, first), input.Rank, i);
            first += (int)sizes[i];
        }
    }

    /// <summary>Start, step and size of every axis, from attributes (before opset 10) or inputs.</summary>
    public static (int[] Starts, int[] Strides, int[] Dims) Ranges(OnnxNode node, ImportContext context, int[] dims)
    {
        bool attributes = node.Opset < 10;
        long[] from = (attributes ? node.Ints("starts") : context.Integers(node, 1)) ?? [];
        long[] to = (attributes ? node.Ints("ends") : context.Integers(node, 2)) ?? [];
        long[]? axes = attributes ? node.Ints("axes") : node.HasInput(3) ? context.Integers(node, 3) : null;
        long[]? steps = !attributes && node.HasInput(4) ? context.Integers(node, 4) : null;
        axes ??= [.. Enumerable.Range(0, from.Length).Select(i => (long)i)];
        if (from.Length > dims.Length || to.Length != from.Length || axes.Length != from.Length || (steps ?? from).Length != from.Length)
            throw node.Unsupported("starts", $"{from.Length} starts, {to.Length} ends, {axes.Length} axes",
                $"equally many, for a tensor of rank {dims.Length}");
        var starts = new int[dims.Length];
        int[] strides = Array.ConvertAll(dims, _ => 1), sizes = [.. dims];
        for (int i = 0; i < from.Length; i++)
        {
            long axis = axes[i] < 0 ? axes[i] + dims.Length : axes[i];
            long step = steps?[i] ?? 1;
            if (axis < 0 || axis >= dims.Length || step is 0 or < -int.MaxValue or > int.MaxValue)
                throw node.Unsupported("axes", $"axis {axes[i]}, step {step}",
                    $"axes of a tensor of rank {dims.Length}, steps other than 0");
            int size = dims[axis];
            long first = from[i] < 0 ? Math.Max(from[i], -size - 1L) + size : from[i];
            long begin = Math.Clamp(first, step > 0 ? 0 : -1, step > 0 ? size : size - 1);
            long end = Math.Clamp(to[i] < 0 ? Math.Max(to[i], -size - 1L) + size : to[i], step > 0 ? 0 : -1, size);
            long count = step > 0 ? (end - begin + step - 1) / step : (begin - end - step - 1) / -step;
            sizes[axis] = (int)Math.Max(0, count);
            starts[axis] = (int)Math.Max(0, begin);
            strides[axis] = count > 1 ? (int)step : 1;
        }
        return (starts, strides, sizes);
    }

    /// <summary>The axis attribute, made positive and checked.</summary>
    public static int Axis(OnnxNode node, int rank, long otherwise)
    {
        long axis = node.Int("axis", otherwise);
        return axis >= -rank && axis < rank
            ? (int)(axis < 0 ? axis + rank : axis)
            : throw node.Unsupported("axis", axis.ToString(), $"{-rank} to {rank - 1}");
    }

    private static ChannelSlice ChannelsOf(OnnxNode node, Value input, Value output, int first) => new()
    {
        Name = node.Name,
        OnnxOperator = node.Operator,
        Inputs = [input],
        Output = output,
        First = first,
    };
}
