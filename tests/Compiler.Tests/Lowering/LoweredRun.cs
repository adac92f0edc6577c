using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests.Import;

namespace Barrel.Compiler.Tests.Lowering;

/// <summary>A lowered network run as floats, beside its graph: nothing is rounded but what the network was trained to round.</summary>
internal static class LoweredRun
{
    /// <summary>The values that leave each output's layer.</summary>
    public static float[][] Outputs(LoweredNetwork network, byte[] codes)
    {
        FloatFlow flow = new() { [network.Input] = FloatFlow.InputValues(network.Input, codes) };
        foreach (LoweredLayer layer in network.Layers)
        {
            LinearLayer? linear = layer as LinearLayer;
            float[] values = flow.Run(layer, linear is null ? null : new FloatSums(linear), null, null);
            if (linear?.Grid is ActivationGrid grid)
            {
                Compiler.Quantizing.ActivationGrids.Take(layer.Output, grid);
                Compiler.Quantizing.ActivationGrids.Round(layer.Output, values, grid.MaximumCode);
            }

            flow[layer.Output] = values;
        }

        return [.. network.Outputs.Select(o => flow[o])];
    }

    /// <summary>Lowers a graph whose input is (code − subtract)·multiply with factors of each channel, and compares every output with the graph's own.</summary>
    public static LoweredNetwork Same(Graph graph, int seed)
    {
        Random random = new(seed);
        Value x = graph.Input;
        LoweredTensor input = new("input", x.Channels, x.Height, x.Width) { Subtract = new float[x.Channels], Multiply = new float[x.Channels] };
        byte[] codes = new byte[input.ElementCount];
        random.NextBytes(codes);
        float[] values = new float[codes.Length];
        for (int c = 0; c < input.Channels; c++)
        {
            input.Subtract[c] = random.Next(100, 140);
            input.Multiply[c] = (float)((random.NextDouble() + 0.5) / 64);
            for (int i = c * input.Area; i < (c + 1) * input.Area; i++)
                values[i] = (codes[i] - input.Subtract[c]) * input.Multiply[c];
        }

        IReadOnlyDictionary<Value, float[]> expected = FloatRunner.Run(graph, values);
        LoweredNetwork network = Lowerer.Lower(graph, input);
        CheckShapes(network);
        InputFactors.Fold(network);
        float[][] actual = Outputs(network, codes);
        for (int i = 0; i < actual.Length; i++)
        {
            LinearLayer? layer = network.Layers.Find(l => l.Output == network.Outputs[i]) as LinearLayer;
            float[] made = layer?.WriteOut == WriteOut.ArgMax ? Greatest(actual[i], layer.Output.Area) : actual[i];
            Close.Assert(expected[graph.Outputs[i]], made, 1e-4, $"seed {seed}, output {i}, nodes {string.Join(' ', graph.Body.Select(n => n.Name))}");
        }

        return network;
    }

    public static float[] Greatest(float[] scores, int area)
    {
        float[] best = new float[area];
        for (int i = 0; i < area; i++)
            for (int c = 1; c < scores.Length / area; c++)
                if (scores[(c * area) + i] > scores[((int)best[i] * area) + i])
                    best[i] = c;
        return best;
    }

    /// <summary>What the quantizer and the packer rely on.</summary>
    public static void CheckShapes(LoweredNetwork network)
    {
        HashSet<LoweredTensor> made = [network.Input];
        foreach (LoweredLayer layer in network.Layers)
        {
            foreach (LoweredTensor tensor in layer.Reads)
                Assert.Contains(tensor, made, $"{layer.Name} reads {tensor} before it is made");
            Assert.IsTrue(made.Add(layer.Output), $"{layer.Output} is made twice");
            if (layer is not LinearLayer linear)
                continue;
            Assert.HasCount(linear.Rows * linear.FanIn, linear.Weights, linear.Name);
            Assert.HasCount(linear.Rows, linear.Bias, linear.Name);
            Assert.AreEqual((linear.Output.Height + linear.PhaseY - 1) / linear.PhaseY, linear.GridHeight, linear.Name);
            Assert.AreEqual((linear.Output.Width + linear.PhaseX - 1) / linear.PhaseX, linear.GridWidth, linear.Name);
            Assert.AreEqual(linear.WriteOut == WriteOut.Codes || linear.WriteOut == WriteOut.Raw ? linear.Output.Channels : linear.Rows / linear.Phases, linear.Rows / linear.Phases);
            foreach (Piece piece in linear.Inputs)
            {
                Assert.AreEqual(linear.InputHeight, piece.Tensor.Height << piece.UpsampleShiftY, linear.Name);
                Assert.AreEqual(linear.InputWidth, piece.Tensor.Width << piece.UpsampleShiftX, linear.Name);
                Assert.IsLessThanOrEqualTo(piece.Tensor.Channels, piece.First + piece.Channels, linear.Name);
            }
        }

        foreach (LoweredTensor output in network.Outputs)
            Assert.Contains(output, made);
    }
}
