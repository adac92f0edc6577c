using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>Add, Sub, Mul and Div: by constants they are 1×1 depthwise convolutions; of two tensors only Add and Sub exist.</summary>
internal static class Arithmetic
{
    public static void Import(OnnxNode node, ImportContext context)
    {
        Tensor left = context.Input(node, 0), right = context.Input(node, 1);
        if (left is Constant || right is Constant)
            Affine(node, context, left is Constant);
        else if (node.Operator is "Add" or "Sub")
            Sum(node, context);
        else
            throw node.Refused("both operands are computed by the network",
                "Add and Sub of two tensors, and Mul and Div with one constant");
    }

    /// <summary>Sum with any number of tensors, from the left.</summary>
    public static void ImportSum(OnnxNode node, ImportContext context)
    {
        Activation sum = context.Plain(node, 0);
        if (node.Inputs.Length == 1)
            context.Set(node, 0, sum);
        for (int i = 1; i < node.Inputs.Length; i++)
        {
            Activation next = context.Plain(node, i);
            string name = ImportContext.OutputName(node) + (i < node.Inputs.Length - 1 ? $":{i}" : "");
            EmitSum(node, context, sum, next, name);
            sum = (Activation)context[node.Outputs[0]];
        }
    }

    private static void Affine(OnnxNode node, ImportContext context, bool constantFirst)
    {
        Activation x = context.Activation(node, constantFirst ? 1 : 0);
        Constant k = context.Constant(node, constantFirst ? 0 : 1);
        ImportContext.Finite(k);
        if (node.HasAttribute("axis"))
            k = AlignAtAxis(node, k, x.Rank);
        if (x.View is not null && k.Count != 1 && !x.InOrder)
            x = Rearranging.Plain(x, node, context);
        float[] byChannel = ByChannel(node, context, x, k);
        int channels = x.Body.Channels;
        float[] weights = context.NewWeights(node, channels), bias = context.NewWeights(node, channels);
        for (int c = 0; c < channels; c++)
        {
            float v = byChannel.Length == 1 ? byChannel[0] : byChannel[c];
            (weights[c], bias[c]) = (node.Operator, constantFirst) switch
            {
                ("Add", _) => (1, v),
                ("Sub", false) => (1, -v),
                ("Sub", true) => (-1, v),
                ("Mul", _) => (v, 0),
                ("Div", false) when v != 0 => (1 / v, 0f),
                ("Div", false) => throw node.Refused("it divides by 0", "divisors other than 0"),
                _ => throw node.Refused("it divides by a value that the network computes", "division by a constant"),
            };
        }
        Value output = ImportContext.NewValue(node, ImportContext.OutputName(node), channels, x.Body.Height, x.Body.Width);
        context.Body.Add(ImportContext.Depthwise(node, x.Body, output, weights, bias));
        context.Set(node, 0, new Activation(output.Name, x.Dims, output, x.View));
    }

    // Before opset 7 the second operand was aligned at an axis, not at the end.
    private static Constant AlignAtAxis(OnnxNode node, Constant k, int rank)
    {
        long axis = node.Int("axis", 0);
        if (axis < 0 || axis + k.Rank > rank)
            throw node.Unsupported("axis", axis.ToString(), $"0 to {rank - k.Rank}");
        return k.WithDims(k.Name, [.. k.Dims, .. Enumerable.Repeat(1, rank - k.Rank - (int)axis)]);
    }

