using System.Runtime.InteropServices;
using Barrel.Compiler.Import.Onnx;
using Google.Protobuf;
using AttributeType = Barrel.Compiler.Import.Onnx.AttributeProto.Types.AttributeType;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Benchmarks;

/// <summary>The same layer as an ONNX file: Conv and Relu, which ONNX Runtime fuses.</summary>
internal static class LayerOnnx
{
    public static byte[] Write(LayerCase shape)
    {
        var weights = new TensorProto { Name = "w", DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(shape.Weights().AsSpan())) };
        weights.Dims.AddRange([shape.Outputs, shape.Inputs / shape.Groups, shape.Kernel, shape.Kernel]);
        var convolution = new NodeProto { OpType = "Conv", Name = "conv" };
        convolution.Input.AddRange(["x", "w"]);
        convolution.Output.Add("c");
        convolution.Attribute.AddRange([
            Ints("pads", shape.Padding, shape.Padding, shape.Padding, shape.Padding), Ints("strides", shape.Stride, shape.Stride),
            Ints("dilations", shape.Dilation, shape.Dilation), new AttributeProto { Name = "group", Type = AttributeType.Int, I = shape.Groups }]);
        var relu = new NodeProto { OpType = "Relu", Name = "relu" };
        relu.Input.Add("c");
        relu.Output.Add("y");
        var model = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "layer" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 13 });
        model.Graph.Node.AddRange([convolution, relu]);
        model.Graph.Initializer.Add(weights);
        model.Graph.Input.Add(Value("x", shape.Inputs, shape.Height, shape.Width));
        model.Graph.Output.Add(Value("y", shape.Outputs, shape.OutputHeight, shape.OutputWidth));
        return model.ToByteArray();
    }

    private static AttributeProto Ints(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    private static ValueInfoProto Value(string name, params long[] shape)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.AddRange([new TensorShapeProto.Types.Dimension { DimValue = 1 }, .. shape.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d })]);
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = dimensions } } };
    }
}
