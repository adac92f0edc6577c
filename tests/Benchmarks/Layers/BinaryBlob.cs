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
        LoweredTensor input = Signs("input", shape.Inputs, shape.Extent), output = Signs("output", shape.Outputs, shape.OutputExtent);

        // A frame has at most three channels, so that the layer's input is made of it by another.
        bool isFlat = shape.Extent == 1;
        LoweredTensor frame = isFlat ? input : Signs("frame", 1, shape.Extent);
        LinearLayer layer = Layer("binary", input, output, shape.Kernel, shape.Stride, shape.Weights());
        LinearLayer[] layers = isFlat ? [layer] : [Layer("first", frame, input, 1, 1, Enumerable.Repeat(1f, shape.Inputs).ToArray()), layer];
        LoweredNetwork network = new() { Input = frame, Layers = [.. layers], Outputs = [output] };
        InputFormat format = new() { Channels = 1, Height = shape.Extent, Width = isFlat ? shape.Inputs : shape.Extent, Flat = isFlat, ChannelOrder = InputFormat.ChannelsGray, Thresholds = [128] };
        byte[] blob = ModelWriter.Write(
            network, layers.ToDictionary(l => l, l => new QuantizedLinear(l.Weights, l.Bias)), new ModelPurpose("binary", format, Model.TaskNone, [], -1, -1));
        Model model = Model.Load(blob, 1 << 30);
        return model.Layers[^1] is BinaryLayer ? model : throw new InvalidOperationException($"{shape} is a {model.Layers[^1].GetType().Name}");
    }

    public static byte[] Onnx(BinaryCase shape)
    {
        var weights = new TensorProto { Name = "w", DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(shape.Weights().AsSpan())) };
        int[] inputs = shape.Extent == 1 ? [1, shape.Inputs] : [1, shape.Inputs, shape.Extent, shape.Extent];
        int[] outputs = shape.Extent == 1 ? [1, shape.Outputs] : [1, shape.Outputs, shape.OutputExtent, shape.OutputExtent];
        weights.Dims.AddRange(shape.Extent == 1 ? [shape.Outputs, shape.Inputs] : [shape.Outputs, shape.Inputs, shape.Kernel, shape.Kernel]);
        var product = new NodeProto { OpType = shape.Extent == 1 ? "Gemm" : "Conv", Name = "product" };
        product.Input.AddRange(["x", "w"]);
        product.Output.Add("p");
        if (shape.Extent == 1)
        {
            product.Attribute.Add(new AttributeProto { Name = "transB", Type = AttributeType.Int, I = 1 });
        }
        else
        {
            var strides = new AttributeProto { Name = "strides", Type = AttributeType.Ints };
            strides.Ints.AddRange([shape.Stride, shape.Stride]);
            product.Attribute.Add(strides);
        }

        var sign = new NodeProto { OpType = "Sign", Name = "sign" };
        sign.Input.Add("p");
        sign.Output.Add("y");
        return LayerOnnx.Model([product, sign], [weights], LayerOnnx.Value("x", DataType.Float, inputs), LayerOnnx.Value("y", DataType.Float, outputs));
    }

    private static LinearLayer Layer(string name, LoweredTensor input, LoweredTensor output, int kernel, int stride, float[] weights) => new()
    {
        Name = name, OnnxOperator = output.Area == 1 ? "Gemm" : "Conv", Inputs = [new Piece(input, 0, input.Channels)], Rows = output.Channels, Groups = 1,
        KernelHeight = kernel, KernelWidth = kernel, StrideY = stride, StrideX = stride, GridHeight = output.Height, GridWidth = output.Width, Output = output,
        Weights = weights, Bias = new float[output.Channels], Sign = true, CountsMacs = true, DenseWeights = weights.Length,
    };

    private static LoweredTensor Signs(string name, int count, int extent)
    {
        LoweredTensor tensor = new(name, count, extent, extent) { Bits = 1, IsBinary = true };
        Array.Fill(tensor.ScaleExponents, 1);
        return tensor;
    }
}
