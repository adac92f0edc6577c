using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>
/// Reshape, Transpose and Slice as views: nothing is moved until something needs it. A linear layer asks for <see cref="Map"/> and
/// permutes its weights; others ask for <see cref="Plain"/>.
/// </summary>
internal static class Rearranging
{
    public static Activation Reshape(Activation a, string name, string onnxOperator, int[] dims)
    {
        if (a.InOrder && IsPlain(dims, a.Body))
            return new Activation(name, dims, a.Body);
        return new Activation(name, dims, a.Body, new ViewStep(a.View, name, onnxOperator, a.Dims, dims, a.InOrder));
    }

    public static Activation Transpose(Activation a, string name, int[] permutation)
    {
        ViewStep? previous = a.View;
        int[] from = a.Dims;
        // Two transpositions in a row are one: NCHW to NHWC and back is nothing.
        if (previous is { Operator: "Transpose" })
        {
            int[] first = previous.Permutation;
            permutation = Array.ConvertAll(permutation, p => first[p]);
            from = previous.FromDims;
            previous = previous.Previous;
        }
        int[] dims = Array.ConvertAll(permutation, p => from[p]);
        bool inOrder = (previous?.InOrder ?? true) && KeepsOrder(from, permutation);
        if (inOrder && IsPlain(dims, a.Body))
            return new Activation(name, dims, a.Body);
        return new Activation(name, dims, a.Body,
            new ViewStep(previous, name, "Transpose", from, dims, inOrder) { Permutation = permutation });
    }

    public static Activation Slice(Activation a, string name, int[] starts, int[] strides, int[] dims) =>
        new(name, dims, a.Body, new ViewStep(a.View, name, "Slice", a.Dims, dims, false) { Starts = starts, Strides = strides });

    /// <summary>For every element of the tensor, in order, where it lies in the body's value.</summary>
    public static int[] Map(Activation a, OnnxNode node, ImportContext context)
    {
        var steps = new Stack<ViewStep>();
        for (ViewStep? s = a.View; s is not null; s = s.Previous)
            steps.Push(s);
        context.Budget.Charge(a.Body.ElementCount, node.Description);
        int[] map = Indices(a.Body.ElementCount);
        foreach (ViewStep s in steps)
        {
            if (s.Permutation.Length == 0 && s.Starts.Length == 0)
                continue;
            context.Budget.Charge(map.Length, node.Description);
            int[] moved = s.Permutation.Length > 0
                ? Strided.Transpose(s.FromDims, s.Permutation)
                : Strided.Slice(s.FromDims, s.Starts, s.Strides, s.ToDims);
            int[] before = map;
            map = Array.ConvertAll(moved, i => before[i]);
        }
        return map;
    }

    /// <summary>
    /// The tensor without a view. A view that only reorders channels (a channel shuffle) becomes a 1×1 convolution; others are refused.
    /// </summary>
    public static Activation Plain(Activation a, OnnxNode node, ImportContext context)
    {
        if (a.View is null)
            return a;
        Value body = a.Body;
        int area = body.Height * body.Width;
        if (a.Rank == 4 && a.Dims[0] == 1 && a.Dims[2] == body.Height && a.Dims[3] == body.Width
            && ChannelOrder(Map(a, node, context), area) is int[] order)
        {
            Value output = ImportContext.NewValue(node, a.Name + ":reordered", order.Length, body.Height, body.Width);
            context.Body.Add(ChannelSelection(node, body, output, order, context));
            return new Activation(a.Name, a.Dims, output);
        }
        throw node.BadShape($"it reads '{OnnxNode.Printable(a.Name)}' {a.Shape}, which {a.View.Operator} " +
            $"'{OnnxNode.Printable(a.View.Name)}' has rearranged",
            "between layers supported are flattening before Gemm or MatMul and reordering of channels");
    }

    /// <summary>A 1×1 convolution whose output o is input channel <paramref name="channels"/>[o], or 0 where that is −1.</summary>
    public static Convolution ChannelSelection(OnnxNode node, Value input, Value output, int[] channels, ImportContext context)
    {
        float[] weights = context.NewWeights(node, channels.Length, input.Channels);
        for (int o = 0; o < channels.Length; o++)
        {
            if (channels[o] >= 0)
                weights[o * input.Channels + channels[o]] = 1;
        }
        return new Convolution
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [input],
            Output = output,
            Weights = weights,
            Bias = new float[channels.Length],
            KernelHeight = 1,
            KernelWidth = 1,
        };
    }

    /// <summary>0 .. count − 1.</summary>
    public static int[] Indices(int count)
    {
        var indices = new int[count];
        for (int i = 0; i < count; i++)
            indices[i] = i;
        return indices;
    }

    private static bool IsPlain(int[] dims, Value body) => dims.Length switch
    {
        1 => dims[0] == body.Channels && body.Height == 1 && body.Width == 1,
        2 => dims[0] == 1 && dims[1] == body.Channels && body.Height == 1 && body.Width == 1,
        3 => dims[0] == 1 && dims[1] == body.Channels && body.Height == 1 && dims[2] == body.Width,
        4 => dims.AsSpan().SequenceEqual(body.Shape),
        _ => false,
    };

    // Moving dimensions of 1 about moves nothing.
    private static bool KeepsOrder(int[] dims, int[] permutation)
    {
        int last = -1;
        foreach (int p in permutation)
        {
            if (dims[p] == 1)
                continue;
            if (p < last)
                return false;
            last = p;
        }
        return true;
    }

    private static int[]? ChannelOrder(int[] map, int area)
    {
        var order = new int[map.Length / area];
        for (int c = 0; c < order.Length; c++)
        {
            int first = map[c * area];
            if (first % area != 0)
                return null;
            for (int i = 1; i < area; i++)
            {
                if (map[c * area + i] != first + i)
                    return null;
            }
            order[c] = first / area;
        }
        return order;
    }
}
