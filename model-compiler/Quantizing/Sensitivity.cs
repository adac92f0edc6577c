using System.Diagnostics;
using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// What an error in a layer's weights costs: the noise that it makes in the layer's output once the other weights have made up for it as far as they can,
/// relative to that output's energy. Measured on the float network.
/// </summary>
internal sealed class Sensitivity
{
    /// <summary>Frames that it is measured on; energies settle after few.</summary>
    private const int FramesMax = 16;

    private readonly double[][] _columnCost;

    private Sensitivity(double[][] columnCost, double[] perRow)
    {
        _columnCost = columnCost;
        PerRow = perRow;
    }

    /// <summary>What a unit of a row's output noise costs.</summary>
    public double[] PerRow { get; }

    /// <summary>Runs the float network over the frames.</summary>
    public static Dictionary<LinearLayer, Sensitivity> Measure(LoweredNetwork network, IReadOnlyList<byte[]> frames, IReadOnlySet<LinearLayer> wanted)
    {
        int count = Math.Min(frames.Count, FramesMax);
        FloatFlow[] flows = [.. Enumerable.Range(0, count).Select(f => new FloatFlow { [network.Input] = FloatFlow.InputValues(network.Input, frames[f * frames.Count / count]) })];
        Dictionary<LinearLayer, Sensitivity> measured = [];
        Stopwatch w = Stopwatch.StartNew();
        Dictionary<LinearLayer, double[]> gradients = OutputGradients.Measure(network, [.. Enumerable.Range(0, count).Select(f => frames[f * frames.Count / count])]);
        Console.Error.WriteLine($"gradients {w.ElapsedMilliseconds} ms");
        Dictionary<LoweredTensor, int> lastRead = [];
        for (int i = 0; i < network.Layers.Count; i++)
            foreach (LoweredTensor tensor in network.Layers[i].Reads)
                lastRead[tensor] = i;
        for (int i = 0; i < network.Layers.Count; i++)
        {
            LoweredLayer layer = network.Layers[i];
            LinearLayer? linear = layer as LinearLayer;
            FloatSums? sums = linear is null ? null : new FloatSums(linear);
            if (linear is not null && wanted.Contains(linear))
                measured[linear] = Measure(linear, sums!, flows, gradients[linear]);
            if (linear is null || linear.WriteOut == WriteOut.Codes)
                Parallel.For(0, count, f => flows[f][layer.Output] = flows[f].Run(layer, sums, null, null));
            foreach (LoweredTensor tensor in layer.Reads)
                if (lastRead[tensor] == i)
                    foreach (FloatFlow flow in flows)
                        flow.Release(tensor);
        }

        return measured;
    }

    /// <summary>Cost of a squared error, one a weight; a network's layers are comparable.</summary>
    public double[] ImportanceOf(LinearLayer layer)
    {
        double[] importance = new double[layer.Weights.Length];
        int rowsPerGroup = layer.Rows / layer.Groups;
        for (int i = 0; i < importance.Length; i++)
            importance[i] = _columnCost[i / layer.FanIn / rowsPerGroup][i % layer.FanIn] * PerRow[i / layer.FanIn];
        return importance;
    }

    private static Sensitivity Measure(LinearLayer layer, FloatSums sums, FloatFlow[] flows, double[] gradients)
    {
        float[][] gathered = new float[flows.Length][];
        Parallel.For(0, flows.Length, f => gathered[f] = sums.Gather(t => flows[f][t]));
        double[][] cost = new double[layer.Groups][];
        double energy = 0;
        int fanIn = layer.FanIn;
        int rowsPerGroup = layer.Rows / layer.Groups;
        for (int group = 0; group < layer.Groups; group++)
        {
            InputSamples samples = InputSamples.Take(layer, sums, gathered, group);
            double[][] hessian = samples.Products(samples);
            UpperFactor factor = UpperFactor.Of(hessian, ErrorFeedback.Damping);
            cost[group] = new double[fanIn];
            for (int place = 0; place < fanIn; place++)
                cost[group][factor.Order[place]] = 1 / (factor[place][place] * factor[place][place]);
            for (int row = group * rowsPerGroup; row < (group + 1) * rowsPerGroup; row++)
                energy += EnergyOf(layer, row, hessian);
        }

        // energy is the sum over rows of the mean square of their outputs.
        Console.Error.WriteLine($"{layer.Name} grad {gradients.Average():E2} energy {energy:E2} rel {gradients.Average()*energy/layer.Rows:E2}");
        string mode = Environment.GetEnvironmentVariable("SENS") ?? "layer";
        double mean = gradients.Average();
        long positions = (long)layer.GridHeight * layer.GridWidth;
        double[] per = mode switch
        {
            "rel" => [.. gradients.Select(_ => 1 / Math.Max(energy, 1e-30))],
            "row" => [.. gradients.Select(g => Math.Max(g, mean * 0.01) * positions)],
            "blend" => [.. gradients.Select(g => ((mean + Math.Min(g, 8 * mean)) / 2) * positions)],
            "geo" => [.. gradients.Select(_ => Math.Sqrt(mean * positions / Math.Max(energy, 1e-30)))],
            _ => [.. gradients.Select(_ => mean * positions)],
        };
        return new Sensitivity(cost, per);
    }

    /// <summary>wᵀ·H·w, the bias included.</summary>
    private static double EnergyOf(LinearLayer layer, int row, double[][] hessian)
    {
        int n = layer.FanIn;
        double[] w = new double[n + 1];
        for (int k = 0; k < n; k++)
            w[k] = layer.Weights[(row * n) + k];
        w[n] = layer.Bias[row];
        double energy = 0;
        for (int i = 0; i <= n; i++)
        {
            if (w[i] == 0)
                continue;
            double sum = 0;
            for (int j = 0; j <= n; j++)
                sum += hessian[i][j] * w[j];
            energy += w[i] * sum;
        }

        return energy;
    }
}
