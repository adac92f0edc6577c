using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>Random gradients of a network's output whose covariance is its Fisher information.</summary>
internal static class OutputProbe
{
    /// <summary>Mean margin between the two greatest scores above which scores are scaled down: a saturated softmax would have no gradient.</summary>
    private const double MarginMax = 4;

    /// <summary>Share of an average class below which a class gains no more weight by being rarer.</summary>
    private const double RareShare = 0.3;

    /// <param name="maker">The layer that makes the output; null: no linear layer does.</param>
    /// <param name="scores">[channels, positions], before they are reduced to classes or bits.</param>
    /// <param name="seed">Same seed, same signs.</param>
    public static float[] Draw(LinearLayer? maker, float[] scores, uint seed)
    {
        uint state = seed * 2654435769u;
        int Sign()
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            return (state & 0x10000) != 0 ? 1 : -1;
        }

        int channels = maker is null ? 1 : FloatFlow.ChannelsOf(maker);
        int positions = scores.Length / channels;
        if (maker is { WriteOut: WriteOut.Threshold })
            return OfBits(scores, maker.Threshold, Sign);
        return maker is { WriteOut: WriteOut.ArgMax } || (maker is { WriteOut: WriteOut.Raw } && positions == 1 && channels > 1)
            ? OfClasses(scores, channels, positions, Sign)
            : OfValues(scores, channels, Sign);
    }

    /// <summary>v = √p∘z − p·(√p·z) for random signs z: its covariance is diag(p) − p·pᵀ.</summary>
    private static float[] OfClasses(float[] scores, int channels, int positions, Func<int> sign)
    {
        double temperature = Math.Max(1, MeanMargin(scores, channels, positions) / MarginMax);
        double[] rarity = Rarity(scores, channels, positions);
        float[] probe = new float[scores.Length];
        double[] root = new double[channels];
        for (int i = 0; i < positions; i++)
        {
            double most = double.NegativeInfinity;
            for (int c = 0; c < channels; c++)
                most = Math.Max(most, scores[(c * positions) + i]);
            double total = 0;
            for (int c = 0; c < channels; c++)
                total += root[c] = ExactMath.Exp((scores[(c * positions) + i] - most) / temperature);
            double along = 0;
            for (int c = 0; c < channels; c++)
            {
                root[c] = Math.Sqrt(root[c] / total);
                double z = root[c] * sign();
                along += z;
                probe[(c * positions) + i] = (float)z;
            }

            double weight = rarity[i] / temperature;
            for (int c = 0; c < channels; c++)
                probe[(c * positions) + i] = (float)((probe[(c * positions) + i] - (root[c] * root[c] * along)) * weight);
        }

        return probe;
    }

    private static float[] OfBits(float[] scores, float threshold, Func<int> sign)
    {
        double margin = 0;
        foreach (float s in scores)
            margin += Math.Abs(s - threshold);
        double temperature = Math.Max(1, margin / scores.Length / MarginMax);
        return Array.ConvertAll(scores, s =>
        {
            double p = 1 / (1 + ExactMath.Exp((threshold - s) / temperature));
            return (float)(Math.Sqrt(p * (1 - p)) / temperature * sign());
        });
    }

    /// <summary>
    /// Values that nothing is known of: an error counts relative to the energy of the whole output, so that an output of few values counts as much as one
    /// of many. What a channel has in common at all its positions is no energy, because a bias can give that and nothing is said by it.
    /// </summary>
    private static float[] OfValues(float[] values, int channels, Func<int> sign)
    {
        int positions = values.Length / channels;
        double energy = 0;
        for (int c = 0; c < channels; c++)
        {
            ReadOnlySpan<float> channel = values.AsSpan(c * positions, positions);
            double mean = 0;
            foreach (float v in channel)
                mean += positions > 1 ? v / (double)positions : 0;
            foreach (float v in channel)
                energy += (v - mean) * (v - mean);
        }

        double size = Math.Sqrt(Math.Max(energy, 1e-30));
        return Array.ConvertAll(values, _ => (float)(sign() / size));
    }

    /// <summary>
    /// Square root of each position's weight: positions of classes that cover little of the frame count more, as they do in the mean IoU, where each class
    /// counts once.
    /// </summary>
    private static double[] Rarity(float[] scores, int channels, int positions)
    {
        int[] classes = new int[positions];
        int[] counts = new int[channels];
        for (int i = 0; i < positions; i++)
        {
            for (int c = 1; c < channels; c++)
                if (scores[(c * positions) + i] > scores[(classes[i] * positions) + i])
                    classes[i] = c;
            counts[classes[i]]++;
        }

        return positions == 1 ? [1] : Array.ConvertAll(classes, c => Math.Sqrt(1 / (RareShare + ((double)counts[c] * channels / positions))));
    }

    private static double MeanMargin(float[] scores, int channels, int positions)
    {
        double sum = 0;
        for (int i = 0; i < positions; i++)
        {
            float first = float.NegativeInfinity;
            float second = float.NegativeInfinity;
            for (int c = 0; c < channels; c++)
            {
                float s = scores[(c * positions) + i];
                (first, second) = s > first ? (s, first) : (first, Math.Max(second, s));
            }

            sum += channels > 1 ? first - second : 0;
        }

        return sum / positions;
    }
}
