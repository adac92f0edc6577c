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

    /// <summary>Coordinate descent settles in a few sweeps; later ones move little.</summary>
    private const int SweepsMax = 4;

    private readonly LinearLayer _layer;
    private readonly UpperFactor[] _factors;
    private readonly double[][] _targets;

    /// <summary>[group]: the damped Hessian in the factor's order.</summary>
    private readonly double[][][] _hessians;

    /// <param name="layer">The layer.</param>
    /// <param name="sums">Its geometry.</param>
    /// <param name="rounded">Its input on each frame, as the rounded layers before make it.</param>
    /// <param name="exact">Its input on each frame in the float network; null: no making up for the layers before.</param>
    public ErrorFeedback(LinearLayer layer, FloatSums sums, float[][] rounded, float[][]? exact)
    {
        _layer = layer;
        _factors = new UpperFactor[layer.Groups];
        _targets = new double[layer.Rows][];
        _hessians = new double[layer.Groups][][];
        int rowsPerGroup = layer.Rows / layer.Groups;
        for (int group = 0; group < layer.Groups; group++)
        {
            InputSamples seen = InputSamples.Take(layer, sums, rounded, group);
            double[][] hessian = seen.Products(seen);
            UpperFactor factor = _factors[group] = UpperFactor.Of(hessian, Damping);
            _hessians[group] = factor.Reordered(hessian);
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
            double[] rounded = OneByOne(row, factor, round);
            Refine(row, factor, _hessians[row / rowsPerGroup], rounded, round);
            for (int place = 0; place < fanIn; place++)
                weights[(row * fanIn) + factor.Order[place]] = (float)rounded[place];
            bias[row] = (float)rounded[fanIn];
        });
        return new QuantizedLinear(weights, bias);
    }

    /// <summary>A row's weights, each rounded once, its error handed on to those that follow. In the factor's order, the bias last.</summary>
    private double[] OneByOne(int row, UpperFactor factor, Func<int, double, double, double> round)
    {
        int fanIn = _layer.FanIn;
        double[] target = (double[])_targets[row].Clone();
        for (int place = 0; place < fanIn; place++)
        {
            double[] u = factor[place];
            double value = IsPruned(row, factor, place) ? 0 : round(row, target[place], u[place] * u[place]);
            UpperFactor.AddScaled(target, u, (value - target[place]) / u[place], place + 1, fanIn + 1);
            target[place] = value;
        }

        return target;
    }

    /// <summary>
    /// Coordinate descent on what <see cref="OneByOne"/> found: each weight is rounded again to what is best given all the others, those behind it too,
    /// until none changes.
    /// </summary>
    private void Refine(int row, UpperFactor factor, double[][] hessian, double[] rounded, Func<int, double, double, double> round)
    {
        int fanIn = _layer.FanIn;
        double[] error = new double[fanIn + 1];
        for (int place = 0; place <= fanIn; place++)
            error[place] = rounded[place] - _targets[row][place];
        double[] gradient = new double[fanIn + 1];
        for (int place = 0; place <= fanIn; place++)
            UpperFactor.AddScaled(gradient, hessian[place], error[place], 0, fanIn + 1);
        for (int sweep = 0; sweep < SweepsMax; sweep++)
        {
            bool changed = false;
            for (int place = 0; place <= fanIn; place++)
            {
                double curvature = hessian[place][place];
                double best = rounded[place] - (gradient[place] / curvature);
                double value = place == fanIn ? best : IsPruned(row, factor, place) ? 0 : round(row, best, 1 / curvature);
                if (value == rounded[place])
                    continue;
                UpperFactor.AddScaled(gradient, hessian[place], value - rounded[place], 0, fanIn + 1);
                rounded[place] = value;
                changed |= place < fanIn;
            }

            if (!changed)
                break;
        }
    }

    /// <summary>A weight that is exactly zero was pruned, or lies between a transposed layer's phases: it stays so.</summary>
    private bool IsPruned(int row, UpperFactor factor, int place) => _layer.Weights[(row * _layer.FanIn) + factor.Order[place]] == 0;

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
