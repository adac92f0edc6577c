using Barrel.Compiler.Graphs;
using Barrel.Runtime;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Import;

/// <summary>
/// QuantizeLinear and DequantizeLinear: a pair on an activation is an <see cref="ActivationGrid"/>; on constants both are computed, so that
/// weights arrive as the floats that the network was trained with.
/// </summary>
internal static class Quantization
{
    public static void ImportQuantize(OnnxNode node, ImportContext context)
    {
        Tensor input = context.Input(node, 0);
        Constant scale = Scale(node, context);
        Constant? zeros = node.HasInput(2) ? context.Constant(node, 2) : null;
        (int codeMin, int codeMax) = Codes(node, zeros?.Type ?? OutputType(node));
        string name = ImportContext.OutputName(node);
        if (input is Constant c)
        {
            float[] values = ImportContext.Finite(c);
            int[] channel = Channels(node, context, c, scale);
            context.Budget.Charge(2 * c.Count, node.Description);
            var codes = new long[values.Length];
            for (int i = 0; i < codes.Length; i++)
            {
                double steps = Math.Round(values[i] / scale.FloatValues![channel[i]], MidpointRounding.ToEven);
                codes[i] = (long)Math.Clamp(steps + Zero(node, zeros, channel[i]), codeMin, codeMax);
            }

            context.Set(node, 0, new Constant(name, c.Dims, codes, zeros?.Type ?? OutputType(node)));
            return;
        }
        Activation a = context.Activation(node, 0);
        if (scale.Count != 1)
            CheckChannelAxis(node, a, scale);
        long zero = Zero(node, zeros, 0);
        if (zeros is not null && Array.Exists(zeros.IntegerValues!, z => z != zero))
            throw node.Refused("its zero points differ by channel", "one zero point for all channels");
        context.Set(node, 0, new QuantizedActivation(a, name, scale, zero, codeMin, codeMax));
    }

    public static void ImportDequantize(OnnxNode node, ImportContext context)
    {
        Tensor input = context.Input(node, 0);
        Constant scale = Scale(node, context);
        Constant? zeros = node.HasInput(2) ? context.Constant(node, 2) : null;
        string name = ImportContext.OutputName(node);
        if (input is Constant c)
        {
            long[] codes = c.IntegerValues ?? throw node.Refused("it reads floats", "integers");
            int[] channel = Channels(node, context, c, scale);
            context.Budget.Charge(c.Count, node.Description);
            var values = new float[codes.Length];
            for (int i = 0; i < values.Length; i++)
                values[i] = (codes[i] - Zero(node, zeros, channel[i])) * scale.FloatValues![channel[i]];
            context.Set(node, 0, new Constant(name, c.Dims, values));
            return;
        }
        if (input is not QuantizedActivation q)
            throw node.Refused("it reads what no QuantizeLinear made", "QuantizeLinear directly before it");
        if (!scale.FloatValues.AsSpan().SequenceEqual(q.Scale.FloatValues) || Zero(node, zeros, 0) != q.Zero)
            throw node.Refused($"its scale or zero point differs from those of QuantizeLinear '{OnnxNode.Printable(q.Name)}'",
                "equal ones");
        Activation a = scale.Count == 1 ? q.Source : Rearranging.Plain(q.Source, node, context);
        Value output = ImportContext.NewValue(node, name, a.Body.Channels, a.Body.Height, a.Body.Width);
        context.Body.Add(new ActivationGrid
        {
            Name = node.Name,
            OnnxOperator = "QuantizeLinear",
            Inputs = [a.Body],
            Output = output,
            Scales = scale.FloatValues!,
            Zero = (int)(q.Zero - q.CodeMin),
            MaximumCode = q.CodeMax - q.CodeMin,
        });
        context.Set(node, 0, new Activation(name, a.Dims, output, a.View));
        context.Remarks.Add($"QuantizeLinear '{OnnxNode.Printable(q.Name)}': became a grid; halves round up here, to even in ONNX");
    }

    private static Constant Scale(OnnxNode node, ImportContext context)
    {
        Constant scale = context.Constant(node, 1);
        float[] values = ImportContext.Finite(scale);
        if (scale.Rank > 1 || Array.Exists(values, s => s <= 0) || values.Length == 0)
            throw node.Unsupported("y_scale", $"shape {scale.Shape}", "positive scales, one or one a channel");
        if (node.Int("block_size", 0) != 0)
            throw node.Unsupported("block_size", node.Int("block_size", 0).ToString(), "0");
        return scale;
    }

    private static long Zero(OnnxNode node, Constant? zeros, int channel)
    {
        if (zeros is null)
            return 0;
        long[] values = zeros.IntegerValues ?? throw node.Refused("its zero point is a float", "integers");
        if (values.Length != 1 && channel >= values.Length)
            throw node.BadShape($"{values.Length} zero points", "as many as scales");
        return values[values.Length == 1 ? 0 : channel];
    }

    private static DataType OutputType(OnnxNode node) =>
        node.Int("output_dtype", 0) is long type and not 0 ? (DataType)type : DataType.Uint8;

    private static (int Min, int Max) Codes(OnnxNode node, DataType type) => type switch
    {
        DataType.Uint8 => (byte.MinValue, byte.MaxValue),
        DataType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        DataType.Uint16 => (ushort.MinValue, ushort.MaxValue),
        DataType.Int16 => (short.MinValue, short.MaxValue),
        _ => throw new BarrelException(ImportErrors.ElementType,
            $"{node.Description}: quantizes to {type}: supported are uint8, int8, uint16 and int16"),
    };

    /// <summary>For every element the scale that is its own.</summary>
    private static int[] Channels(OnnxNode node, ImportContext context, Constant c, Constant scale)
    {
        context.Budget.Charge(c.Count, node.Description);
        var channel = new int[c.Count];
        if (scale.Count == 1)
            return channel;
        int axis = Slice.Axis(node, c.Rank, 1);
        if (scale.Count != c.Dims[axis])
            throw node.BadShape($"{scale.Count} scales for axis {axis} of a tensor of shape {c.Shape}", $"{c.Dims[axis]} scales");
        int inner = 1;
        for (int i = axis + 1; i < c.Rank; i++)
            inner *= c.Dims[i];
        for (int i = 0; i < channel.Length; i++)
            channel[i] = i / inner % c.Dims[axis];
        return channel;
    }

    private static void CheckChannelAxis(OnnxNode node, Activation a, Constant scale)
    {
        int axis = Slice.Axis(node, a.Rank, 1);
        if (axis != a.ChannelAxis || scale.Count != a.Body.Channels)
            throw node.Unsupported("axis", axis.ToString(), $"{a.ChannelAxis}, the channels, with {a.Body.Channels} scales");
    }
}
