using Barrel.Compiler.Graphs;
using Barrel.Runtime;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Import;

/// <summary>
/// What exporters compute in the network though it is known beforehand: shapes, slices of shapes, pads. Integers are computed as long,
/// floats as double and then rounded.
/// </summary>
internal static class ConstantFolding
{
    public static Constant Constant(OnnxNode node, ImportContext context)
    {
        string name = ImportContext.OutputName(node);
        if (node.Tensor("value") is Onnx.TensorProto tensor)
            return TensorReader.Read(tensor, name, context.Budget);
        if (node.Floats("value_floats") is float[] floats)
            return new Constant(name, [floats.Length], floats);
        if (node.Ints("value_ints") is long[] ints)
            return new Constant(name, [ints.Length], ints);
        if (node.HasAttribute("value_int"))
            return new Constant(name, [], [node.Int("value_int", 0)]);
        if (node.HasAttribute("value_float"))
            return new Constant(name, [], [node.Float("value_float", 0)]);
        throw node.Unsupported("value", "nothing", string.Join(", ", node.Import.Attributes));
    }

    /// <summary>Shape and Size, of anything: all shapes are known.</summary>
    public static Constant Shape(OnnxNode node, ImportContext context)
    {
        Tensor input = context.Input(node, 0);
        string name = ImportContext.OutputName(node);
        if (node.Operator == "Size")
            return new Constant(name, [], [input.Count]);
        int start = Bound(node.Int("start", 0), input.Rank), end = Bound(node.Int("end", input.Rank), input.Rank);
        long[] dims = [.. input.Dims.Skip(start).Take(Math.Max(0, end - start)).Select(d => (long)d)];
        return new Constant(name, [dims.Length], dims);
    }

    public static Constant ConstantOfShape(OnnxNode node, ImportContext context)
    {
        int[] dims = TensorReader.Dims(context.Integers(node, 0), node.Description);
        int count = Take(node, context, dims);
        string name = ImportContext.OutputName(node);
        if (node.Tensor("value") is not Onnx.TensorProto proto)
            return new Constant(name, dims, new float[count]);
        Constant value = TensorReader.Read(proto, name, context.Budget);
        if (value.Count != 1)
            throw node.Unsupported("value", $"shape {value.Shape}", "one element");
        return value.Pick(name, dims, new int[count]);
    }

    public static Constant Range(OnnxNode node, ImportContext context)
    {
        Constant start = context.Constant(node, 0), limit = context.Constant(node, 1), delta = context.Constant(node, 2);
        if (start.Count != 1 || limit.Count != 1 || delta.Count != 1)
            throw node.BadShape($"operands of shape {start.Shape}, {limit.Shape} and {delta.Shape}", "one element each");
        double step = At(delta, 0), from = At(start, 0);
        double count = step == 0 ? double.NaN : Math.Max(0, Math.Ceiling((At(limit, 0) - from) / step));
        if (!(count <= Budget.FoldedElementsMax))
            throw new BarrelException(ImportErrors.TooLarge,
                $"{node.Description}: {count} elements: at most {Budget.FoldedElementsMax} are computed");
        string name = ImportContext.OutputName(node);
        int[] dims = [(int)count];
        Take(node, context, dims);
        return start.IsFloat
            ? new Constant(name, dims, [.. Enumerable.Range(0, dims[0]).Select(i => (float)(from + i * step))])
            : new Constant(name, dims, [.. Enumerable.Range(0, dims[0]).Select(i => start.IntegerValues![0] + i * (long)step)], start.Type);
    }

    public static Constant Gather(OnnxNode node, ImportContext context)
    {
        Constant data = context.Constant(node, 0), at = context.Constant(node, 1);
        long[] indices = context.Integers(node, 1);
        int axis = Import.Slice.Axis(node, data.Rank, 0);
        int size = data.Dims[axis];
        if (Array.Exists(indices, i => i < -size || i >= size))
            throw node.BadShape($"an index outside −{size} to {size - 1}", $"indices into axis {axis} of a tensor of shape {data.Shape}");
        int[] dims = [.. data.Dims[..axis], .. at.Dims, .. data.Dims[(axis + 1)..]];
        int count = Take(node, context, dims);
        int inner = 1;
        for (int i = axis + 1; i < data.Rank; i++)
            inner *= data.Dims[i];
        var from = new int[count];
        for (int i = 0; i < count; i++)
        {
            long index = indices[i / inner % indices.Length];
            from[i] = (i / inner / indices.Length * size + (int)(index < 0 ? index + size : index)) * inner + i % inner;
        }
        return data.Pick(ImportContext.OutputName(node), dims, from);
    }

