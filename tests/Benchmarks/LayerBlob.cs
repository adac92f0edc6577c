using Barrel.Compiler.Lowering;
using Barrel.Compiler.Packing;
using Barrel.Compiler.Quantizing;
using Barrel.Runtime;

namespace Barrel.Benchmarks;

/// <summary>A blob with one layer to benchmark, behind one that spreads a grey frame over its input channels.</summary>
internal static class LayerBlob
{
    /// <summary>Index of the benchmarked layer in the blob.</summary>
    public const int LayerIndex = 1;

    /// <summary>An executor that has run a seeded frame, so that the layer finds its input.</summary>
    public static Executor Started(Model model, ExecutorKind kind)
    {
        Executor executor = kind.Create(model);
        new Random(1).NextBytes(executor.Arena.AsSpan(executor.InputOffset, model.Tensors[model.InputTensor].ByteCount()));
        executor.Run();
        return executor;
    }

    public static Model Load(LayerCase shape)
    {
        LoweredTensor frame = new("frame", 1, shape.Height, shape.Width);
        LoweredTensor input = new("input", shape.Inputs, shape.Height, shape.Width) { Bits = shape.Bits };
        LoweredTensor output = new("output", shape.Outputs, shape.OutputHeight, shape.OutputWidth) { Bits = shape.Bits };
        LinearLayer spread = new()
        {
            Name = "spread", OnnxOperator = "Conv", Inputs = [new Piece(frame, 0, 1)], Rows = shape.Inputs, Groups = 1, KernelHeight = 1, KernelWidth = 1,
            GridHeight = shape.Height, GridWidth = shape.Width, Output = input, Bias = new float[shape.Inputs],
            Weights = [.. Enumerable.Range(0, shape.Inputs).Select(c => MathF.ScaleB(1, shape.Bits - 8 - (c % 2)))],
        };
        LinearLayer layer = new()
        {
            Name = shape.Name, OnnxOperator = "Conv", Inputs = [new Piece(input, 0, shape.Inputs)], Rows = shape.Outputs, Groups = shape.Groups,
            KernelHeight = shape.Kernel, KernelWidth = shape.Kernel, StrideY = shape.Stride, StrideX = shape.Stride,
            DilationY = shape.Dilation, DilationX = shape.Dilation, PadTop = shape.Padding, PadLeft = shape.Padding,
            GridHeight = shape.OutputHeight, GridWidth = shape.OutputWidth, Output = output,
            Weights = shape.Weights(), Bias = new float[shape.Outputs], Minimum = 0,
            CountsMacs = true, DenseWeights = shape.Outputs * shape.FanIn,
        };

        // A step at which sums of random sign use the output's codes.
        Array.Fill(output.ScaleExponents, (int)Math.Round(Math.Log2(Math.Sqrt(shape.FanIn * shape.AddsPerMac) / 2)));
        LoweredNetwork network = new() { Input = frame, Layers = [spread, layer], Outputs = [output] };
        Dictionary<LinearLayer, QuantizedLinear> quantized = network.Layers.Cast<LinearLayer>().ToDictionary(l => l, l => new QuantizedLinear(l.Weights, l.Bias));
        InputFormat format = new() { ChannelOrder = InputFormat.ChannelsGray, Channels = 1, Height = shape.Height, Width = shape.Width };
        byte[] blob = ModelWriter.Write(network, quantized, new ModelPurpose(shape.Name, format, Model.TaskNone, [], -1, -1));
        return Model.Load(blob, 1 << 30);
    }
}
