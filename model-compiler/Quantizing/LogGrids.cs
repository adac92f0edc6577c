using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Runtime;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// Log-coded activations of LOGNET (arXiv 1603.01025): zero and 2^bits − 1 exponents, one full-scale range a tensor, found by least squares on the calibration
/// frames, values rounded in the log domain. The paper has ReLU networks alone; a tensor with negative values gets one more bit for the sign, as the paper's
/// weights do.
/// </summary>
internal static class LogGrids
{
    /// <summary>Octaves that the range is tried below the greatest value: the fewer exponents there are, the more it pays to clip.</summary>
    private const int RangesTried = 8;

    /// <summary>Bits without a sign: more give no more exponents, as levels end where 16-bit lanes do.</summary>
    public const int BitsMax = 4;

    /// <summary>Least bits of the tensors that stay linear.</summary>
    private const int LinearBitsMin = 4;

    /// <summary>Whether a tensor can be log: what is interpolated needs steps.</summary>
    private static bool Fits(LoweredNetwork network, LoweredTensor tensor)
    {
        foreach (LoweredLayer layer in network.Layers)
        {
            if (layer is ResampleLayer resample && resample.Input == tensor && !IsCopy(resample.Table))
                return false;

            // A pool hands its input's codes on.
            if (layer is PoolLayer or ResampleLayer && layer.Reads.First() == tensor && !Fits(network, layer.Output))
                return false;
        }

        return true;
    }

    /// <param name="network">Its layers decide whether the tensor can be log; if not, it gets linear codes of as many bits, and at least 4.</param>
    /// <param name="tensor">Gets bits, exponents and zeros.</param>
    /// <param name="frames">The tensor's values on each calibration frame, before rounding.</param>
    /// <param name="bits">2 or more; the sign's bit comes on top.</param>
    public static void Choose(LoweredNetwork network, LoweredTensor tensor, float[][] frames, int bits)
    {
        if (!Fits(network, tensor))
        {
            ActivationGrids.Choose(tensor, frames, Math.Max(bits, LinearBitsMin));
            return;
        }

        float[] samples = [.. Enumerable.Range(0, tensor.Channels).SelectMany(c => ActivationGrids.SamplesOf(tensor, frames, c))];
        bool signed = Array.Exists(samples, v => v < 0) || Array.Exists(frames, f => Array.Exists(f, v => v < 0));
        int exponents = Math.Min((1 << bits) - 1, signed ? LogCode.ZeroMax : LogCode.ExponentsMax);
        tensor.IsLog = true;
        tensor.Bits = Math.Min(bits, BitsMax) + (signed ? 1 : 0);
        Array.Fill(tensor.Zeros, signed ? exponents : 0);
        float most = samples.Max(Math.Abs);
        int top = most == 0 ? 0 : LogQuant.RoundedLog2(most);
        int best = top;
        double bestError = double.PositiveInfinity;
        for (int last = top; last > top - RangesTried; last--)
        {
            double error = 0;
            foreach (float v in samples)
            {
                double d = Rounded(v, last - exponents + 1, exponents) - (double)v;
                error += d * d;
            }

            if (error < bestError)
                (best, bestError) = (last, error);
        }

        Array.Fill(tensor.ScaleExponents, best - exponents + 1);
    }

    /// <summary>What became of the tensors, a line each.</summary>
    public static IEnumerable<string> Remarks(LoweredNetwork network, QuantizeOptions options)
    {
        if (options.Activations != ActivationScheme.Log2)
            yield break;
        LoweredTensor[] made = [.. network.Layers.Where(l => l is not LinearLayer { WriteOut: not WriteOut.Codes }).Select(l => l.Output).Where(t => t.Bits > 1)];
        LoweredTensor[] log = [.. made.Where(t => t.IsLog)];
        int signed = log.Count(t => t.Zeros[0] > 0);
        yield return $"{log.Length} of {made.Length} tensors hold log codes, {signed} of them signed and one bit wider";
        if (Array.Find(log, t => t.CodeMax - t.Zeros[0] < (1 << options.ActivationBits) - 1) is LoweredTensor cut)
            yield return $"log codes have {cut.CodeMax - cut.Zeros[0]} exponents where {options.ActivationBits} bits would allow {(1 << options.ActivationBits) - 1}: 16-bit lanes end there";
        foreach (LoweredTensor tensor in made.Where(t => !t.IsLog))
            yield return $"tensor '{tensor.Name}': stays linear, {tensor.Bits} bits: it is interpolated, or its grid was trained";
    }

    /// <summary>Rounds values to the tensor's codes, as the write-out does.</summary>
    public static void Round(LoweredTensor tensor, float[] values)
    {
        int zero = tensor.Zeros[0];
        int exponents = tensor.CodeMax - zero;
        for (int i = 0; i < values.Length; i++)
            values[i] = zero == 0 && values[i] < 0 ? 0 : Rounded(values[i], tensor.ScaleExponents[0], exponents);
    }

    /// <summary>The code of a value; the ends for infinite ones.</summary>
    public static int CodeOf(LoweredTensor tensor, float value)
    {
        int zero = tensor.Zeros[0];
        if (value == 0 || float.IsNegativeInfinity(value))
            return value == 0 ? zero : 0;
        int steps = float.IsInfinity(value) ? tensor.CodeMax : Math.Max(0, LogQuant.RoundedLog2(Math.Abs(value)) - tensor.ScaleExponents[0] + 1);
        return Math.Clamp(value < 0 ? zero - steps : zero + steps, 0, tensor.CodeMax);
    }

    /// <summary>LogQuant of a value whose least exponent is <paramref name="least"/>.</summary>
    private static float Rounded(float value, int least, int exponents)
    {
        if (value == 0)
            return 0;
        int exponent = LogQuant.RoundedLog2(Math.Abs(value));
        return exponent < least ? 0 : MathF.CopySign(MathF.ScaleB(1, Math.Min(exponent, least + exponents - 1)), value);
    }

    private static bool IsCopy(Resize table) => Array.TrueForAll(table.RowFraction, f => f == 0) && Array.TrueForAll(table.ColumnFraction, f => f == 0);
}