    public static Constant Slice(OnnxNode node, ImportContext context)
    {
        Constant data = context.Constant(node, 0);
        (int[] starts, int[] strides, int[] dims) = Import.Slice.Ranges(node, context, data.Dims);
        Take(node, context, dims);
        return data.Pick(ImportContext.OutputName(node), dims, Strided.Slice(data.Dims, starts, strides, dims));
    }

    public static Constant Concat(OnnxNode node, ImportContext context)
    {
        Constant[] inputs = [.. node.Inputs.Select((_, i) => context.Constant(node, i))];
        if (inputs.Length == 0 || Array.Exists(inputs, c => c.IsFloat != inputs[0].IsFloat))
            throw node.BadShape("no operands, or floats and integers", "operands of one type");
        int axis = Import.Slice.Axis(node, inputs[0].Rank, 1);
        int[] dims = Import.Concat.Dims(node, inputs, axis);
        int count = Take(node, context, dims);
        string name = ImportContext.OutputName(node);
        int outer = 1, to = 0;
        for (int i = 0; i < axis; i++)
            outer *= dims[i];
        Array result = inputs[0].IsFloat ? new float[count] : new long[count];
        for (int o = 0; o < outer; o++)
        {
            foreach (Constant c in inputs)
            {
                int block = (int)(c.Count / outer);
                Array.Copy((Array?)c.FloatValues ?? c.IntegerValues!, o * block, result, to, block);
                to += block;
            }
        }
        return result is float[] floats ? new Constant(name, dims, floats) : new Constant(name, dims, (long[])result, inputs[0].Type);
    }

    public static Constant Expand(OnnxNode node, ImportContext context)
    {
        Constant data = context.Constant(node, 0);
        int[] dims = BroadcastDims(node, data.Dims, TensorReader.Dims(context.Integers(node, 1), node.Description));
        Take(node, context, dims);
        return data.Pick(ImportContext.OutputName(node), dims, Strided.Broadcast(data.Dims, dims));
    }

    public static Constant Cast(OnnxNode node, ImportContext context)
    {
        Constant data = context.Constant(node, 0);
        var type = (DataType)Math.Clamp(node.Int("to", 0), 0, 100);
        string name = ImportContext.OutputName(node);
        int count = Take(node, context, data.Dims);
        switch (type)
        {
            case DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16:
                return data.IsFloat ? data : new Constant(name, data.Dims, Array.ConvertAll(data.IntegerValues!, v => (float)v));
            case DataType.Bool:
                var truths = new long[count];
                for (int i = 0; i < count; i++)
                    truths[i] = At(data, i) != 0 ? 1 : 0;
                return new Constant(name, data.Dims, truths, type);
            case DataType.Int8 or DataType.Uint8 or DataType.Int16 or DataType.Uint16
                or DataType.Int32 or DataType.Uint32 or DataType.Int64 or DataType.Uint64:
                long[] values = data.IsFloat ? Array.ConvertAll(data.FloatValues!, v => (long)v) : data.IntegerValues!;
                return new Constant(name, data.Dims, values, type);
            default:
                throw node.Unsupported("to", node.Int("to", 0).ToString(), "numbers and bool");
        }
    }

    public static Constant Clip(OnnxNode node, ImportContext context)
    {
        Constant data = context.Constant(node, 0);
        double low = node.Opset < 11 ? node.Float("min", float.NegativeInfinity)
            : node.HasInput(1) ? Scalar(node, context, 1)
            : double.NegativeInfinity;
        double high = node.Opset < 11 ? node.Float("max", float.PositiveInfinity)
            : node.HasInput(2) ? Scalar(node, context, 2)
            : double.PositiveInfinity;
        return Map(node, context, data.Dims, data.IsFloat, data.Type, i => Math.Min(Math.Max(At(data, i), low), high));
    }

