namespace Barrel.Compiler.Quantizing;

/// <summary>The published and the simple schemes: each maps a layer's weights to values, full-scale range chosen by least squares.</summary>
internal static class WeightSchemes
{
    /// <summary>
    /// LinearQuant of LOGNET (arXiv 1603.01025): sign(w)·Clip(Round(|w| / step)·step, 0, 2^range), step = 2^(range − bits).
    /// </summary>
    public static float Linear(float w, int range, int bits)
    {
        float step = MathF.ScaleB(1, range - bits);
        float size = Math.Min(MathF.Floor((Math.Abs(w) / step) + 0.5f) * step, MathF.ScaleB(1, range));
        return w < 0 ? -size : size;
    }

    /// <summary>
    /// LogQuant of LOGNET: sign(w)·2^x, x = Round(log2|w|); 0 where x is at or below range − 2^bits, 2^(range − 1) where it is at or above range.
    /// Round in the log domain: the threshold between 2^k and 2^(k+1) is √2·2^k, which belongs to the greater.
    /// </summary>
    public static float LogNet(float w, int range, int bits)
    {
        if (w == 0)
            return 0;
        int x = RoundedLog2(Math.Abs(w));
        if (x <= range - (1 << bits))
            return 0;
        float size = MathF.ScaleB(1, Math.Min(x, range - 1));
        return w < 0 ? -size : size;
    }

    /// <summary>Nearest of 0 and 2^range, 2^(range−1) ... (2^bits − 1 exponents); the threshold is 1.5·2^k.</summary>
    public static float Log2(float w, int range, int bits) =>
        SignedPowers.Nearest(Log2Tables[bits], w / MathF.ScaleB(1, range)) * MathF.ScaleB(1, range);

    /// <summary>A layer's weights by a scheme, with the full-scale range of least squared error.</summary>
    public static float[] Quantize(WeightScheme scheme, float[] weights, int bits)
    {
        float most = weights.Max(Math.Abs);
        if (most == 0)
            return new float[weights.Length];
        int top = (int)MathF.Ceiling(MathF.Log2(most));
        (Func<float, int, int, float> function, int from, int to) = scheme switch
        {
            WeightScheme.Linear => ((Func<float, int, int, float>)Linear, top - 3, top),
            WeightScheme.LogNet => (LogNet, top - 1, top + 1),
            _ => (Log2, top - 2, top),
        };
        float[]? best = null;
        double bestError = double.PositiveInfinity;
        for (int range = to; range >= from; range--)
        {
            float[] quantized = Array.ConvertAll(weights, w => function(w, range, bits));
            double error = 0;
            for (int i = 0; i < weights.Length; i++)
                error += Math.Pow(quantized[i] - weights[i], 2);
            if (error < bestError)
                (best, bestError) = (quantized, error);
        }

        return best!;
    }

    /// <summary>Round(log2 x), exact at the threshold: x² against 2^(2k+1) in doubles has no rounding error.</summary>
    private static int RoundedLog2(float x)
    {
        int floor = Math.ILogB(x);
        double mantissa = Math.ScaleB(x, -floor);
        return mantissa * mantissa >= 2 ? floor + 1 : floor;
    }

    private static float[][] Log2Tables { get; } = [.. Enumerable.Range(0, 9).Select(bits => SignedPowers.Table(1, Math.Min((1 << bits) - 1, 64)))];
}
