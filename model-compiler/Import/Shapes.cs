namespace Barrel.Compiler.Import;

/// <summary>Reshape, Flatten, Squeeze, Unsqueeze, Transpose, Identity and Dropout: shapes change, elements do not.</summary>
internal static class Shapes
{
    public static void Import(OnnxNode node, ImportContext context)
    {
        Tensor input = context.Input(node, 0);
        int[] dims = Dims(node, context, input);
        string name = ImportContext.OutputName(node);
        context.Set(node, 0, input switch
        {
            Constant c => c.WithDims(name, dims),
            Hosted h => Host(context, new Hosted(name, dims, "Reshape", [h], 0)),
            _ => Rearranging.Reshape(context.Activation(node, 0), name, "Reshape", dims),
        });
    }

    public static void ImportTranspose(OnnxNode node, ImportContext context)
    {
        Tensor input = context.Input(node, 0);
        string name = ImportContext.OutputName(node);
        int rank = input.Rank;
        long[] wanted = node.Ints("perm") ?? [.. Enumerable.Range(0, rank).Reverse().Select(i => (long)i)];
        if (wanted.Length != rank || !wanted.Order().SequenceEqual(Enumerable.Range(0, rank).Select(i => (long)i)))
            throw node.Unsupported("perm", $"[{string.Join(", ", wanted.Take(8))}]", $"an order of the axes 0 to {rank - 1}");
        int[] permutation = Array.ConvertAll(wanted, p => (int)p);
        int[] dims = Array.ConvertAll(permutation, p => input.Dims[p]);
        switch (input)
        {
            case Constant c:
                context.Budget.Charge(2 * c.Count, node.Description);
                context.Set(node, 0, c.Pick(name, dims, Graphs.Strided.Transpose(c.Dims, permutation)));
                break;
            case Hosted h:
                context.Set(node, 0, Host(context, new Hosted(name, dims, "Transpose", [h], 0) { Permutation = permutation }));
                break;
            default:
                context.Set(node, 0, Rearranging.Transpose(context.Activation(node, 0), name, permutation));
                break;
        }
    }

    /// <summary>Identity, Dropout in inference, and Cast of floats to floats.</summary>
    public static void ImportIdentity(OnnxNode node, ImportContext context)
    {
        if (node.Outputs.Length > 1 && node.Outputs[1].Length > 0)
            throw node.Refused("its mask is an output", "the first output alone");
        if (node.Operator == "Dropout" && node.HasInput(2) && context.Constant(node, 2).IntegerValues is [not 0])
            throw node.Unsupported("training_mode", "1", "0");
        if (node.Operator == "Cast" && node.Int("to", 0) is not (1 or 10 or 11 or 16))
            throw node.Unsupported("to", node.Int("to", 0).ToString(), "floating-point types where the network computes the input");
        context.Set(node, 0, context.Input(node, 0));
        if (node.Operator == "Dropout")
            context.Remarks.Add($"{node.Operator} '{node.Name}': dropped");
    }

    public static Hosted Host(ImportContext context, Hosted step)
    {
        context.HostedSteps.Add(step);
        return step;
    }

    private static int[] Dims(OnnxNode node, ImportContext context, Tensor input) => node.Operator switch
    {
        "Flatten" => Flatten(node, input),
        "Squeeze" => Squeeze(node, context, input),
        "Unsqueeze" => Unsqueeze(node, context, input),
        _ => Reshape(node, context, input),
    };

    private static int[] Flatten(OnnxNode node, Tensor input)
    {
        long axis = node.Int("axis", 1);
        axis = axis < 0 ? axis + input.Rank : axis;
        if (axis < 0 || axis > input.Rank)
            throw node.Unsupported("axis", axis.ToString(), $"0 to {input.Rank}");
        int rows = 1;
        for (int i = 0; i < axis; i++)
            rows *= input.Dims[i];
        return [rows, rows == 0 ? 0 : (int)(input.Count / rows)];
    }

    private static int[] Squeeze(OnnxNode node, ImportContext context, Tensor input)
    {
        long[]? axes = node.HasInput(1) ? context.Integers(node, 1) : node.Ints("axes");
        var drop = new bool[input.Rank];
        for (int i = 0; i < input.Rank; i++)
            drop[i] = axes is null && input.Dims[i] == 1;
        foreach (long a in axes ?? [])
        {
            long axis = a < 0 ? a + input.Rank : a;
            if (axis < 0 || axis >= input.Rank || input.Dims[axis] != 1)
                throw node.Unsupported("axes", a.ToString(), $"axes of size 1 of a tensor of shape {input.Shape}");
            drop[axis] = true;
        }
        return [.. input.Dims.Where((_, i) => !drop[i])];
    }

    private static int[] Unsqueeze(OnnxNode node, ImportContext context, Tensor input)
    {
        long[] axes = (node.HasInput(1) ? context.Integers(node, 1) : node.Ints("axes")) ?? [];
        int rank = input.Rank + axes.Length;
        long[] at = Array.ConvertAll(axes, a => a < 0 ? a + rank : a);
        if (rank > 16 || Array.Exists(at, a => a < 0 || a >= rank) || at.Distinct().Count() != at.Length)
            throw node.Unsupported("axes", $"[{string.Join(", ", axes.Take(8))}]", "different axes of the result, of rank 16 at most");
        var dims = new int[rank];
        int next = 0;
        for (int i = 0; i < rank; i++)
            dims[i] = at.Contains(i) ? 1 : input.Dims[next++];
        return dims;
    }

    private static int[] Reshape(OnnxNode node, ImportContext context, Tensor input)
    {
        long[] wanted = node.HasInput(1) ? context.Integers(node, 1) : node.Ints("shape") ?? [];
        bool zeroIsZero = node.Flag("allowzero", false);
        if (wanted.Length > 16 || Array.Exists(wanted, w => w is < -1 or > Budget.TensorElementsMax))
            throw node.BadShape($"it asks for the shape [{string.Join(", ", wanted.Take(16))}]", "up to 16 sizes, one of them −1 at most");
        var dims = new int[wanted.Length];
        int open = -1;
        long count = 1;
        for (int i = 0; i < dims.Length; i++)
        {
            if (wanted[i] == -1 && open >= 0)
                throw node.BadShape($"it asks for the shape [{string.Join(", ", wanted)}]", "one −1 at most");
            if (wanted[i] == -1)
                open = i;
            else if (wanted[i] == 0 && !zeroIsZero && i >= input.Rank)
                throw node.BadShape($"it keeps dimension {i} of a tensor of shape {input.Shape}", "0 stands for a dimension of the input");
            dims[i] = wanted[i] == 0 && !zeroIsZero ? input.Dims[i] : (int)wanted[i];
            count *= open == i ? 1 : dims[i];
            if (count > Budget.TensorElementsMax)
                break;
        }
        if (open >= 0 && count > 0 && input.Count % count == 0)
        {
            dims[open] = (int)(input.Count / count);
            count = input.Count;
        }
        return count == input.Count && !dims.Contains(-1)
            ? dims
            : throw node.BadShape($"it reshapes {input.Shape} to [{string.Join(", ", wanted)}]", $"shapes of {input.Count} elements");
    }
}
