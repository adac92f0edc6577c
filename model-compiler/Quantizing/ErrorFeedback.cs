using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// Rounds a layer's weights one column after another and lets the columns that follow, the bias last, make up for each error as the inputs' products allow.
/// The target is the float network's output given inputs that are already rounded, so a layer also makes up for the layers before it.
/// </summary>
internal sealed class ErrorFeedback
{
    /// <summary>Share of the mean diagonal added to the Hessian; steadies columns that calibration hardly saw.</summary>
    public const double Damping = 0.01;

    private readonly LinearLayer _layer;
    private readonly UpperFactor[] _factors;
    private readonly double[][] _targets;

    /// <param name="layer">The layer.</param>
    /// <param name="sums">Its geometry.</param>
    /// <param name="rounded">Its input on each frame, as the rounded layers before make it.</param>
    /// <param name="exact">Its input on each frame in the float network; null: no making up for the layers before.</param>
    public ErrorFeedback(LinearLayer layer, FloatSums sums, float[][] rounded, float[][]? exact)
    {
        _layer = layer;
        _factors = new UpperFactor[layer.Groups];
        _targets = new double[layer.Rows][];
        int rowsPerGroup = layer.Rows / layer.Groups;
        for (int group = 0; group < layer.Groups; group++)
        {
            InputSamples seen = InputSamples.Take(layer, sums, rounded, group);
            double[][] hessian = seen.Products(seen);
            UpperFactor factor = _factors[group] = UpperFactor.Of(hessian, Damping);
            double[][]? cross = exact is null ? null : seen.Products(InputSamples.Take(layer, sums, exact, group));
            int first = group * rowsPerGroup;
            Parallel.For(first, first + rowsPerGroup, row => _targets[row] = TargetOf(layer, row, factor, hessian, cross));
        }
    }

    /// <param name="round">The grid: (row, value, u²) to the value rounded, where an error costs its square over u².</param>
    public QuantizedLinear Round(Func<int, double, double, double> round)
    {
        float[] weights = new float[_layer.Weights.Length];
        float[] bias = new float[_layer.Rows];
        int fanIn = _layer.FanIn;
        int rowsPerGroup = _layer.Rows / _layer.Groups;
        Parallel.For(0, _layer.Rows, row =>
        {
            UpperFactor factor = _factors[row / rowsPerGroup];
            double[] target = (double[])_targets[row].Clone();
            for (int place = 0; place < fanIn; place++)
            {
                int at = (row * fanIn) + factor.Order[place];
                double[] u = factor[place];

                // A weight that is exactly zero was pruned, or lies between a transposed layer's phases: it stays so.
                double value = _layer.Weights[at] == 0 ? 0 : round(row, target[place], u[place] * u[place]);
                weights[at] = (float)value;
                UpperFactor.AddScaled(target, u, (value - target[place]) / u[place], place + 1, fanIn + 1);
            }

            bias[row] = (float)target[fanIn];
        });
        return new QuantizedLinear(weights, bias);
    }

    /// <summary>A row's weights and bias in the factor's order, moved to what fits the float output best on the rounded inputs.</summary>
    private static double[] TargetOf(LinearLayer layer, int row, UpperFactor factor, double[][] hessian, double[][]? cross)
    {
        int fanIn = layer.FanIn;
        double[] own = new double[fanIn + 1];
        for (int k = 0; k < fanIn; k++)
            own[k] = layer.Weights[(row * fanIn) + k];
        own[fanIn] = layer.Bias[row];
        double[] target = [.. factor.Order.Select(k => own[k])];
        if (cross is null)
            return target;

        // H·Δ = (C − H)·w, with C[i][j] the mean product of rounded input i and exact input j.
        double[] missing = new double[fanIn + 1];
        for (int place = 0; place <= fanIn; place++)
        {
            double[] c = cross[factor.Order[place]];
            double[] h = hessian[factor.Order[place]];
            double sum = 0;
            for (int k = 0; k <= fanIn; k++)
                sum += (c[k] - h[k]) * own[k];
            missing[place] = sum;
        }

        double[] delta = factor.Solve(missing);
        for (int place = 0; place <= fanIn; place++)
            target[place] += delta[place];
        return target;
    }
}
