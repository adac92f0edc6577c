using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// What an error in a layer's weights costs: the noise that it makes in the layer's sums once the other weights have made up for it as far as they can,
/// times how far such noise moves the network's output (<see cref="OutputGradients"/>). Measured on the float network.
/// </summary>
internal sealed class Sensitivity
{
    /// <summary>Frames that products of inputs are measured on; they settle after few.</summary>
    private const int FramesMax = 16;

    /// <summary>Frames that gradients are measured on, and the multiplications that they may take: a picture has many positions, a vector has one.</summary>
    private const int GradientFramesMax = 128;
    private const long GradientMacsMax = 10_000_000_000;

    private readonly double[][] _columnCost;

    private Sensitivity(double[][] columnCost, double[] perRow)
    {
        _columnCost = columnCost;
        PerRow = perRow;
    }

    /// <summary>[row]: what a unit of noise in its sums, at every position, costs.</summary>
    public double[] PerRow { get; }

    /// <summary>Runs the float network over the frames.</summary>
    public static Dictionary<LinearLayer, Sensitivity> Measure(LoweredNetwork network, IReadOnlyList<byte[]> frames, IReadOnlySet<LinearLayer> wanted)
    {
        int count = Math.Min(frames.Count, FramesMax);
        FloatFlow[] flows = [.. Spread(frames, count).Select(f => new FloatFlow { [network.Input] = FloatFlow.InputValues(network.Input, f) })];
        Dictionary<LinearLayer, Sensitivity> measured = [];
        Dictionary<LinearLayer, double[]> gradients = OutputGradients.Measure(
            network, [.. Spread(frames, (int)Math.Clamp(GradientMacsMax / Math.Max(network.Macs, 1), FramesMax, GradientFramesMax))]);
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

    private static IEnumerable<byte[]> Spread(IReadOnlyList<byte[]> frames, int countMax)
    {
        int count = Math.Min(frames.Count, countMax);
        return Enumerable.Range(0, count).Select(f => frames[(int)((long)f * frames.Count / count)]);
    }

    private static Sensitivity Measure(LinearLayer layer, FloatSums sums, FloatFlow[] flows, double[] gradients)
    {
        float[][] gathered = new float[flows.Length][];
        Parallel.For(0, flows.Length, f => gathered[f] = sums.Gather(t => flows[f][t]));
        double[][] cost = new double[layer.Groups][];
        int fanIn = layer.FanIn;
        for (int group = 0; group < layer.Groups; group++)
        {
            InputSamples samples = InputSamples.Take(layer, sums, gathered, group);
            double[][] hessian = samples.Products(samples);
            UpperFactor factor = UpperFactor.Of(hessian, ErrorFeedback.Damping);
            cost[group] = new double[fanIn];
            for (int place = 0; place < fanIn; place++)
                cost[group][factor.Order[place]] = 1 / (factor[place][place] * factor[place][place]);
        }

        long positions = (long)layer.GridHeight * layer.GridWidth;
        return new Sensitivity(cost, [.. WeightOfRows(gradients).Select(g => g * positions)]);
    }

    /// <summary>
    /// A row's own gradient and its layer's mean, half each: the mean alone is safe and blind to rows that matter more, a row's own is drawn from few
    /// probes. A row counts at most eight times its layer's mean.
    /// </summary>
    private static IEnumerable<double> WeightOfRows(double[] gradients)
    {
        double mean = gradients.Average();
        return gradients.Select(g => (mean + Math.Min(g, 8 * mean)) / 2);
    }
}
