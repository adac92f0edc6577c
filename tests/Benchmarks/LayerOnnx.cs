using Barrel.Compiler.Import.Onnx;
using Barrel.Compiler.Peers.Int8;
using Google.Protobuf;
using AttributeType = Barrel.Compiler.Import.Onnx.AttributeProto.Types.AttributeType;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Benchmarks;

/// <summary>The same layer as an ONNX file.</summary>
internal static class LayerOnnx
{
    /// <summary>Conv and Relu, which ONNX Runtime fuses.</summary>
    public static byte[] Write(LayerCase shape)
    {
        NodeProto convolution = Convolution("Conv", shape, ["x", "w"], "c");
        var relu = new NodeProto { OpType = "Relu", Name = "relu" };
        relu.Input.Add("c");
        relu.Output.Add("y");
        return Model(
            [convolution, relu], [Tensor<float>("w", DataType.Float, shape.Weights(), shape.Outputs, shape.Inputs / shape.Groups, shape.Kernel, shape.Kernel)],
            Value("x", DataType.Float, 1, shape.Inputs, shape.Height, shape.Width), Value("y", DataType.Float, 1, shape.Outputs, shape.OutputHeight, shape.OutputWidth));
    }

    /// <summary>
    /// QLinearConv from bytes to bytes with a scale an output channel, channels last, as ONNX Runtime lays out whole networks of such layers: neither conversions
    /// nor transpositions are timed. Saturation is the ReLU.
    /// </summary>
    public static byte[] WriteInt8(LayerCase shape)
    {
        QuantizedWeights weights = QuantizedWeights.Of(shape.Weights(), null, shape.Outputs, 1);
        NodeProto convolution = Convolution("QLinearConv", shape, ["x", "one", "zero", "w", "ws", "wz", "ys", "zero"], "y");
        convolution.Domain = Int8Graph.Microsoft;
        convolution.Attribute.Add(new AttributeProto { Name = "channels_last", Type = AttributeType.Int, I = 1 });
        TensorProto[] constants =
        [
            Tensor<float>("one", DataType.Float, [1]), Tensor<float>("ys", DataType.Float, [MathF.Sqrt((float)(shape.FanIn * shape.AddsPerMac))]),
            Tensor<byte>("zero", DataType.Uint8, [0]), Tensor<float>("ws", DataType.Float, weights.Scales, shape.Outputs),
            Tensor<sbyte>("wz", DataType.Int8, new sbyte[shape.Outputs], shape.Outputs),
            Tensor<sbyte>("w", DataType.Int8, weights.Codes, shape.Outputs, shape.Inputs / shape.Groups, shape.Kernel, shape.Kernel),
        ];
        return Model(
            [convolution], constants, Value("x", DataType.Uint8, 1, shape.Height, shape.Width, shape.Inputs),
            Value("y", DataType.Uint8, 1, shape.OutputHeight, shape.OutputWidth, shape.Outputs));
    }

    public static byte[] Model(NodeProto[] nodes, TensorProto[] constants, ValueInfoProto input, ValueInfoProto output)
    {
        var model = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "layer" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 13 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Int8Graph.Microsoft, Version = 1 });
        model.Graph.Node.AddRange(nodes);
        model.Graph.Initializer.AddRange(constants);
        model.Graph.Input.Add(input);
        model.Graph.Output.Add(output);
        return model.ToByteArray();
    }

    public static ValueInfoProto Value(string name, DataType type, params IEnumerable<int> shape)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.AddRange(shape.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions } } };
    }

    private static NodeProto Convolution(string type, LayerCase shape, string[] inputs, string output)
    {
        var convolution = new NodeProto { OpType = type, Name = "conv" };
        convolution.Input.AddRange(inputs);
        convolution.Output.Add(output);
        convolution.Attribute.AddRange([
            Ints("kernel_shape", shape.Kernel, shape.Kernel), Ints("pads", shape.Padding, shape.Padding, shape.Padding, shape.Padding), Ints("strides", shape.Stride, shape.Stride),
            Ints("dilations", shape.Dilation, shape.Dilation), new AttributeProto { Name = "group", Type = AttributeType.Int, I = shape.Groups }]);
        return convolution;
    }

    private static TensorProto Tensor<T>(string name, DataType type, T[] values, params IEnumerable<int> shape)
        where T : unmanaged => PeerGraph.Tensor<T>(name, type, values, shape);

    private static AttributeProto Ints(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }
}
