using Barrel.Compiler.Lowering;
using Barrel.Runtime;

namespace Barrel.Compiler.Quantizing;

/// <summary>A linear layer's weights and bias on their grid: each weight a short sum of signed powers of two, the bias still real.</summary>
public sealed record QuantizedLinear(float[] Weights, float[] Bias);

/// <summary>
/// Rounds a lowered network layer by layer: weights by the chosen scheme, each layer's bias corrected for its own rounding, then the output's grid, all on
/// calibration frames that have already passed through the rounded layers before.
/// </summary>
public sealed class Quantizer
{
    /// <summary>Weights of at most so many terms each are a grid that somebody trained or that is exact by nature: kept.</summary>
    private const int ExactTermsMax = 2;

    private readonly LoweredNetwork _network;
    private readonly QuantizeOptions _options;
    private readonly FloatFlow[] _frames;
    private readonly Dictionary<LoweredLayer, FloatSums> _sums = [];
    private readonly Dictionary<LoweredTensor, int> _lastRead = [];

    private Quantizer(LoweredNetwork network, IReadOnlyList<byte[]> frames, QuantizeOptions options)
    {
        _network = network;
        _options = options;
        foreach (LinearLayer layer in network.Layers.OfType<LinearLayer>())
            _sums[layer] = new FloatSums(layer);
        for (int i = 0; i < network.Layers.Count; i++)
            foreach (LoweredTensor tensor in network.Layers[i].Reads)
                _lastRead[tensor] = i;
        _frames = [.. frames.Select(_ => new FloatFlow())];
        for (int f = 0; f < frames.Count; f++)
            _frames[f][network.Input] = FloatFlow.InputValues(network.Input, frames[f]);
    }

    /// <param name="network">Its tensors get their grids; the input's factors are folded into the weights of the layers that read it.</param>
    /// <param name="frames">Codes of the calibration frames, [channels, height, width] each.</param>
    /// <param name="options">What the user asked for.</param>
    /// <exception cref="BarrelException">BRL2001 to BRL2004.</exception>
    public static Dictionary<LinearLayer, QuantizedLinear> Quantize(LoweredNetwork network, IReadOnlyList<byte[]> frames, QuantizeOptions options)
    {
        InputFactors.Fold(network);
        Dictionary<LinearLayer, float[]> weights = ChooseWeights(network, frames, options);
        Quantizer quantizer = new(network, frames, options);
        Dictionary<LinearLayer, QuantizedLinear> quantized = [];
        for (int i = 0; i < network.Layers.Count; i++)
        {
            quantizer.Round(i, weights, quantized);
            quantizer.ReleaseAfter(i);
        }

        return quantized;
    }

    /// <summary>Whether a layer's weights are kept as they are.</summary>
    internal static bool IsExact(float[] weights) => Array.TrueForAll(weights, w => SignedPowers.CountTerms(w) <= ExactTermsMax);

    private static Dictionary<LinearLayer, float[]> ChooseWeights(LoweredNetwork network, IReadOnlyList<byte[]> frames, QuantizeOptions options)
    {
        Dictionary<LinearLayer, float[]> chosen = [];
        List<LinearLayer> rest = [];
        foreach (LinearLayer layer in network.Layers.OfType<LinearLayer>())
        {
            if (IsExact(layer.Weights))
                chosen[layer] = layer.Weights;
            else if (!layer.CountsMacs)
                chosen[layer] = TermBudget.Nearest(layer.Weights, 3);
            else if (options.Weights != WeightScheme.Terms)
                chosen[layer] = WeightSchemes.Quantize(options.Weights, layer.Weights, options.Bits);
            else
                rest.Add(layer);
        }

        if (rest.Count == 0)
            return chosen;
        double spent = network.Layers.OfType<LinearLayer>().Sum(l => LayerCost.FixedAdds(l) + (chosen.TryGetValue(l, out float[]? w) ? LayerCost.TapAdds(l, w) : 0));
        double budget = (options.AddsPerMac * network.Macs) - spent;
        if (budget <= 0)
            throw new BarrelException(
                LoweringErrors.BadOption,
                $"--adds-per-mac {options.AddsPerMac}: scales, slopes and sums alone take {spent / network.Macs:F3}; more than that is right");
        TermBudget terms = new();
        Dictionary<LinearLayer, Sensitivity> sensitivities = Sensitivity.Measure(network, frames);
        foreach (LinearLayer layer in rest)
            terms.Add(layer, layer.Weights, sensitivities[layer].ImportanceOf(layer), (long)layer.GridHeight * layer.GridWidth);
        foreach ((LinearLayer layer, float[] weights) in terms.Spend(budget))
            chosen[layer] = weights;
        return chosen;
    }

    private void Round(int index, Dictionary<LinearLayer, float[]> weights, Dictionary<LinearLayer, QuantizedLinear> quantized)
    {
        LoweredLayer layer = _network.Layers[index];
        float[][] values = new float[_frames.Length][];
        if (layer is not LinearLayer linear)
        {
            Parallel.For(0, _frames.Length, f => _frames[f][layer.Output] = _frames[f].Run(layer, null, null, null));
            LoweredTensor source = layer.Reads.First();
            (layer.Output.Bits, layer.Output.ScaleExponents, layer.Output.Zeros, layer.Output.IsBinary) =
                (source.Bits, source.ScaleExponents, source.Zeros, source.IsBinary);
            if (layer is ResampleLayer)
                foreach (FloatFlow frame in _frames)
                    ActivationGrids.Round(layer.Output, frame[layer.Output], layer.Output.CodeMax);
            return;
        }

        if (linear.Inputs.Any(p => p.Tensor.IsBinary) && (linear.PadTop != 0 || linear.PadLeft != 0))
            throw new BarrelException(LoweringErrors.NoTapForm, $"node '{linear.Name}': pads a binary tensor with zeros, which is neither +1 nor -1");
        float[] rounded = weights[linear];
        float[] bias = CorrectBias(linear, rounded);
        quantized[linear] = new QuantizedLinear(rounded, bias);
        FloatSums sums = _sums[linear];
        Parallel.For(0, _frames.Length, f => values[f] = _frames[f].Run(linear, sums, rounded, bias));
        SetGrid(linear, values);
        if (linear.WriteOut != WriteOut.Codes)
            return;
        int codeMax = linear.Grid?.MaximumCode ?? linear.Output.CodeMax;
        if (!linear.Sign)
            Parallel.For(0, _frames.Length, f => ActivationGrids.Round(linear.Output, values[f], codeMax));
        for (int f = 0; f < _frames.Length; f++)
            _frames[f][linear.Output] = values[f];
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
            case WriteOut.Codes:
                ActivationGrids.Choose(output, values, _options.ActivationBits);
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
    private float[] CorrectBias(LinearLayer layer, float[] rounded)
    {
        if (ReferenceEquals(rounded, layer.Weights))
            return layer.Bias;
        float[] lost = new float[rounded.Length];
        for (int i = 0; i < lost.Length; i++)
            lost[i] = layer.Weights[i] - rounded[i];
        FloatSums sums = _sums[layer];
        double[][] means = new double[_frames.Length][];
        Parallel.For(0, _frames.Length, f => means[f] = MeanOfRows(layer, sums, sums.Sum(sums.Gather(t => _frames[f][t]), lost)));
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
                foreach (FloatFlow frame in _frames)
                    frame.Release(tensor);
    }
}
