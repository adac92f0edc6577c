using Barrel.Compiler.Lowering;
using Barrel.Runtime;

namespace Barrel.Compiler.Quantizing;

/// <summary>A linear layer's weights and bias on their grid: each weight a short sum of signed powers of two, the bias still real.</summary>
public sealed record QuantizedLinear(float[] Weights, float[] Bias);

/// <summary>
/// Rounds a lowered network layer by layer: weights by the chosen scheme, terms with error feedback, nearest powers and scales with a bias corrected for
/// their own rounding, then the output's grid, all on calibration frames that have already passed through the rounded layers before.
/// </summary>
public sealed class Quantizer
{
    /// <summary>Weights of at most so many terms each are a grid that somebody trained or that is exact by nature: kept.</summary>
    private const int ExactTermsMax = 2;

    /// <summary>Octaves by which a layer's price rises while it takes more than its share, before the search halves; each rise is twice the last.</summary>
    private const double PriceStep = 0.5;

    private const int PriceSteps = 8;

    private readonly LoweredNetwork _network;
    private readonly QuantizeOptions _options;
    private readonly FloatFlow[] _frames;
    private readonly FloatFlow[]? _exact;
    private readonly Dictionary<LinearLayer, float[]> _fixed;
    private readonly Dictionary<LinearLayer, QuantizedLinear> _quantized = [];
    private readonly Dictionary<LoweredTensor, int> _lastRead = [];

    /// <summary>Tensors that a multiplying layer reads.</summary>
    private readonly HashSet<LoweredTensor> _multiplied;
    private readonly Dictionary<LinearLayer, Sensitivity>? _sensitivities;
    private readonly TermBudget? _terms;
    private double _addsLeft;

    private Quantizer(LoweredNetwork network, IReadOnlyList<byte[]> frames, QuantizeOptions options, SensitivityCache sensitivities)
    {
        _network = network;
        _options = options;
        for (int i = 0; i < network.Layers.Count; i++)
            foreach (LoweredTensor tensor in network.Layers[i].Reads)
                _lastRead[tensor] = i;
        _multiplied = Multiplied(network);
        _frames = Flows(network, frames);
        _fixed = FixedWeights(network, options);
        HashSet<LinearLayer> budgeted = [.. network.Layers.OfType<LinearLayer>().Where(l => !_fixed.ContainsKey(l))];
        if (budgeted.Count == 0)
            return;
        _addsLeft = BudgetLeft(network, options, _fixed);
        _exact = Flows(network, frames);
        _sensitivities = sensitivities.Of(network, frames, budgeted);
        _terms = new TermBudget(options.StorageShare);
        foreach (LinearLayer layer in network.Layers.OfType<LinearLayer>().Where(budgeted.Contains))
            _terms.Add(layer, layer.Weights, _sensitivities[layer].ImportanceOf(layer), (long)layer.GridHeight * layer.GridWidth);
    }

    /// <param name="network">Its tensors get their grids; the input's factors are folded into the weights of the layers that read it.</param>
    /// <param name="frames">Codes of the calibration frames, [channels, height, width] each.</param>
    /// <param name="options">What the user asked for.</param>
    /// <param name="progress">Told after each layer how many are rounded, of how many.</param>
    /// <param name="sensitivities">Of the same network on the same frames; null: none is known.</param>
    /// <exception cref="BarrelException">BRL2001 to BRL2004.</exception>
    public static Dictionary<LinearLayer, QuantizedLinear> Quantize(
        LoweredNetwork network, IReadOnlyList<byte[]> frames, QuantizeOptions options, Action<int, int>? progress = null, SensitivityCache? sensitivities = null)
    {
        InputFactors.Fold(network);
        Quantizer quantizer = new(network, frames, options, sensitivities ?? new SensitivityCache());
        for (int i = 0; i < network.Layers.Count; i++)
        {
            quantizer.Round(i);
            quantizer.ReleaseAfter(i);
            progress?.Invoke(i + 1, network.Layers.Count);
        }

        return quantizer._quantized;
    }

    /// <summary>
    /// Tensors that a layer of multiplications reads, pools and resampling between them looked through. Few bits there make its adds cheap; what only
    /// sums, scales and skips read (a partial sum before its normalization) has few adds to save, and few bits would cost it much.
    /// </summary>
    private static HashSet<LoweredTensor> Multiplied(LoweredNetwork network)
    {
        HashSet<LoweredTensor> multiplied = [];
        foreach (LoweredLayer layer in Enumerable.Reverse(network.Layers))
        {
            if (layer is LinearLayer { CountsMacs: true } linear)
                multiplied.UnionWith(linear.Inputs.Select(p => p.Tensor));
            else if (layer is not LinearLayer && multiplied.Contains(layer.Output))
                multiplied.UnionWith(layer.Reads);
        }

        return multiplied;
    }

