using Barrel.Compiler.Graphs;
using Barrel.Runtime;

namespace Barrel.Compiler.Import;

/// <summary>Relu, LeakyRelu, PRelu, Clip and Sign: element by element, so they pass through rearrangements.</summary>
internal static class Activations
{
    public static void ImportRelu(OnnxNode node, ImportContext context) => Relu(node, context, context.Activation(node, 0), [0]);

    public static void ImportLeakyRelu(OnnxNode node, ImportContext context)
    {
        float slope = node.Float("alpha", 0.01f);
        if (!float.IsFinite(slope))
            throw node.Unsupported("alpha", slope.ToString(), "finite numbers");
        Relu(node, context, context.Activation(node, 0), [slope]);
    }

    public static void ImportPRelu(OnnxNode node, ImportContext context)
    {
        Activation x = context.Activation(node, 0);
        Constant slopes = context.Constant(node, 1);
        float[] values = ImportContext.Finite(slopes);
        if (values.Length != 1)
        {
            x = Rearranging.Plain(x, node, context);
            // Aligned at the end with ones after it; before opset 7 [channels] alone.
            int fromEnd = x.Rank - x.ChannelAxis;
            bool byChannel = values.Length == x.Body.Channels
                && ((slopes.Rank == 1 && node.Opset < 7) || (slopes.Rank >= fromEnd && slopes.Dims[^fromEnd] == values.Length));
            if (!byChannel)
                throw node.BadShape($"slopes of shape {slopes.Shape} for a tensor of shape {x.Shape}",
                    "supported are one slope, or one a channel");
        }
        Relu(node, context, x, values);
    }

    public static void ImportClip(OnnxNode node, ImportContext context)
    {
        float minimum = node.Opset < 11 ? node.Float("min", float.NegativeInfinity) : Bound(node, context, 1, float.NegativeInfinity);
        float maximum = node.Opset < 11 ? node.Float("max", float.PositiveInfinity) : Bound(node, context, 2, float.PositiveInfinity);
        if (minimum > maximum)
            throw node.Refused($"its minimum {minimum} is above its maximum {maximum}", "bounds in order");
        Activation x = context.Activation(node, 0);
        Finish(node, context, x, output => new Clip
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [x.Body],
            Output = output,
            Minimum = minimum,
            Maximum = maximum,
        });
    }

    public static void ImportSign(OnnxNode node, ImportContext context)
    {
        Activation x = context.Activation(node, 0);
        context.Remarks.Add($"{node.Operator} '{node.Name}': 0 gives +1 here, 0 in ONNX");
        Finish(node, context, x, output => new Sign { Name = node.Name, OnnxOperator = node.Operator, Inputs = [x.Body], Output = output });
    }

    /// <summary>Floor, which only an activation grid may hold; the pass that finds grids takes it out again.</summary>
    public static void ImportFloor(OnnxNode node, ImportContext context)
    {
        Activation x = context.Activation(node, 0);
        Finish(node, context, x, output =>
            new Floor { Name = node.Name, OnnxOperator = node.Operator, Inputs = [x.Body], Output = output, From = node });
    }

    private static void Relu(OnnxNode node, ImportContext context, Activation x, float[] slopes) =>
        Finish(node, context, x, output => new ParametricRelu
    {
        Name = node.Name,
        OnnxOperator = node.Operator,
        Inputs = [x.Body],
        Output = output,
        Slopes = slopes,
    });

    private static void Finish(OnnxNode node, ImportContext context, Activation x, Func<Value, Node> make)
    {
        Value output = ImportContext.NewValue(node, ImportContext.OutputName(node), x.Body.Channels, x.Body.Height, x.Body.Width);
        context.Body.Add(make(output));
        context.Set(node, 0, new Activation(output.Name, x.Dims, output, x.View));
    }

    private static float Bound(OnnxNode node, ImportContext context, int input, float otherwise)
    {
        if (!node.HasInput(input))
            return otherwise;
        Constant bound = context.Constant(node, input);
        if (bound.FloatValues is not [float value])
            throw node.Refused($"its bound '{OnnxNode.Printable(bound.Name)}' is of shape {bound.Shape} and type {bound.Type}",
                "one number");
        return float.IsNaN(value)
            ? throw new BarrelException(ImportErrors.NonFinite,
                $"tensor '{OnnxNode.Printable(bound.Name)}' holds NaN: {node.Description} needs a number for its bound")
            : value;
    }
}
