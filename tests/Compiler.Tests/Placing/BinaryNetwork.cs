using Barrel.Compiler.Lowering;
using Barrel.Compiler.Packing;
using Barrel.Compiler.Quantizing;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Placing;

/// <summary>One layer of ±1.</summary>
/// <param name="Rows">Neurons.</param>
/// <param name="Kernel">Height and width of its windows, without padding.</param>
/// <param name="WriteOut">Codes are signs.</param>
internal sealed record BinarySpec(int Rows, int Kernel = 1, WriteOut WriteOut = WriteOut.Codes);

/// <summary>Networks of binary layers one after the other, with seeded weights, as blobs.</summary>
internal static class BinaryNetwork
{
    /// <summary>Makes a blob and loads it.</summary>
    /// <param name="random">Gives weights and thresholds; some neurons have one out of reach.</param>
    /// <param name="inputs">Of the first layer: so many where it is flat, else a gray square of this side.</param>
    /// <param name="flat">Whether it is flat.</param>
    /// <param name="specs">The layers.</param>
    public static Model Make(Random random, int inputs, bool flat, params BinarySpec[] specs)
    {
        LoweredTensor input = flat ? new("input", inputs, 1, 1) : new("input", 1, inputs, inputs);
        (input.Bits, input.IsBinary) = (1, true);
        Array.Fill(input.ScaleExponents, 1);
        InputFormat format = new()
        {
            Channels = 1, Height = flat ? 1 : inputs, Width = inputs, Flat = flat, ChannelOrder = InputFormat.ChannelsGray, Thresholds = [128],
        };
        LoweredTensor from = input;
        List<LoweredLayer> layers = [];
        Dictionary<LinearLayer, QuantizedLinear> weights = [];
        foreach (BinarySpec spec in specs)
        {
            LinearLayer layer = Layer(from, spec, $"layer{layers.Count}");
            layers.Add(layer);
            int fanIn = layer.Weights.Length / spec.Rows;
            int reach = Math.Max(2, (int)Math.Sqrt(fanIn));
            weights[layer] = new(
                [.. Enumerable.Range(0, layer.Weights.Length).Select(_ => (float)((random.Next(2) * 2) - 1))],
                [.. Enumerable.Range(0, spec.Rows).Select(_ => random.Next(12) == 0 ? (float)fanIn * ((random.Next(2) * 4) - 2) : random.Next(-reach, reach + 1))]);
            from = layer.Output;
        }

        LoweredNetwork network = new() { Input = input, Layers = layers, Outputs = [from] };
        return Model.Load(ModelWriter.Write(network, weights, new ModelPurpose("binary", format, Model.TaskNone, [], -1, -1)), 1 << 24);
    }

    /// <summary>One to four layers of all kinds.</summary>
    public static Model Random(Random random)
    {
        bool flat = random.Next(2) == 0;
        int count = random.Next(1, 5);
        int side = random.Next(6, 12);
        List<BinarySpec> specs = [];
        for (int i = 0; i < count; i++)
        {
            int kernel = flat ? 1 : random.Next(1, Math.Min(3, side) + 1);
            side -= kernel - 1;
            WriteOut last = random.Next(4) switch { 0 => WriteOut.Raw, 1 => WriteOut.ArgMax, _ => WriteOut.Codes };
            specs.Add(new BinarySpec(random.Next(1, flat ? 60 : 12), kernel, i == count - 1 ? last : WriteOut.Codes));
        }

        return Make(random, flat ? random.Next(1, 200) : side + specs.Sum(s => s.Kernel - 1), flat, [.. specs]);
    }

    private static LinearLayer Layer(LoweredTensor input, BinarySpec spec, string name)
    {
        int height = input.Height - spec.Kernel + 1, width = input.Width - spec.Kernel + 1;
        LoweredTensor output = new(name + ".out", spec.WriteOut == WriteOut.ArgMax ? 1 : spec.Rows, height, width)
        {
            Bits = spec.WriteOut == WriteOut.Raw ? 32 : spec.WriteOut == WriteOut.ArgMax ? 8 : 1,
        };
        if (spec.WriteOut == WriteOut.Codes)
        {
            output.IsBinary = true;
            Array.Fill(output.ScaleExponents, 1);
        }

        return new LinearLayer
        {
            Name = name,
            OnnxOperator = "Conv",
            Inputs = [new Piece(input, 0, input.Channels)],
            Output = output,
            Rows = spec.Rows,
            Groups = 1,
            KernelHeight = spec.Kernel,
            KernelWidth = spec.Kernel,
            GridHeight = height,
            GridWidth = width,
            Weights = new float[spec.Rows * input.Channels * spec.Kernel * spec.Kernel],
            Bias = new float[spec.Rows],
            Sign = spec.WriteOut == WriteOut.Codes,
            WriteOut = spec.WriteOut,
        };
    }
}
