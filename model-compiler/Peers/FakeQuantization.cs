using System.Runtime.InteropServices;
using Barrel.Compiler.Import;
using Barrel.Compiler.Import.Onnx;
using Barrel.Runtime;
using Google.Protobuf;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Peers;

/// <summary>
/// Takes out of a trained file what only imitates quantization, so that a float peer runs at its best: Mul, Add ½, Floor, Clip, Mul, and
/// QuantizeLinear with DequantizeLinear. A Clip that begins at 0 becomes a Relu where there is none yet.
/// </summary>
internal sealed class FakeQuantization
{
    private readonly GraphProto _graph;
    private readonly Budget _budget;
    private readonly Dictionary<string, TensorProto> _constants = [];
    private readonly Dictionary<string, NodeProto> _makers = [];
    private readonly Dictionary<string, List<NodeProto>> _readers = [];
    private readonly HashSet<string> _outputs;
    private int _removed;

    private FakeQuantization(GraphProto graph, int fileBytes)
    {
        _graph = graph;
        _budget = new Budget(fileBytes);
        _outputs = [.. graph.Output.Select(o => o.Name)];
        foreach (TensorProto tensor in graph.Initializer)
            _constants[tensor.Name] = tensor;
        foreach (NodeProto node in graph.Node)
        {
            foreach (string output in node.Output)
                _makers[output] = node;
            foreach (string input in node.Input)
                ReadersOf(input).Add(node);
            if (node.OpType == "Constant" && node.Attribute.FirstOrDefault(a => a.Name == "value") is { T: TensorProto value })
                _constants[node.Output[0]] = value;
        }
    }

    /// <summary>The file without its fake quantization and how many nodes that was; the same bytes where there is none, or where it is no ONNX file.</summary>
    public static (byte[] File, int NodesRemoved) Strip(byte[] file)
    {
        try
        {
            WireScan.Check(file, new Budget(file.Length));
            ModelProto model = ModelProto.Parser.ParseFrom(file);
            if (model.Graph is null)
                return (file, 0);
            var stripper = new FakeQuantization(model.Graph, file.Length);
            stripper.Strip();
            return stripper._removed == 0 ? (file, 0) : (model.ToByteArray(), stripper._removed);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or BarrelException)
        {
            // The peer itself then says what is wrong with the file.
            return (file, 0);
        }
    }

    private void Strip()
    {
        foreach (NodeProto node in _graph.Node.ToArray())
        {
            switch (node.OpType)
            {
                case "Floor":
                    StripGrid(node);
                    break;
                case "DequantizeLinear":
                    StripPair(node);
                    break;
            }
        }
    }

    private void StripGrid(NodeProto floor)
    {
        if (MakerBefore(floor.Input[0], floor, "Add") is not NodeProto half || OtherConstant(half, 0.5f) is not { } added)
            return;
        if (OnlyReader(floor.Output[0]) is not { OpType: "Clip" } clip || !(Bound(clip, 1, "min") is float low && Bound(clip, 2, "max") is float high && low < high))
            return;
        NodeProto? into = MakerBefore(added.Data, half, "Mul");
        (string Data, float[] Values)? scaled = into is null ? null : OtherConstant(into, null);
        NodeProto? back = OnlyReader(clip.Output[0]) is { OpType: "Mul" } mul ? mul : null;
        (string Data, float[] Values)? rescaled = back is null ? null : OtherConstant(back, null);
        bool scales = scaled is not null && rescaled is not null && Undoes(scaled.Value.Values, rescaled.Value.Values);
        string source = scales ? scaled!.Value.Data : added.Data;
        NodeProto[] gone = scales ? [into!, half, floor, clip, back!] : [half, floor, clip];
        bool needsRelu = low == 0 && !(_makers.TryGetValue(source, out NodeProto? maker) && maker.OpType == "Relu");
        Replace(gone[^1].Output[0], source, needsRelu ? "Relu" : null, gone);
    }

    private void StripPair(NodeProto dequantize)
    {
        string quantized = dequantize.Input[0];
        if (_makers.TryGetValue(quantized, out NodeProto? maker) && maker.OpType == "QuantizeLinear")
        {
            NodeProto[] gone = OnlyReader(quantized) is null ? [dequantize] : [maker, dequantize];
            Replace(dequantize.Output[0], maker.Input[0], null, gone);
        }
        else if (_constants.TryGetValue(quantized, out TensorProto? codes) && Floats(dequantize, codes) is TensorProto values)
        {
            // Weights as floats: a peer would not fold this by itself, to keep a quantized form that it might recognise.
            _graph.Initializer.Add(values);
            _constants[values.Name] = values;
            Remove(dequantize);
        }
    }

