using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>Softmax, LogSoftmax and Sigmoid, which the host computes as the last thing, and ArgMax, which the network can.</summary>
internal static class Final
{
    public static void Import(OnnxNode node, ImportContext context)
    {
        Tensor input = Source(node, context);
        string name = ImportContext.OutputName(node);
        if (node.Operator == "Sigmoid")
        {
            context.Set(node, 0, Shapes.Host(context, new Hosted(name, input.Dims, "Sigmoid", [input], 0)));
            return;
        }
        int axis = Slice.Axis(node, input.Rank, node.Opset < 13 ? 1 : -1);
        long after = 1;
        for (int i = axis + 1; i < input.Rank; i++)
            after *= input.Dims[i];
        if (node.Opset >= 13 || after == 1)
        {
            context.Set(node, 0, Shapes.Host(context, new Hosted(name, input.Dims, node.Operator, [input], axis)));
            return;
        }
        // Before opset 13 everything from the axis on was one vector.
        int joined = (int)(after * input.Dims[axis]);
        Hosted flat = Shapes.Host(context, new Hosted(name + ":flat", [(int)(input.Count / joined), joined], "Reshape", [input], 0));
        Hosted soft = Shapes.Host(context, new Hosted(name + ":soft", flat.Dims, node.Operator, [flat], 1));
        context.Set(node, 0, Shapes.Host(context, new Hosted(name, input.Dims, "Reshape", [soft], 0)));
    }

    public static void ImportArgMax(OnnxNode node, ImportContext context)
    {
        Tensor input = Source(node, context);
        int axis = Slice.Axis(node, input.Rank, 0);
        bool keep = node.Flag("keepdims", true);
        if (node.Flag("select_last_index", false))
            throw node.Unsupported("select_last_index", "1", "0");
        string name = ImportContext.OutputName(node);
        int[] kept = [.. input.Dims.Select((d, i) => i == axis ? 1 : d)];
        int[] dims = keep ? kept : [.. kept.Where((_, i) => i != axis)];
        if (input is Activation { View: null } a && axis == a.ChannelAxis)
        {
            Value output = ImportContext.NewValue(node, name, 1, a.Body.Height, a.Body.Width);
            context.Body.Add(new ArgMax { Name = node.Name, OnnxOperator = node.Operator, Inputs = [a.Body], Output = output });
            context.Set(node, 0, Rearranging.Reshape(ImportContext.Plain(name, output, 4), name, "Reshape", dims));
            return;
        }
        Hosted best = Shapes.Host(context, new Hosted(keep ? name : name + ":kept", kept, "ArgMax", [input], axis));
        context.Set(node, 0, keep ? best : Shapes.Host(context, new Hosted(name, dims, "Reshape", [best], 0)));
    }

    // The host reads what the network computes, or what the host has computed before.
    private static Tensor Source(OnnxNode node, ImportContext context) =>
        context.Input(node, 0) is Hosted h ? h : context.Activation(node, 0);
}