    public static Constant Unary(OnnxNode node, ImportContext context)
    {
        Constant data = context.Constant(node, 0);
        Func<double, double> f = node.Operator switch
        {
            "Abs" => Math.Abs,
            "Ceil" => Math.Ceiling,
            "Floor" => Math.Floor,
            "Neg" => v => -v,
            "Reciprocal" => v => 1 / v,
            _ => Math.Sqrt,
        };
        return Map(node, context, data.Dims, data.IsFloat, data.Type, i => f(At(data, i)));
    }

    public static Constant Binary(OnnxNode node, ImportContext context)
    {
        Constant a = context.Constant(node, 0), b = context.Constant(node, 1);
        if (node.Inputs.Length != 2 || a.IsFloat != b.IsFloat)
            throw node.BadShape($"{node.Inputs.Length} operands of type {a.Type} and {b.Type}", "two of one type");
        if (node.HasAttribute("axis"))
            throw node.Unsupported("axis", "an axis between two constants", "none");
        int[] dims = BroadcastDims(node, a.Dims, b.Dims);
        Take(node, context, dims);
        int[] ia = Strided.Broadcast(a.Dims, dims), ib = Strided.Broadcast(b.Dims, dims);
        string name = ImportContext.OutputName(node);
        if (a.IsFloat)
            return Map(node, context, dims, true, a.Type, i => Compute(node.Operator, a.FloatValues![ia[i]], b.FloatValues![ib[i]]));
        var result = new long[ia.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = Compute(node, a.IntegerValues![ia[i]], b.IntegerValues![ib[i]]);
        return new Constant(name, dims, result, a.Type);
    }

    private static double Compute(string op, double a, double b) => op switch
    {
        "Add" => a + b,
        "Sub" => a - b,
        "Mul" => a * b,
        "Div" => a / b,
        "Min" => Math.Min(a, b),
        _ => Math.Max(a, b),
    };

    private static long Compute(OnnxNode node, long a, long b) => unchecked(node.Operator switch
    {
        "Add" => a + b,
        "Sub" => a - b,
        "Mul" => a * b,
        "Div" when b is 0 => throw node.Refused("it divides by 0", "divisors other than 0"),
        "Div" => b == -1 ? -a : a / b,
        "Min" => Math.Min(a, b),
        _ => Math.Max(a, b),
    });

    private static int[] BroadcastDims(OnnxNode node, int[] a, int[] b)
    {
        var dims = new int[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= dims.Length; i++)
        {
            int da = i <= a.Length ? a[^i] : 1, db = i <= b.Length ? b[^i] : 1;
            if (da != db && da != 1 && db != 1)
                throw node.BadShape($"operands of shape [{string.Join(", ", a)}] and [{string.Join(", ", b)}]", "shapes that broadcast");
            dims[^i] = da == 1 ? db : da;
        }
        return dims;
    }

    private static Constant Map(OnnxNode node, ImportContext context, int[] dims, bool isFloat, DataType type, Func<int, double> f)
    {
        int count = Take(node, context, dims);
        string name = ImportContext.OutputName(node);
        if (isFloat)
        {
            var floats = new float[count];
            for (int i = 0; i < count; i++)
                floats[i] = (float)f(i);
            return new Constant(name, dims, floats);
        }
        var integers = new long[count];
        for (int i = 0; i < count; i++)
            integers[i] = (long)f(i);
        return new Constant(name, dims, integers, type);
    }

    private static double At(Constant c, int i) => c.FloatValues is float[] floats ? floats[i] : c.IntegerValues![i];

    private static double Scalar(OnnxNode node, ImportContext context, int input)
    {
        Constant c = context.Constant(node, input);
        return c.Count == 1 ? At(c, 0) : throw node.BadShape($"a bound of shape {c.Shape}", "one element");
    }

    private static int Bound(long at, int rank) => (int)Math.Clamp(at < 0 ? at + rank : at, 0, rank);

    // Every folded constant is charged before it is made, with room for the index table that makes it.
    private static int Take(OnnxNode node, ImportContext context, int[] dims)
    {
        long count = Budget.Elements(dims, $"{node.Description}: the result");
        if (count > Budget.FoldedElementsMax)
            throw new BarrelException(ImportErrors.TooLarge,
                $"{node.Description}: {count} elements: at most {Budget.FoldedElementsMax} are computed");
        context.Budget.Charge(4 * count, node.Description);
        return (int)count;
    }
}