    private TensorProto? Floats(NodeProto dequantize, TensorProto proto)
    {
        Constant codes = TensorReader.Read(proto, dequantize.Input[0], _budget);
        if (codes.IntegerValues is not long[] integers || ConstantFloats(dequantize.Input[1]) is not float[] scales || scales.Length == 0)
            return null;
        long[]? zeros = dequantize.Input.Count > 2 && dequantize.Input[2].Length > 0
            ? _constants.TryGetValue(dequantize.Input[2], out TensorProto? z) ? TensorReader.Read(z, z.Name, _budget).IntegerValues : null
            : new long[scales.Length];
        int axis = (int)(dequantize.Attribute.FirstOrDefault(a => a.Name == "axis")?.I ?? 1);
        axis = axis < 0 ? axis + codes.Dims.Length : axis;
        bool perChannel = scales.Length > 1;
        if (zeros is null || zeros.Length != scales.Length || (perChannel && (axis < 0 || axis >= codes.Dims.Length || codes.Dims[axis] != scales.Length)))
            return null;
        int inner = perChannel ? codes.Dims.Skip(axis + 1).Aggregate(1, (a, b) => a * b) : 1;
        float[] values = new float[integers.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int c = perChannel ? i / inner % scales.Length : 0;
            values[i] = (integers[i] - zeros[c]) * scales[c];
        }

        var tensor = new TensorProto { Name = dequantize.Output[0], DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())) };
        tensor.Dims.AddRange(proto.Dims);
        return tensor;
    }

    /// <summary>What reads <paramref name="old"/> reads the source, through an operator where one is named; the nodes go.</summary>
    private void Replace(string old, string source, string? through, NodeProto[] gone)
    {
        int at = _graph.Node.IndexOf(gone[^1]);
        if (through is null && _outputs.Contains(old))
            through = "Identity";
        if (through is not null)
        {
            var node = new NodeProto { Name = old + "_" + through, OpType = through };
            node.Input.Add(source);
            node.Output.Add(old);
            _graph.Node.Insert(at, node);
            _makers[old] = node;
            ReadersOf(source).Add(node);
        }
        else
        {
            foreach (NodeProto reader in ReadersOf(old))
            {
                for (int i = 0; i < reader.Input.Count; i++)
                    if (reader.Input[i] == old)
                        reader.Input[i] = source;
                ReadersOf(source).Add(reader);
            }

            _readers.Remove(old);
        }

        foreach (NodeProto node in gone)
            Remove(node);
    }

    private void Remove(NodeProto node)
    {
        _graph.Node.Remove(node);
        foreach (string input in node.Input)
            ReadersOf(input).Remove(node);
        _removed++;
    }

    private List<NodeProto> ReadersOf(string value) =>
        _readers.TryGetValue(value, out List<NodeProto>? readers) ? readers : _readers[value] = [];

    private NodeProto? OnlyReader(string value) => !_outputs.Contains(value) && ReadersOf(value) is [NodeProto one] ? one : null;

    /// <summary>The maker of a value, where it is such an operator and nothing else reads the value.</summary>
    private NodeProto? MakerBefore(string value, NodeProto reader, string type) =>
        _makers.TryGetValue(value, out NodeProto? maker) && maker.OpType == type && OnlyReader(value) == reader ? maker : null;

    /// <summary>The operand that is data and the values of the other one; null unless exactly one is constant, and all of it what was asked.</summary>
    private (string Data, float[] Values)? OtherConstant(NodeProto node, float? asked)
    {
        if (node.Input.Count != 2)
            return null;
        float[]? first = ConstantFloats(node.Input[0]);
        float[]? second = ConstantFloats(node.Input[1]);
        if ((first is null) == (second is null))
            return null;
        float[] values = (first ?? second)!;
        return asked is float all && !Array.TrueForAll(values, v => v == all) ? null : (first is null ? node.Input[0] : node.Input[1], values);
    }

    private float[]? ConstantFloats(string name) => _constants.TryGetValue(name, out TensorProto? tensor) ? TensorReader.Read(tensor, name, _budget).FloatValues : null;

    // Operator sets before 11 have the bounds as attributes.
    private float? Bound(NodeProto clip, int input, string attribute) =>
        clip.Input.Count > input && clip.Input[input].Length > 0
            ? ConstantFloats(clip.Input[input]) is [float bound] ? bound : null
            : clip.Attribute.FirstOrDefault(a => a.Name == attribute)?.F;

    private static bool Undoes(float[] into, float[] back)
    {
        int n = Math.Max(into.Length, back.Length);
        if (into.Length == 0 || back.Length == 0 || (into.Length != n && into.Length != 1) || (back.Length != n && back.Length != 1))
            return false;
        for (int i = 0; i < n; i++)
            if (!(MathF.Abs((into[into.Length == 1 ? 0 : i] * back[back.Length == 1 ? 0 : i]) - 1) <= 1e-5f))
                return false;
        return true;
    }
}
