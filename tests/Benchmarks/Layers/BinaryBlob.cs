using System.Runtime.InteropServices;
using Barrel.Compiler.Import.Onnx;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Packing;
using Barrel.Compiler.Quantizing;
using Barrel.Runtime;
using Google.Protobuf;
using AttributeType = Barrel.Compiler.Import.Onnx.AttributeProto.Types.AttributeType;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Benchmarks.Layers;

/// <summary>A binary layer as a blob, by XNOR and a count of ones, and as an ONNX file.</summary>
internal static class BinaryBlob
{
    /// <exception cref="InvalidOperationException">The compiler did not make it a binary layer.</exception>
    public static Model Load(BinaryCase shape)
    {
        LoweredTensor input = Signs("input", shape.Inputs), output = Signs("output", shape.Outputs);
        LinearLayer layer = new()
        {
            Name = "binary", OnnxOperator = "Gemm", Inputs = [new Piece(input, 0, shape.Inputs)], Rows = shape.Outputs, Groups = 1, KernelHeight = 1, KernelWidth = 1,
            GridHeight = 1, GridWidth = 1, Output = output, Weights = shape.Weights(), Bias = new float[shape.Outputs], Sign = true,
            CountsMacs = true, DenseWeights = shape.Inputs * shape.Outputs,
        };
        LoweredNetwork network = new() { Input = input, Layers = [layer], Outputs = [output] };
        InputFormat format = new() { Channels = 1, Height = 1, Width = shape.Inputs, Flat = true, ChannelOrder = InputFormat.ChannelsGray, Thresholds = [128] };
        byte[] blob = ModelWriter.Write(
            network, new Dictionary<LinearLayer, QuantizedLinear> { [layer] = new(layer.Weights, layer.Bias) }, new ModelPurpose("binary", format, Model.TaskNone, [], -1, -1));
        Model model = Model.Load(blob, 1 << 30);
        return model.Layers[0] is BinaryLayer ? model : throw new InvalidOperationException($"{shape} is a {model.Layers[0].GetType().Name}");
    }

    public static byte[] Onnx(BinaryCase shape)
    {
        var weights = new TensorProto { Name = "w", DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(shape.Weights().AsSpan())) };
        weights.Dims.AddRange([shape.Outputs, shape.Inputs]);
        var product = new NodeProto { OpType = "Gemm", Name = "product" };
        product.Input.AddRange(["x", "w"]);
        product.Output.Add("p");
        product.Attribute.Add(new AttributeProto { Name = "transB", Type = AttributeType.Int, I = 1 });
        var sign = new NodeProto { OpType = "Sign", Name = "sign" };
        sign.Input.Add("p");
        sign.Output.Add("y");
        return LayerOnnx.Model([product, sign], [weights], LayerOnnx.Value("x", DataType.Float, 1, shape.Inputs), LayerOnnx.Value("y", DataType.Float, 1, shape.Outputs));
    }

    private static LoweredTensor Signs(string name, int count)
    {
        LoweredTensor tensor = new(name, count, 1, 1) { Bits = 1, IsBinary = true };
        Array.Fill(tensor.ScaleExponents, 1);
        return tensor;
    }
}