    /// <summary>The constant as one value, or one for each channel of the body.</summary>
    private static float[] ByChannel(OnnxNode node, ImportContext context, Activation x, Constant k)
    {
        float[] values = k.FloatValues!;
        bool fits = k.Rank <= x.Rank;
        for (int i = 1; fits && i <= k.Rank; i++)
            fits = k.Dims[^i] == 1 || k.Dims[^i] == x.Dims[^i];
        if (!fits)
            throw node.BadShape($"a constant of shape {k.Shape} for a tensor of shape {x.Shape}", "the constant broadcasts to the tensor");
        if (values.Length == 1)
            return values;
        // The usual case, [channels, 1, 1], needs no table.
        int channelFromEnd = x.Rank - x.ChannelAxis;
        if (x.View is null && k.Rank >= channelFromEnd && k.Dims[^channelFromEnd] == values.Length)
            return values;
        context.Budget.Charge(x.Count, node.Description);
        int[] source = Strided.Broadcast(k.Dims, x.Dims);
        int area = x.Body.Height * x.Body.Width;
        float[] byChannel = context.NewWeights(node, x.Body.Channels);
        for (int i = 0; i < source.Length; i++)
        {
            if (i % area == 0)
                byChannel[i / area] = values[source[i]];
            else if (byChannel[i / area] != values[source[i]])
                throw node.BadShape($"a constant of shape {k.Shape} with different values inside a channel",
                    "supported are scalars and one value a channel");
        }
        return byChannel;
    }

    private static void Sum(OnnxNode node, ImportContext context)
    {
        Activation a = context.Activation(node, 0), b = context.Activation(node, 1);
        // Both rearranged alike: the sum can come first.
        bool alike = a.View is not null && a.InOrder && b.InOrder && a.Dims.AsSpan().SequenceEqual(b.Dims)
            && a.Body.Shape.AsSpan().SequenceEqual(b.Body.Shape);
        if (!alike)
            (a, b) = (Rearranging.Plain(a, node, context), Rearranging.Plain(b, node, context));
        if (node.Operator == "Sub")
        {
            Value negative = ImportContext.NewValue(node, b.Name + ":negative", b.Body.Channels, b.Body.Height, b.Body.Width);
            Convolution minus = ImportContext.Depthwise(node, b.Body, negative, context.Filled(node, b.Body.Channels, -1),
                context.NewWeights(node, b.Body.Channels));
            context.Body.Add(minus);
            b = new Activation(b.Name, b.Dims, negative, b.View);
        }
        EmitSum(node, context, a, b, ImportContext.OutputName(node));
    }

    private static void EmitSum(OnnxNode node, ImportContext context, Activation a, Activation b, string name)
    {
        if (a.Rank != b.Rank || a.Body.Channels != b.Body.Channels)
            throw node.BadShape($"operands of shape {a.Shape} and {b.Shape}", "both have the same rank and channels");
        int height = Math.Max(a.Body.Height, b.Body.Height), width = Math.Max(a.Body.Width, b.Body.Width);
        Value output = ImportContext.NewValue(node, name, a.Body.Channels, height, width);
        context.Body.Add(new Add
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [Spread(node, context, a, height, width), Spread(node, context, b, height, width)],
            Output = output,
        });
        int[] dims = a.View is not null ? a.Dims : ImportContext.Plain(name, output, a.Rank).Dims;
        context.Set(node, 0, new Activation(name, dims, output, a.View));
    }

    // Broadcasting one pixel over the plane is a resampling that reads index 0 everywhere.
    private static Value Spread(OnnxNode node, ImportContext context, Activation a, int height, int width)
    {
        if (a.Body.Height == height && a.Body.Width == width)
            return a.Body;
        if ((a.Body.Height != height && a.Body.Height != 1) || (a.Body.Width != width && a.Body.Width != 1))
            throw node.BadShape($"operands of height and width {a.Body.Height}×{a.Body.Width} and {height}×{width}",
                "equal, or 1 on one side");
        context.Budget.Charge(2L * (height + width), node.Description);
        var spread = new Graphs.Resize
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [a.Body],
            Output = ImportContext.NewValue(node, a.Name + ":spread", a.Body.Channels, height, width),
            RowIndex = a.Body.Height == height ? Rearranging.Indices(height) : new int[height],
            RowFraction = new float[height],
            ColumnIndex = a.Body.Width == width ? Rearranging.Indices(width) : new int[width],
            ColumnFraction = new float[width],
        };
        context.Body.Add(spread);
        return spread.Output;
    }
}