    private static FloatFlow[] Flows(LoweredNetwork network, IReadOnlyList<byte[]> frames) =>
        [.. frames.Select(f => new FloatFlow { [network.Input] = FloatFlow.InputValues(network.Input, f) })];

    /// <summary>Whether a layer's weights are kept as they are.</summary>
    internal static bool IsExact(float[] weights) => Array.TrueForAll(weights, w => SignedPowers.CountTerms(w) <= ExactTermsMax);

    /// <summary>Weights that need no calibration: exact ones, scales and pools, the published schemes. Those that are missing get terms by budget.</summary>
    private static Dictionary<LinearLayer, float[]> FixedWeights(LoweredNetwork network, QuantizeOptions options)
    {
        Dictionary<LinearLayer, float[]> chosen = [];
        foreach (LinearLayer layer in network.Layers.OfType<LinearLayer>())
        {
            if (IsExact(layer.Weights))
                chosen[layer] = layer.Weights;
            else if (!layer.CountsMacs && (options.Weights != WeightScheme.Terms || network.Macs == 0))
                chosen[layer] = TermTable.Nearest(layer.Weights, 3);
            else if (options.Weights != WeightScheme.Terms)
                chosen[layer] = WeightSchemes.Quantize(options.Weights, layer.Weights, options.Bits);
        }

        return chosen;
    }

    /// <summary>Adds that are left for the layers without weights yet.</summary>
    private static double BudgetLeft(LoweredNetwork network, QuantizeOptions options, Dictionary<LinearLayer, float[]> chosen)
    {
        double spent = network.Layers.OfType<LinearLayer>().Sum(l => LayerCost.FixedAdds(l) + (chosen.TryGetValue(l, out float[]? w) ? LayerCost.TapAdds(l, w) : 0));
        double budget = options.AddsPerMac * network.Macs;
        return spent <= budget
            ? budget - spent
            : throw new BarrelException(
                LoweringErrors.BadOption,
                $"--adds-per-mac {options.AddsPerMac}: scales, slopes, sums and weights that are kept take {LayerCost.Least(spent, network.Macs)} of it alone; "
                + $"{LayerCost.Least(spent, network.Macs)} is the least that can be met, and more leaves room for other weights");
    }

    private void Round(int index)
    {
        LoweredLayer layer = _network.Layers[index];
        if (layer is not LinearLayer linear)
        {
            RunExact(layer, null);
            Parallel.For(0, _frames.Length, f => _frames[f][layer.Output] = _frames[f].Run(layer, null, null, null));
            LoweredTensor source = layer.Reads.First();
            (layer.Output.Bits, layer.Output.ScaleExponents, layer.Output.Zeros, layer.Output.IsBinary) =
                (source.Bits, source.ScaleExponents, source.Zeros, source.IsBinary);
            layer.Output.IsLog = source.IsLog;
            if (layer is ResampleLayer)
                foreach (FloatFlow frame in _frames)
                    ActivationGrids.Round(layer.Output, frame[layer.Output], layer.Output.CodeMax);
            return;
        }

        if (linear.Inputs.Any(p => p.Tensor.IsBinary) && (linear.PadTop != 0 || linear.PadLeft != 0))
            throw new BarrelException(LoweringErrors.NoTapForm, $"node '{linear.Name}': pads a binary tensor with zeros, which is neither +1 nor -1");
        FloatSums sums = new(linear);
        float[][] gathered = new float[_frames.Length][];
        Parallel.For(0, _frames.Length, f => gathered[f] = sums.Gather(t => _frames[f][t]));
        QuantizedLinear made = _quantized[linear] = _fixed.TryGetValue(linear, out float[]? weights)
            ? new QuantizedLinear(weights, CorrectBias(linear, sums, gathered, weights))
            : SpendTerms(linear, sums, gathered);
        float[][] values = new float[_frames.Length][];
        Parallel.For(0, _frames.Length, f => values[f] = _frames[f].RunLinear(linear, sums, gathered[f], made.Weights, made.Bias));
        SetGrid(linear, values);
        if (linear.WriteOut != WriteOut.Codes)
            return;
        RunExact(linear, sums);
        int codeMax = linear.Grid?.MaximumCode ?? linear.Output.CodeMax;
        if (!linear.Sign)
            Parallel.For(0, _frames.Length, f => ActivationGrids.Round(linear.Output, values[f], codeMax));
        for (int f = 0; f < _frames.Length; f++)
            _frames[f][linear.Output] = values[f];
    }

    /// <summary>The float network beside the rounded one, where feedback aims at it.</summary>
    private void RunExact(LoweredLayer layer, FloatSums? sums)
    {
        if (_exact is not null)
            Parallel.For(0, _exact.Length, f => _exact[f][layer.Output] = _exact[f].Run(layer, sums, null, null));
    }

