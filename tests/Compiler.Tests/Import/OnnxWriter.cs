using System.Runtime.InteropServices;
using Barrel.Compiler.Import.Onnx;
using Google.Protobuf;
using AttributeType = Barrel.Compiler.Import.Onnx.AttributeProto.Types.AttributeType;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Tests.Import;

/// <summary>Writes small ONNX files: one float input "x", nodes, and outputs whose shapes are left open.</summary>
internal sealed class OnnxWriter
{
    public OnnxWriter(int opset, params int[] inputShape)
    {
        Model = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "test" } };
        Model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        Model.Graph.Input.Add(Info("x", inputShape));
        InputShape = inputShape;
    }

    public ModelProto Model { get; }

    public int[] InputShape { get; }

    public OnnxWriter Floats(string name, int[] dims, params float[] values)
    {
        var t = new TensorProto { Name = name, DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())) };
        t.Dims.AddRange(dims.Select(d => (long)d));
        Model.Graph.Initializer.Add(t);
        return this;
    }

    public OnnxWriter Longs(string name, params long[] values)
    {
        var t = new TensorProto { Name = name, DataType = (int)DataType.Int64 };
        t.Dims.Add(values.Length);
        t.Int64Data.AddRange(values);
        Model.Graph.Initializer.Add(t);
        return this;
    }

    /// <summary>Small integers of a quantized type.</summary>
    public OnnxWriter Codes(string name, DataType type, int[] dims, params int[] values)
    {
        var t = new TensorProto { Name = name, DataType = (int)type };
        t.Dims.AddRange(dims.Select(d => (long)d));
        t.Int32Data.AddRange(values);
        Model.Graph.Initializer.Add(t);
        return this;
    }

    /// <summary>Adds a node; several outputs are separated by commas, an input "" is left out.</summary>
    public OnnxWriter Node(string op, string[] inputs, string output, params AttributeProto[] attributes)
    {
        var n = new NodeProto { OpType = op, Name = "node_" + output };
        n.Input.AddRange(inputs);
        n.Output.AddRange(output.Split(','));
        n.Attribute.AddRange(attributes);
        Model.Graph.Node.Add(n);
        return this;
    }

    public byte[] File(params string[] outputs)
    {
        foreach (string o in outputs.Length == 0 ? [Model.Graph.Node[^1].Output[0]] : outputs)
            Model.Graph.Output.Add(new ValueInfoProto { Name = o, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float } } });
        return Model.ToByteArray();
    }

    public static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    public static AttributeProto Float(string name, float value) => new() { Name = name, Type = AttributeType.Float, F = value };

    public static AttributeProto Text(string name, string value) => new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    public static AttributeProto Ints(string name, params int[] values)
    {
        var a = new AttributeProto { Name = name, Type = AttributeType.Ints };
        a.Ints.AddRange(values.Select(v => (long)v));
        return a;
    }

    public static AttributeProto FloatList(string name, params float[] values)
    {
        var a = new AttributeProto { Name = name, Type = AttributeType.Floats };
        a.Floats.AddRange(values);
        return a;
    }

    public static ValueInfoProto Info(string name, int[] shape)
    {
        var s = new TensorShapeProto();
        s.Dim.AddRange(shape.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = s } } };
    }
}
