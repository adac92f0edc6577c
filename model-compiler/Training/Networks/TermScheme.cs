using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Training.Architectures;
using Barrel.Compiler.Training.Grids;
using static TorchSharp.torch;

namespace Barrel.Compiler.Training.Networks;

/// <summary>
/// The compiler's arithmetic: weights of 0, 1 or 2 signed powers of two under a budget of adds, activations of unsigned codes. Terms go where they take most error
/// for their adds: one price for all layers, the error of a weight counting as much as the loss is sensitive to its row and its input is large. The budget
/// sinks to its end while training goes on; then each weight keeps its number of terms, and only their exponents still move.
/// </summary>
internal sealed class TermScheme : Scheme
{
    /// <summary>Terms a weight: what the compiler keeps as it is.</summary>
    private const int TermsMax = 2;

    /// <summary>Share of the steps in which the budget sinks.</summary>
    private const double RampEnd = 0.35;

    /// <summary>Share of the steps after which terms no longer move between weights.</summary>
    private const double FreezeAt = 0.7;

    /// <summary>Steps between two divisions of the budget.</summary>
    private const int DivideEvery = 10;

    /// <summary>Adds a multiplication at the first step: nearly all that two terms could use.</summary>
    private const double FirstBudget = 1.3;

    /// <summary>
    /// Exponents that weights may have, from the row's greatest down. Pixels have 8 bits: with more of them a layer's sums would pass the 16 bits that generated code
    /// adds in.
    /// </summary>
    private const int Window = 10;
    private const int PixelWindow = 6;

    private readonly TrainedNetwork _network;
    private readonly double _budget;
    private readonly int _codeMax;
    private readonly Dictionary<TrainedLayer, LayerGrid> _grids = [];
    private long _steps;

    /// <param name="network">Folded.</param>
    /// <param name="addsPerMac">Terms for each multiplication, over the whole network.</param>
    /// <param name="bits">Of an activation.</param>
    /// <param name="calibration">What the layers see.</param>
    public TermScheme(TrainedNetwork network, double addsPerMac, int bits, Calibration calibration)
    {
        _network = network;
        _budget = addsPerMac;
        _codeMax = (1 << bits) - 1;
        foreach (TrainedLayer layer in network.Layers)
            _grids[layer] = new LayerGrid(layer, calibration.Of(layer), bits);
        Divide(Math.Max(FirstBudget, addsPerMac));
    }

    /// <summary>Terms for each multiplication at present.</summary>
    public double AddsPerMac => _grids.Sum(g => (double)g.Value.Terms * g.Key.Node.Height * g.Key.Node.Width) / _network.Plan.Macs;

    public override string Costs => FormattableString.Invariant($"{AddsPerMac:F3} terms/MAC, {100.0 * _grids.Values.Sum(g => (double)g.Zeros) / _network.Plan.Weights:F0}% zero");

    public override IEnumerable<(string Name, Tensor Values)> State => _grids.Values.SelectMany(g => g.State);

    public override Tensor Weights(TrainedLayer layer)
    {
        LayerGrid grid = _grids[layer];
        using Tensor rounded = grid.Round();
        return StraightThrough.Of(layer.Weights, rounded) * layer.RowScale;
    }

    public override Tensor Activate(TrainedLayer layer, Tensor sums) =>
        layer.Node.Activation == Activation.Relu ? ActivationCodes.Of(sums, _grids[layer].Steps, _codeMax) : base.Activate(layer, sums);

    public override (float[] Steps, int CodeMax)? Codes(TrainedLayer layer) =>
        layer.Node.Activation == Activation.Relu ? (TrainedLayer.Numbers(_grids[layer].Steps), _codeMax) : null;

    public override void BeginStep(double progress)
    {
        bool isFrozen = progress > FreezeAt;
        if (!isFrozen && _steps % DivideEvery == 0)
        {
            // Few terms must go at a time: fast at first, when most of them matter little.
            double left = Math.Pow(1 - Math.Min(1, progress / RampEnd), 3);
            Divide(_budget + (left * Math.Max(0, FirstBudget - _budget)));
        }

        _steps++;
    }

    public override void EndStep()
    {
        using IDisposable off = no_grad();
        foreach (TrainedLayer layer in _network.Layers)
            layer.Weights.clamp_(Scalars.Of(-1), Scalars.Of(1));
    }

    public override void Restored(long steps)
    {
        _steps = steps;
        foreach (LayerGrid grid in _grids.Values)
            grid.Restored();
    }

    /// <summary>Gives out terms by their gain for an add until the budget is spent.</summary>
    private void Divide(double budget)
    {
        Parallel.ForEach(_grids.Values, g => g.Rate());
        long adds = (long)(budget * _network.Plan.Macs);
        (float Gain, int Adds)[] wanted = [.. _grids.Values.SelectMany(g => g.Wanted())];
        Array.Sort(wanted, (a, b) => b.Gain.CompareTo(a.Gain));
        int taken = 0;
        while (taken < wanted.Length && adds >= wanted[taken].Adds)
            adds -= wanted[taken++].Adds;
        float price = taken == 0 ? float.PositiveInfinity : wanted[taken - 1].Gain;
        Parallel.ForEach(_grids.Values, g => g.Spend(price));
    }