    private QuantizedLinear SpendTerms(LinearLayer layer, FloatSums sums, float[][] gathered)
    {
        TermTable table = _terms!.TableOf(layer);
        double[] perRow = _sensitivities![layer].PerRow;

        // The scores of a classifier are compared with each other: what the layers before did to them is better left alone.
        bool scores = layer.WriteOut == WriteOut.Raw;
        float[][]? exact = null;
        if (!scores && _exact is not null)
        {
            exact = new float[_frames.Length][];
            Parallel.For(0, exact.Length, f => exact[f] = sums.Gather(t => _exact[f][t]));
        }

        ErrorFeedback feedback = new(layer, sums, gathered, exact, _sensitivities[layer].PositionWeights);
        QuantizedLinear At(double price)
        {
            TermPrice paid = _terms.PriceIn(layer, price);
            return feedback.Round((row, value, u2) => table.Round(value, perRow[row] / u2, paid));
        }

        double price = _terms.PriceFor(_addsLeft);
        double share = _terms.AddsOf(layer, price);
        QuantizedLinear made = At(price);

        // Feedback moves weights, and with them what they take; a layer that would take more than its share pays a higher price.
        double low = 0;
        double high = 0;
        double step = PriceStep;
        for (int i = 0; (i < PriceSteps || high == 0) && (LayerCost.TapAdds(layer, made.Weights) > share || i > 0); i++, step *= 2)
        {
            double middle = high == 0 ? low + step : (low + high) / 2;
            QuantizedLinear tried = At(price * ExactMath.Exp2(middle));
            bool fits = LayerCost.TapAdds(layer, tried.Weights) <= share;
            if (fits)
                high = middle;
            else
                low = middle;
            if (fits || high == 0)
                made = tried;
        }

        _terms.Remove(layer);
        _addsLeft -= LayerCost.TapAdds(layer, made.Weights);
        return made;
    }

    private void SetGrid(LinearLayer layer, float[][] values)
    {
        LoweredTensor output = layer.Output;
        switch (layer.WriteOut)
        {
            case WriteOut.Raw:
                output.Bits = 32;
                break;
            case WriteOut.Codes when layer.Sign:
                output.Bits = 1;
                output.IsBinary = true;
                Array.Fill(output.ScaleExponents, 1);
                break;
            case WriteOut.Codes when layer.Grid is not null:
                ActivationGrids.Take(output, layer.Grid);
                break;
            case WriteOut.Codes when _options.Activations == ActivationScheme.Log2:
                LogGrids.Choose(_network, output, values, _options.ActivationBits);
                break;
            case WriteOut.Codes:
                ActivationGrids.Choose(output, values, _multiplied.Contains(output) ? _options.ActivationBits : ActivationGrids.BitsMax);
                break;
            default:
                output.Bits = 8;
                break;
        }
    }

    /// <summary>
    /// The bias that makes up for the weights' own rounding: the mean, over the calibration frames, of what the rounding took from each row. Errors from
    /// layers before are left alone: correcting those too was measured to ruin networks.
    /// </summary>
    private float[] CorrectBias(LinearLayer layer, FloatSums sums, float[][] gathered, float[] rounded)
    {
        if (ReferenceEquals(rounded, layer.Weights) || (layer.CountsMacs && WeightSchemes.IsPublished(_options.Weights)))
            return layer.Bias;
        float[] lost = new float[rounded.Length];
        for (int i = 0; i < lost.Length; i++)
            lost[i] = layer.Weights[i] - rounded[i];
        double[][] means = new double[gathered.Length][];
        Parallel.For(0, means.Length, f => means[f] = MeanOfRows(layer, sums, sums.Sum(gathered[f], lost)));
        float[] bias = new float[layer.Rows];
        for (int row = 0; row < layer.Rows; row++)
            bias[row] = (float)(layer.Bias[row] + (means.Sum(m => m[row]) / means.Length));
        return bias;
    }

    private static double[] MeanOfRows(LinearLayer layer, FloatSums sums, float[] raw)
    {
        double[] means = new double[layer.Rows];
        int rowSize = raw.Length / layer.Rows;
        for (int row = 0; row < layer.Rows; row++)
        {
            double sum = 0;
            for (int y = 0; y < layer.GridHeight; y++)
                foreach (float v in raw.AsSpan((row * rowSize) + (y * sums.RowStride), layer.GridWidth))
                    sum += v;
            means[row] = sum / ((long)layer.GridHeight * layer.GridWidth);
        }

        return means;
    }

    private void ReleaseAfter(int index)
    {
        foreach (LoweredTensor tensor in _network.Layers[index].Reads)
            if (_lastRead[tensor] == index)
                foreach (FloatFlow frame in _frames.Concat(_exact ?? []))
                    frame.Release(tensor);
    }
}
