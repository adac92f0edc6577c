using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Training.Architectures;
using Barrel.Compiler.Training.Grids;
using TorchSharp;
using static TorchSharp.torch;

namespace Barrel.Compiler.Training.Networks;

/// <summary>
/// Weights and activations ±1 (Hubara et al., Binarized Neural Networks). A first layer that sees pixels instead of signs has weights of one power of two and is
/// left to software. Delay variation of a time-domain chip is imitated by noise on the sums, so that the network learns to have margins.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="binaryInput">Whether the input is ±1 already.</param>
/// <param name="delayVariation">Standard deviation of a processing element's delay over the delay that its weight makes.</param>
internal sealed class BinaryScheme(TrainedNetwork network, bool binaryInput, double delayVariation) : Scheme
{
    /// <summary>Bits without the sign of the first layer's powers.</summary>
    private const int FirstBits = 3;


    /// <summary>Whether a layer's weights are ±1.</summary>
    public bool IsBinary(TrainedLayer layer) => binaryInput || layer.Node.Inputs[0].Kind != NodeKind.Input;

    /// <summary>
    /// What a layer's signs are multiplied by, which keeps scores in softmax's reach: a power of two near 1/√fan-in for scores, which have no normalization.
    /// </summary>
    public static double ScoreScale(TrainedLayer layer) => layer.Node.Activation == Activation.None
        ? Math.ScaleB(1, -(int)Math.Round(Math.Log2((double)layer.Node.Weights / layer.Node.Channels) / 2))
        : 1;

    public override Tensor Weights(TrainedLayer layer)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rounded;
        if (IsBinary(layer))
        {
            rounded = Signs.Round(layer.Weights.detach());
        }
        else
        {
            float[] weights = layer.Weights.detach().contiguous().data<float>().ToArray();
            rounded = GridTable.Of(WeightScheme.LogNet, FirstBits).Round(layer.Weights, WeightSchemes.RangeOf(WeightScheme.LogNet, weights, FirstBits));
        }

        Tensor used = StraightThrough.Of(layer.Weights, rounded);
        double scale = IsBinary(layer) ? ScoreScale(layer) : 1;
        return (scale == 1 ? used : used * Scalars.Of(scale)).MoveToOuterDisposeScope();
    }

    public override Tensor Normalize(TrainedLayer layer, Tensor sums, bool isTraining)
    {
        Tensor noisy = sums;
        if (isTraining && delayVariation > 0 && IsBinary(layer))
        {
            // Flips of random sums approach atan(√2·σ/Δ)/π whatever the chain's length: noise of √2·σ/Δ times the sums' own spread, the root of their number.
            double deviation = Math.Sqrt(2) * delayVariation * Math.Sqrt((double)layer.Node.Weights / layer.Node.Channels) * ScoreScale(layer);
            noisy = sums.Plus(randn_like(sums) * Scalars.Of(deviation));
        }

        return base.Normalize(layer, noisy, isTraining);
    }

    /// <summary>
    /// Normalization and sign become a threshold: sign(s·(x − mean) + shift) with |s| divided out, a row of negative s turned around. Sums of ±1 differ by 2, so that a
    /// bias can be the odd or even whole number that no sum meets: none is 0, where signs and arbiters of chips have no answer.
    /// </summary>
    public override (float[] Weights, float[] Bias) Export(TrainedLayer layer)
    {
        (float[] weights, float[] bias) = base.Export(layer);
        int channels = layer.Node.Channels, fanIn = weights.Length / channels;
        for (int row = 0; row < channels; row++)
        {
            Span<float> own = weights.AsSpan(row * fanIn, fanIn);
            double size = Math.Abs(own[0]);
            if (!IsBinary(layer))
            {
                // A power of two leaves the weights on their grid, and a sign as it is.
                double most = 0;
                foreach (float w in own)
                    most = Math.Max(most, Math.Abs(w));
                size = layer.IsNormalized && most > 0 ? Rescale(layer, row) : 1;
            }

            if (size == 0)
                continue;
            for (int i = 0; i < fanIn; i++)
                own[i] = IsBinary(layer) ? Math.Sign(own[i]) : (float)(own[i] / size);
            bias[row] = (float)(bias[row] / size);
            if (layer.Node.Activation != Activation.Sign || !IsBinary(layer))
                continue;
            int least = (int)Math.Ceiling(Math.Clamp(-bias[row], -fanIn - 2.0, fanIn + 2.0));
            if (((least ^ fanIn) & 1) != 0)
                least++;
            bias[row] = 1 - least;
        }

        return (weights, bias);
    }

    public override void EndStep()
    {
        using IDisposable off = no_grad();
        foreach (TrainedLayer layer in network.Layers.Where(IsBinary))
            layer.Weights.clamp_(Scalars.Of(-1), Scalars.Of(1));
    }

    /// <summary>What normalization multiplies a row by.</summary>
    private static double Rescale(TrainedLayer layer, int row)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return Math.Abs(TrainedLayer.Numbers(layer.Affine().Scale)[row]);
    }
}
