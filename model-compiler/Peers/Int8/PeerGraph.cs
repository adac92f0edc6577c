using System.Runtime.InteropServices;
using Barrel.Compiler.Import;
using Barrel.Compiler.Import.Onnx;
using Google.Protobuf;
using AttributeType = Barrel.Compiler.Import.Onnx.AttributeProto.Types.AttributeType;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>An ONNX graph with what a rewriter asks of it: constants by name, and who makes and reads a value.</summary>
internal sealed class PeerGraph
{
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly Dictionary<string, List<NodeProto>> _readers = [];
    private readonly HashSet<string> _outputs;
    private readonly Budget _budget;

    public PeerGraph(ModelProto model, int fileBytes)
    {
        Model = model;
        _budget = new Budget(fileBytes);
        _outputs = [.. model.Graph.Output.Select(o => o.Name)];
        _constants = model.Graph.Initializer.ToDictionary(t => t.Name);
        foreach (NodeProto node in model.Graph.Node)
            foreach (string input in node.Input)
                (_readers.TryGetValue(input, out List<NodeProto>? readers) ? readers : _readers[input] = []).Add(node);
    }

    public ModelProto Model { get; }

    /// <summary>Version of the standard operators.</summary>
    public long Opset => Model.OpsetImport.First(o => o.Domain.Length == 0).Version;

    public bool IsOutput(string value) => _outputs.Contains(value);

    public bool IsConstant(string value) => _constants.ContainsKey(value);

    /// <summary>Shape of a constant; null where the value is none.</summary>
    public int[]? ShapeOf(string value) => _constants.TryGetValue(value, out TensorProto? t) ? [.. t.Dims.Select(d => (int)d)] : null;

    /// <summary>A constant's floats; null where the value is none or holds others.</summary>
    public float[]? Floats(string value) =>
        _constants.TryGetValue(value, out TensorProto? t) ? TensorReader.Read(t, value, _budget).FloatValues : null;

    /// <summary>The floats of a node's input; null where it has none such.</summary>
    public float[]? Floats(NodeProto node, int input) => HasInput(node, input) ? Floats(node.Input[input]) : null;

    /// <summary>The node that alone reads a value; null where others do, or the value is an output.</summary>
    public NodeProto? SoleReader(string value) =>
        !IsOutput(value) && _readers.TryGetValue(value, out List<NodeProto>? readers) && readers is [NodeProto one] ? one : null;

    public static bool HasInput(NodeProto node, int input) => node.Input.Count > input && node.Input[input].Length > 0;

    public static long[] Ints(NodeProto node, string attribute, params long[] otherwise) =>
        node.Attribute.FirstOrDefault(a => a.Name == attribute) is { } found ? [.. found.Ints] : otherwise;

    public static long Int(NodeProto node, string attribute, long otherwise) => node.Attribute.FirstOrDefault(a => a.Name == attribute)?.I ?? otherwise;

    public static float Float(NodeProto node, string attribute, float otherwise) => node.Attribute.FirstOrDefault(a => a.Name == attribute)?.F ?? otherwise;

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    public static AttributeProto Attribute(string name, string value) => new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    public static AttributeProto Attribute(string name, IEnumerable<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    /// <param name="values">Of a type without padding that ONNX has under <paramref name="type"/>.</param>
    public static TensorProto Tensor<T>(string name, DataType type, ReadOnlySpan<T> values, params IEnumerable<int> shape)
        where T : unmanaged
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
        tensor.Dims.AddRange(shape.Select(d => (long)d));
        return tensor;
    }
}
