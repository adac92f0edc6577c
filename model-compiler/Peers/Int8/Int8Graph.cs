using Barrel.Compiler.Import.Onnx;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>
/// The graph in bytes as it is written, node by node of the float one. A value is there in bytes, in floats or in both; whoever needs the other form
/// asks for it, and only then is it converted.
/// </summary>
internal sealed class Int8Graph
{
    /// <summary>ONNX Runtime's own operators.</summary>
    public const string Microsoft = "com.microsoft";

    private readonly GraphProto _graph = new();
    private readonly ValueRanges _ranges;
    private readonly bool _signed;
    private readonly Dictionary<string, QuantizedValue> _quantized = [];
    private readonly HashSet<string> _floats = [];
    private readonly HashSet<NodeProto> _done = [];

    public Int8Graph(PeerGraph source, ValueRanges ranges, Int8Form form)
    {
        _signed = form.SignedActivations;
        Source = source;
        _ranges = ranges;
        GraphProto from = source.Model.Graph;
        _graph.Name = from.Name;
        _graph.Input.AddRange(from.Input);
        _graph.Output.AddRange(from.Output);
        _floats.UnionWith(from.Input.Select(i => i.Name).Concat(from.Initializer.Select(t => t.Name)));
    }

    public PeerGraph Source { get; }

    /// <summary>Whether bytes have signs.</summary>
    public bool IsSigned => _signed;

    public static ModelProto Write(PeerGraph source, ValueRanges ranges, Int8Form form)
    {
        var graph = new Int8Graph(source, ranges, form);
        foreach (NodeProto node in source.Model.Graph.Node)
            if (!graph._done.Contains(node) && !(Int8Operators.Table.TryGetValue(node.OpType, out Int8Operator? write) && node.Domain.Length == 0 && write(graph, node)))
                graph.KeepFloat(node);
        foreach (ValueInfoProto output in source.Model.Graph.Output)
            graph.Float(output.Name);
        HashSet<string> read = [.. graph._graph.Node.SelectMany(n => n.Input)];
        graph._graph.Initializer.AddRange(source.Model.Graph.Initializer.Where(t => read.Contains(t.Name)));
        var model = new ModelProto { IrVersion = source.Model.IrVersion, Graph = graph._graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = source.Opset });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Microsoft, Version = 1 });
        return model;
    }

    /// <summary>Whether a value has, or can get, bytes.</summary>
    public bool HasBytes(string value) => _quantized.ContainsKey(value) || Range(value) is not null;

    public (float Min, float Max)? Range(string value)
    {
        if (_ranges[value] is { } range)
            return range;
        return Source.Floats(value) is { Length: > 0 } constant ? (MathF.Min(0, constant.Min()), MathF.Max(0, constant.Max())) : null;
    }

    /// <summary>A value's bytes; quantized here where it is there in floats alone.</summary>
    public QuantizedValue Quantized(string value)
    {
        if (_quantized.TryGetValue(value, out QuantizedValue known))
            return known;
        QuantizedValue result = Define(value);
        Add("QuantizeLinear", Microsoft, [value, .. Parameters(result)], result.Name);
        return result;
    }

    /// <summary>A value's floats; converted here where it is there in bytes alone.</summary>
    public string Float(string value)
    {
        if (_quantized.TryGetValue(value, out QuantizedValue bytes) && _floats.Add(value))
            Add("DequantizeLinear", Microsoft, [bytes.Name, .. Parameters(bytes)], value);
        return value;
    }

    /// <summary>Says that a node written next makes these bytes, over the measured range of the value.</summary>
    public QuantizedValue Define(string value) => Define(value, QuantizedValue.Over(value + "/int8_x", Range(value)!.Value));

    public QuantizedValue Define(string value, QuantizedValue bytes) => _quantized[value] = bytes;

    /// <summary>
    /// The value at the end of what a node does: its own, or that of a ReLU which alone reads it, since bytes from 0 on cut off what is negative.
    /// </summary>
    public string End(NodeProto node)
    {
        string value = node.Output[0];
        if (Source.SoleReader(value) is not { } reader || !HasBytes(reader.Output[0]))
            return value;
        bool cuts = reader.OpType == "Relu" || (reader.OpType == "Clip" && (Source.Floats(reader, 1)?[0] ?? PeerGraph.Float(reader, "min", float.MinValue)) == 0);
        if (!cuts)
            return value;
        _done.Add(reader);
        return reader.Output[0];
    }

    public void Add(string type, string domain, IEnumerable<string> inputs, string output, params IEnumerable<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = type, Domain = domain, Name = $"{output}_{type}" };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange(attributes);
        _graph.Node.Add(node);
    }

    /// <summary>Names of constants with a value's scale and zero.</summary>
    public string[] Parameters(QuantizedValue value) =>
    [
        Constant<float>(value.Name + "/int8_scale", DataType.Float, [value.Scale]),
        _signed
            ? Constant<sbyte>(value.Name + "/int8_zero", DataType.Int8, [(sbyte)(value.Zero - 128)])
            : Constant<byte>(value.Name + "/int8_zero", DataType.Uint8, [value.Zero]),
    ];

    /// <summary>A value's bytes, scale and zero, as most operators take them.</summary>
    public string[] Triple(QuantizedValue value) => [value.Name, .. Parameters(value)];

    /// <param name="shape">None: a single value.</param>
    /// <returns>The name.</returns>
    public string Constant<T>(string name, DataType type, ReadOnlySpan<T> values, params IEnumerable<int> shape)
        where T : unmanaged
    {
        if (_floats.Add(name))
            _graph.Initializer.Add(PeerGraph.Tensor(name, type, values, shape));
        return name;
    }

    private void KeepFloat(NodeProto node)
    {
        NodeProto copy = node.Clone();
        foreach (string input in node.Input)
            Float(input);
        _graph.Node.Add(copy);
        _floats.UnionWith(node.Output);
    }
}