    /// <summary>A layer's terms and steps.</summary>
    private sealed class LayerGrid
    {
        private readonly TrainedLayer _layer;
        private readonly float[] _importance;

        /// <summary>Sums of so many powers, by terms. Weights are divided by a power of two that leaves them at most 1.</summary>
        private readonly float[][] _tables;
        private readonly float[] _first;
        private readonly float[] _second;
        private readonly float[] _terms;
        private readonly Tensor _kept;

        public LayerGrid(TrainedLayer layer, LayerCalibration seen, int bits)
        {
            _layer = layer;
            int count = (int)layer.Node.Weights;
            (_first, _second, _terms) = (new float[count], new float[count], new float[count]);
            _kept = zeros(count).DetachFromDisposeScope();
            _importance = Importance(layer, seen);
            int window = layer.Node.Inputs[0].Kind == NodeKind.Input ? PixelWindow : Window;
            _tables = [.. Enumerable.Range(0, TermsMax + 1).Select(terms => SignedPowers.Table(terms, window))];
            float[] steps = new float[layer.Node.Channels];
            Array.Fill(steps, 1);
            if (layer.Node.Activation == Activation.Relu)
                steps = Array.ConvertAll(ActivationGrids.Choose(Array.ConvertAll(seen.Outputs, o => Array.ConvertAll(o, v => Math.Max(v, 0))), bits), g => MathF.ScaleB(1, g.Exponent));
            Steps = tensor(steps, [1, steps.Length, 1, 1]).DetachFromDisposeScope();
        }

        public Tensor Steps { get; }

        public long Terms { get; private set; }

        public long Zeros { get; private set; }

        public IEnumerable<(string Name, Tensor Values)> State
        {
            get
            {
                using (Tensor terms = tensor(_terms))
                using (no_grad())
                    _kept.copy_(terms);
                yield return ($"{_layer.Node.Name}.steps", Steps);
                yield return ($"{_layer.Node.Name}.terms", _kept);
            }
        }

        /// <summary>After <see cref="State"/> was restored.</summary>
        public void Restored()
        {
            TrainedLayer.Numbers(_kept).CopyTo(_terms, 0);
            Count();
        }

        /// <summary>What the first and the second term of each weight gain.</summary>
        public void Rate()
        {
            float[] weights = TrainedLayer.Numbers(_layer.Weights);
            for (int i = 0; i < weights.Length; i++)
            {
                float size = Math.Abs(weights[i]);
                double one = size - SignedPowers.Nearest(_tables[1], size);
                double two = size - SignedPowers.Nearest(_tables[2], size);
                _first[i] = (float)((((double)size * size) - (one * one)) * _importance[i]);

                // The second is never taken without the first.
                _second[i] = Math.Min(_first[i], (float)(((one * one) - (two * two)) * _importance[i]));
            }
        }

        public IEnumerable<(float Gain, int Adds)> Wanted()
        {
            int adds = _layer.Node.Height * _layer.Node.Width;
            for (int i = 0; i < _first.Length; i++)
            {
                if (_first[i] > 0)
                    yield return (_first[i], adds);
                if (_second[i] > 0)
                    yield return (_second[i], adds);
            }
        }

        public void Spend(float price)
        {
            for (int i = 0; i < _terms.Length; i++)
                _terms[i] = (_first[i] > 0 && _first[i] >= price ? 1 : 0) + (_second[i] > 0 && _second[i] >= price ? 1 : 0);
            Count();
        }

        /// <summary>Each weight as the nearest sum of its number of terms.</summary>
        public Tensor Round()
        {
            float[] weights = TrainedLayer.Numbers(_layer.Weights);
            Parallel.For(0, _layer.Node.Channels, row =>
            {
                int length = weights.Length / _layer.Node.Channels;
                for (int i = row * length; i < (row + 1) * length; i++)
                {
                    weights[i] = SignedPowers.Nearest(_tables[(int)_terms[i]], weights[i]);
                }
            });
            return tensor(weights, _layer.Weights.shape);
        }

        private void Count()
        {
            Terms = (long)_terms.Sum(t => (double)t);
            Zeros = _terms.LongCount(t => t == 0);
        }

        /// <summary>Loss that a squared error of a weight costs at each position, for a layer's weights divided by their row's scale.</summary>
        private static float[] Importance(TrainedLayer layer, LayerCalibration seen)
        {
            float[] rows = TrainedLayer.Numbers(layer.RowScale);
            int window = layer.Node.Kernel * layer.Node.Kernel;
            int inputs = layer.Node.Inputs[0].Channels;
            float[] importance = new float[rows.Length * inputs * window];
            double positions = (double)layer.Node.Height * layer.Node.Width;
            double mean = seen.Gradients.Average();
            for (int row = 0; row < rows.Length; row++)
                for (int c = 0; c < inputs; c++)
                {
                    // A row's own gradients on few frames are noisy: half of the layer's.
                    double cost = rows[row] * rows[row] * (seen.Inputs[c] + 1e-8) * (0.5 * (seen.Gradients[row] + mean)) / positions;
                    Array.Fill(importance, (float)cost, ((row * inputs) + c) * window, window);
                }

            return importance;
        }
    }
}
