using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// What an error in a layer's weights costs: the noise that it makes in the layer's output, relative to that output's energy, both measured on the float
/// network.
/// </summary>
internal sealed class Sensitivity
{
    /// <summary>Frames that it is measured on; energies settle after few.</summary>
    private const int FramesMax = 8;

    private readonly double[] _inputEnergy;
    private readonly double _outputEnergy;

    private Sensitivity(double[] inputEnergy, double outputEnergy)
    {
        _inputEnergy = inputEnergy;
        _outputEnergy = outputEnergy;
    }

    /// <summary>Runs the float network over the frames.</summary>
    public static Dictionary<LinearLayer, Sensitivity> Measure(LoweredNetwork network, IReadOnlyList<byte[]> frames)
    {
        int count = Math.Min(frames.Count, FramesMax);
        LinearLayer[] layers = [.. network.Layers.OfType<LinearLayer>()];
        var energies = new (double[] Input, double Output)[count][];
        Parallel.For(0, count, f => energies[f] = MeasureFrame(network, frames[f * frames.Count / count]));
        Dictionary<LinearLayer, Sensitivity> measured = [];
        for (int i = 0; i < layers.Length; i++)
        {
            double[] input = new double[layers[i].InputChannels];
            double output = 0;
            foreach (var frame in energies)
            {
                for (int c = 0; c < input.Length; c++)
                    input[c] += frame[i].Input[c] / count;
                output += frame[i].Output / count;
            }

            measured[layers[i]] = new Sensitivity(input, output);
        }

        return measured;
    }

    /// <summary>Cost of a squared error, one a weight; a network's layers are comparable.</summary>
    public double[] ImportanceOf(LinearLayer layer)
    {
        double[] importance = new double[layer.Weights.Length];
        int area = layer.KernelHeight * layer.KernelWidth;
        int perGroup = layer.InputChannels / layer.Groups;
        int rowsPerGroup = layer.Rows / layer.Groups;
        double perRow = 1 / (layer.Rows * Math.Max(_outputEnergy, 1e-30));
        for (int i = 0; i < importance.Length; i++)
        {
            int row = i / layer.FanIn;
            importance[i] = _inputEnergy[(row / rowsPerGroup * perGroup) + (i % layer.FanIn / area)] * perRow;
        }

        return importance;
    }

    private static (double[] Input, double Output)[] MeasureFrame(LoweredNetwork network, byte[] codes)
    {
        FloatFlow flow = new() { [network.Input] = FloatFlow.InputValues(network.Input, codes) };
        List<(double[], double)> energies = [];
        foreach (LoweredLayer layer in network.Layers)
        {
            if (layer is not LinearLayer linear)
            {
                flow[layer.Output] = flow.Run(layer, null, null, null);
                continue;
            }

            FloatSums sums = new(linear);
            double[] input = [.. linear.Inputs.SelectMany(p => Enumerable.Range(p.First, p.Channels).Select(c => Energy(flow[p.Tensor].AsSpan(c * p.Tensor.Area, p.Tensor.Area))))];
            float[] raw = sums.Sum(sums.Gather(t => flow[t]), linear.Weights);
            energies.Add((input, Energy(raw)));
            if (linear.WriteOut == WriteOut.Codes)
                flow[linear.Output] = flow.Run(linear, sums, null, null);
        }

        return [.. energies];
    }

    private static double Energy(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float v in values)
            sum += (double)v * v;
        return sum / values.Length;
    }
}
