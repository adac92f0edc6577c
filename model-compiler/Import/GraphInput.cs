using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import.Onnx;
using Barrel.Runtime;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Import;

/// <summary>The network's input: its shape made definite, batch 1, and in the layout that the first layer wants.</summary>
internal static class GraphInput
{
    public static Activation Read(ValueInfoProto info, int[]? shape, List<NodeProto> order, ImportContext context)
    {
        string name = OnnxNode.Printable(info.Name);
        int[] dims = Dims(info, shape, name, context);
        if (Reader(info.Name, order) is NodeProto reader)
        {
            // An image given as [1, height, width, channels], or as a flat vector, is read as the first node rearranges it.
            if (reader.OpType == "Transpose" && dims.Length == 4 && reader.Attribute is [{ Name: "perm" } perm]
                && perm.Ints is [0, 3, 1, 2])
            {
                context.Remarks.Add($"input '{name}': [1, height, width, channels] in the file, [1, channels, height, width] here");
                var planes = new Value(info.Name, 1, dims[3], dims[1], dims[2]);
                return new Activation(info.Name, dims, planes,
                    new ViewStep(null, info.Name, "Transpose", planes.Shape, dims, false) { Permutation = [0, 2, 3, 1] });
            }
            if (reader.OpType == "Reshape" && dims.Length == 2 && ReshapedTo(reader, order, dims[1], context) is int[] image)
                return new Activation(info.Name, dims, new Value(info.Name, image),
                    new ViewStep(null, info.Name, "Reshape", image, dims, true));
        }
        int[] body = dims.Length switch
        {
            1 => [1, dims[0], 1, 1],
            2 => [1, dims[1], 1, 1],
            3 => [1, dims[1], 1, dims[2]],
            4 => dims,
            _ => [1, dims.Aggregate(1, (a, b) => a * b), 1, 1],
        };
        var value = new Value(info.Name, body);
        var input = new Activation(info.Name, dims, value);
        return dims.Length is >= 1 and <= 4 ? input
            : new Activation(info.Name, dims, value, new ViewStep(null, info.Name, "Reshape", body, dims, true));
    }

    private static NodeProto? Reader(string name, List<NodeProto> order)
    {
        NodeProto? reader = null;
        foreach (NodeProto node in order)
        {
            if (!node.Input.Contains(name))
                continue;
            if (reader is not null)
                return null;
            reader = node;
        }
        return reader;
    }

    /// <summary>The image that a flat input becomes, where the file says so in a constant.</summary>
    private static int[]? ReshapedTo(NodeProto reshape, List<NodeProto> order, int count, ImportContext context)
    {
        if (reshape.Input.Count != 2)
            return null;
        string shape = reshape.Input[1];
        NodeProto? maker = order.Find(n => n.OpType == "Constant" && n.Output.Contains(shape));
        Constant? wanted = context.Has(shape) ? context[shape] as Constant
            : maker?.Attribute is [{ Name: "value", T: TensorProto t }] ? TensorReader.Read(t, shape, context.Budget) : null;
        return wanted?.IntegerValues is [1 or -1, > 0 and < 1 << 20, > 0 and < 1 << 20, > 0 and < 1 << 20] d && d[1] * d[2] * d[3] == count
            ? [1, (int)d[1], (int)d[2], (int)d[3]]
            : null;
    }

    private static int[] Dims(ValueInfoProto info, int[]? shape, string name, ImportContext context)
    {
        TypeProto.Types.Tensor? type = info.Type?.TensorType;
        switch ((DataType)(type?.ElemType ?? 0))
        {
            case DataType.Float:
                break;
            case DataType.Double or DataType.Float16 or DataType.Bfloat16:
                context.Remarks.Add($"input '{name}': {(DataType)type!.ElemType} in the file, float here");
                break;
            default:
                throw new BarrelException(ImportErrors.ElementType,
                    $"input '{name}' has the element type {(DataType)(type?.ElemType ?? 0)}: " +
                    "supported are float, double, float16 and bfloat16");
        }
        int[] dims = shape is not null ? Given(type!, shape, name) : Declared(type!, name, context);
        if (dims.Contains(0))
            throw new BarrelException(ImportErrors.Shape,
                $"input '{name}' has the shape [{string.Join(", ", dims)}]: every dimension is 1 or greater");
        if (dims.Length >= 2 && dims[0] != 1)
            throw new BarrelException(ImportErrors.Shape,
                $"input '{name}' has a batch of {dims[0]}: supported is 1; an input shape given to the importer replaces the file's");
        Budget.Elements(dims, $"input '{name}'");
        return dims;
    }

    private static int[] Given(TypeProto.Types.Tensor type, int[] shape, string name)
    {
        if (type.Shape is not null && type.Shape.Dim.Count != shape.Length)
            throw new BarrelException(ImportErrors.Shape,
                $"input '{name}' has rank {type.Shape.Dim.Count}, the shape given has rank {shape.Length}: both are equal");
        return TensorReader.Dims(Array.ConvertAll(shape, d => (long)d), $"input '{name}'");
    }

    private static int[] Declared(TypeProto.Types.Tensor type, string name, ImportContext context)
    {
        if (type.Shape is null)
            throw new BarrelException(ImportErrors.Shape, $"input '{name}' has no shape in the file: give one to the importer");
        var dims = new long[type.Shape.Dim.Count];
        for (int i = 0; i < dims.Length; i++)
        {
            TensorShapeProto.Types.Dimension d = type.Shape.Dim[i];
            bool known = d.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && d.DimValue > 0;
            // Some exporters write an open batch as 0 or −1.
            bool open = !known && (d.ValueCase != TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue
                || (i == 0 && d.DimValue is 0 or -1));
            if (open && i > 0)
                throw new BarrelException(ImportErrors.Shape,
                    $"input '{name}' has the symbolic dimension '{OnnxNode.Printable(d.DimParam)}' at {i}: " +
                    "only the batch may be; give an input shape to the importer");
            if (open)
                context.Remarks.Add($"input '{name}': batch '{OnnxNode.Printable(d.DimParam)}' is 1");
            dims[i] = open ? 1 : d.DimValue;
        }
        return TensorReader.Dims(dims, $"input '{name}'");
    }
}
