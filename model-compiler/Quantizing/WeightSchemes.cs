using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>The published and the simple schemes: each maps a layer's weights to values, full-scale range chosen by least squares.</summary>
internal static class WeightSchemes
{
    /// <summary>Ranges that are tried, from the one that clips nothing downwards. Few bits and a few large weights make it worth to clip far.</summary>
    private const int RangesTried = 8;

    /// <summary>
    /// LinearQuant of LOGNET (arXiv 1603.01025): sign(w)·Clip(Round(|w| / step)·step, 0, 2^range), step = 2^(range − bits).
    /// </summary>
    public static float Linear(float w, int range, int bits)
    {
        float step = MathF.ScaleB(1, range - bits);
        float size = Math.Min(MathF.Floor((Math.Abs(w) / step) + 0.5f) * step, MathF.ScaleB(1, range));
        return w < 0 ? -size : size;
    }

    /// <summary>LogQuant in base 2, as published: 2^bits − 1 exponents, the greatest range − 1; the border between 2^k and 2^(k+1) is √2·2^k.</summary>
    public static float LogNet(float w, int range, int bits) => LogQuant.Base2(w, range, bits);

    /// <summary>LogQuant in base √2, range in half octaves; each exponent becomes a sum of at most two powers of two.</summary>
    public static float LogSqrt2(float w, int range, int bits) => LogQuant.BaseRoot2(w, range, bits);

    /// <summary>Nearest of 0 and 2^range, 2^(range−1) ... (2^bits − 1 exponents); the threshold is 1.5·2^k.</summary>
    public static float Log2(float w, int range, int bits) =>
        SignedPowers.Nearest(Log2Tables[bits], w / MathF.ScaleB(1, range)) * MathF.ScaleB(1, range);

    /// <summary>Whether a scheme is a reference as LOGNET publishes it: weights are rounded, and nothing makes up for that.</summary>
    public static bool IsPublished(WeightScheme scheme) => scheme is WeightScheme.Linear or WeightScheme.LogNet or WeightScheme.LogSqrt2;

    /// <summary>A layer's weights by a scheme, with the full-scale range of least squared error.</summary>
    public static float[] Quantize(WeightScheme scheme, float[] weights, int bits)
    {
        if (weights.Max(Math.Abs) == 0)
            return new float[weights.Length];
        int range = RangeOf(scheme, weights, bits);
        return Array.ConvertAll(weights, w => Function(scheme)(w, range, bits));
    }

    /// <summary>The full-scale range of least squared error for numbers that are not all 0, in octaves, for logsqrt2 in half octaves.</summary>
    internal static int RangeOf(WeightScheme scheme, float[] weights, int bits)
    {
        Func<float, int, int, float> function = Function(scheme);
        int widest = WidestRange(scheme, weights.Max(Math.Abs));
        int best = widest;
        double bestError = double.PositiveInfinity;
        for (int range = widest; range > widest - RangesTried; range--)
        {
            double error = 0;
            foreach (float w in weights)
                error += SquaredError(function(w, range, bits), w);
            if (error < bestError)
                (best, bestError) = (range, error);
        }

        return best;
    }

    /// <summary>The least range at which numbers up to <paramref name="most"/> are not clipped.</summary>
    internal static int WidestRange(WeightScheme scheme, float most) => scheme switch
    {
        WeightScheme.LogNet => LogQuant.RoundedLog2(most) + 1,
        WeightScheme.LogSqrt2 => LogQuant.RoundedHalfOctaves(most) + 1,
        _ => ExactMath.CeilingLog2(most),
    };

    /// <summary>Number, full-scale range and bits without the sign to the number's code.</summary>
    internal static Func<float, int, int, float> Function(WeightScheme scheme) => scheme switch
    {
        WeightScheme.Linear => Linear,
        WeightScheme.LogNet => LogNet,
        WeightScheme.LogSqrt2 => LogSqrt2,
        _ => Log2,
    };

    /// <summary>What taking √2·2^j as a sum of two powers costs; null where the scheme takes nothing as anything.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="quantized">The layers, with the weights before and after.</param>
    public static string? Remark(WeightScheme scheme, IReadOnlyDictionary<LinearLayer, QuantizedLinear> quantized)
    {
        if (scheme != WeightScheme.LogSqrt2)
            return null;
        double energy = 0, taken = 0, ideal = 0;
        foreach ((LinearLayer layer, QuantizedLinear made) in quantized)
            for (int i = 0; layer.CountsMacs && i < made.Weights.Length; i++)
            {
                energy += (double)layer.Weights[i] * layer.Weights[i];
                taken += SquaredError(made.Weights[i], layer.Weights[i]);
                ideal += SquaredError(LogQuant.Ideal(made.Weights[i]), layer.Weights[i]);
            }

        string figures = ideal > 0 && taken > 0 ? $": weights are {Decibels(energy / taken)} from the float ones, {Decibels(energy / ideal)} with √2 itself" : "";
        return $"logsqrt2 takes √2·2^j as 1.5·2^j, the nearest sum of two powers, {100 * ((LogQuant.RootOfTwoTaken / Math.Sqrt(2)) - 1):F1}% too large{figures}";
    }

    private static string Decibels(double ratio) => $"{10 * Math.Log10(ratio):F1} dB";

    private static double SquaredError(double quantized, double weight) => (quantized - weight) * (quantized - weight);

    /// <summary>By bits. What lies 64 octaves below the greatest weight leaves no trace in a sum.</summary>
    private static float[][] Log2Tables { get; } = [.. Enumerable.Range(0, 9).Select(bits => SignedPowers.Table(1, Math.Min((1 << bits) - 1, 64)))];
}
