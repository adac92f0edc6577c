using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>Concat of channels in the body; along other axes, or of rearranged values, on the host.</summary>
internal static class Concat
{
    public static void Import(OnnxNode node, ImportContext context)
    {
        Tensor[] inputs = [.. node.Inputs.Select((_, i) => context.Input(node, i))];
        if (inputs.Length == 0)
            throw node.BadShape("no inputs", "one or more");
        int rank = inputs[0].Rank;
        int axis = Slice.Axis(node, rank, 1);
        int[] dims = Dims(node, inputs, axis);
        string name = ImportContext.OutputName(node);
        Activation[] activations = [.. inputs.OfType<Activation>()];
        if (activations.Length == inputs.Length && Array.TrueForAll(activations, a => a.View is null && a.ChannelAxis == axis))
        {
            Value first = activations[0].Body;
            Value output = ImportContext.NewValue(node, name, dims[axis], first.Height, first.Width);
            context.Emit(node, new Graphs.Concat
            {
                Name = node.Name,
                OnnxOperator = node.Operator,
                Inputs = [.. activations.Select(a => a.Body)],
                Output = output,
            }, rank);
            return;
        }
        if (Array.Exists(inputs, t => t is not (Activation or Hosted)))
            throw node.Refused("it joins constants or integers to what the network computes", "values that the network computes");
        context.Set(node, 0, Shapes.Host(context, new Hosted(name, dims, "Concat", inputs, axis)));
    }

    /// <summary>The shape of the result; all dimensions but the joined one are equal.</summary>
    public static int[] Dims(OnnxNode node, Tensor[] inputs, int axis)
    {
        int[] dims = [.. inputs[0].Dims];
        long sum = 0;
        foreach (Tensor t in inputs)
        {
            bool same = t.Rank == dims.Length;
            for (int i = 0; same && i < dims.Length; i++)
                same = i == axis || t.Dims[i] == dims[i];
            if (!same)
                throw node.BadShape($"operands of shape {inputs[0].Shape} and {t.Shape}", $"all dimensions but {axis} are equal");
            sum += t.Dims[axis];
        }
        dims[axis] = (int)Math.Min(sum, int.MaxValue);
        Budget.Elements(dims, $"{node.Description}: the output");
        return dims;
    }
}
