using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Training.Architectures;
using Barrel.Compiler.Training.Grids;
using TorchSharp;
using static TorchSharp.torch;

namespace Barrel.Compiler.Training.Networks;

/// <summary>
/// Algorithm 1 of LOGNET (arXiv 1603.01025): weights, activations and the gradients of sums rounded to one kind of grid, log or linear, while the weights that are
/// updated stay float. Batch normalization, which the paper does not have, multiplies by the nearest power of two of its factor, so that what is folded into the
/// weights leaves them on their grid.
/// </summary>
internal sealed class PaperScheme : Scheme
{
    /// <summary>Steps between two searches of the full-scale ranges.</summary>
    private const int RangeEvery = 50;

    private const int RangeSamples = 20_000;

    private readonly WeightScheme _scheme;
    private readonly int _bits;
    private readonly GridTable _table;
    private readonly Dictionary<TrainedLayer, Tensor> _ranges = [];
    private readonly Dictionary<TrainedLayer, Tensor> _weightRanges = [];
    private bool _isSearching = true;
    private long _steps;

    /// <param name="network">Gets two ranges a layer.</param>
    /// <param name="scheme">LogNet or Linear.</param>
    /// <param name="bits">Of a code with its sign, so that activations, which have none, take one less.</param>
    public PaperScheme(TrainedNetwork network, WeightScheme scheme, int bits)
    {
        _scheme = scheme;
        _bits = bits - 1;
        _table = GridTable.Of(scheme, _bits);
        foreach (TrainedLayer layer in network.Layers)
            (_ranges[layer], _weightRanges[layer]) = (zeros(1).DetachFromDisposeScope(), zeros(1).DetachFromDisposeScope());
    }

    /// <summary>Full-scale ranges of weights and activations, octaves.</summary>
    public override IEnumerable<(string Name, Tensor Values)> State =>
        _ranges.Select(r => ($"{r.Key.Node.Name}.range", r.Value)).Concat(_weightRanges.Select(r => ($"{r.Key.Node.Name}.weightRange", r.Value)));

    public override void BeginStep(double progress) => _isSearching = _steps++ % RangeEvery == 0;

    public override void BeginMeasurement() => _isSearching = false;

    public override Tensor Weights(TrainedLayer layer)
    {
        if (_isSearching)
            Search(layer.Weights, _weightRanges[layer]);
        using Tensor rounded = _table.Round(layer.Weights, (int)_weightRanges[layer].item<float>());
        return StraightThrough.Of(layer.Weights, rounded);
    }

    public override Tensor Normalize(TrainedLayer layer, Tensor sums, bool isTraining)
    {
        Tensor rounded = isTraining ? RoundedGradient.Of(sums, _scheme, _bits) : sums;
        if (!layer.IsNormalized)
            return base.Normalize(layer, rounded, isTraining);
        Tensor factor;
        using (no_grad())
        {
            // The statistics that normalization itself is about to use.
            Tensor variance = isTraining ? sums.detach().var([0, 2, 3], unbiased: false) : layer.Variance;
            Tensor scale = (layer.Scale / variance.Plus(TrainedLayer.Epsilon).sqrt()).abs().clamp_min(Scalars.Of(1e-12));
            factor = (PowerOf(scale) / scale).view(1, -1, 1, 1);
        }

        Tensor shift = layer.Bias.view(1, -1, 1, 1);
        return (base.Normalize(layer, rounded, isTraining).Minus(shift) * factor).Plus(shift);
    }

    public override Tensor Activate(TrainedLayer layer, Tensor sums)
    {
        if (layer.Node.Activation != Activation.Relu)
            return base.Activate(layer, sums);
        Tensor positive = sums.relu();
        if (_isSearching)
            Search(positive, _ranges[layer]);
        using Tensor rounded = _table.Round(positive, (int)_ranges[layer].item<float>());
        return StraightThrough.Of(positive, rounded);
    }

    public override (float[] Weights, float[] Bias) Export(TrainedLayer layer)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor weights = Weights(layer), bias = layer.Bias;
        if (layer.IsNormalized)
        {
            (Tensor scale, _) = layer.Affine();
            Tensor power = PowerOf(scale.abs().clamp_min(Scalars.Of(1e-12))) * scale.sign();
            weights = weights * power.view(-1, 1, 1, 1);
            bias = layer.Bias.Minus(layer.Mean * power);
        }

        return (TrainedLayer.Numbers(weights), TrainedLayer.Numbers(bias));
    }

    public override void Restored(long steps) => _steps = steps;

    private void Search(Tensor values, Tensor range)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = values.detach().flatten();
        float[] samples = TrainedLayer.Numbers(flat.slice(0, 0, flat.shape[0], Math.Max(1, flat.shape[0] / RangeSamples)));
        if (Array.Exists(samples, s => s != 0))
            range.fill_(Scalars.Of(WeightSchemes.RangeOf(_scheme, samples, _bits)));
    }

    /// <summary>The nearest power of two of positive numbers, by the rounding of the log scheme.</summary>
    public static Tensor PowerOf(Tensor scale) => exp2(scale.log2().round());
}
