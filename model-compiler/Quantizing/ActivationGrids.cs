using Barrel.Compiler.Lowering;
using Barrel.Runtime;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// Chooses a tensor's grid: for each channel the power-of-two step and the zero of least squared error on the calibration frames. A step of its own
/// for each channel costs nothing in a tap program: the taps that read the channel shift by it.
/// </summary>
internal static class ActivationGrids
{
    /// <summary>Bits of a code at most.</summary>
    public const int BitsMax = 8;

    /// <summary>Samples of a channel that the search looks at.</summary>
    private const int SamplesMax = 4000;

    /// <summary>Channels may differ by so many octaves; a channel that is all but dead needs no finer step, and its taps would cost range.</summary>
    private const int SpreadMax = 8;

    /// <param name="tensor">Gets bits, exponents and zeros.</param>
    /// <param name="frames">The tensor's values on each calibration frame, before rounding.</param>
    /// <param name="bits">4 to 8.</param>
    public static void Choose(LoweredTensor tensor, float[][] frames, int bits)
    {
        tensor.Bits = bits;
        float[][] samples = new float[tensor.Channels][];
        Parallel.For(0, samples.Length, c => samples[c] = SamplesOf(tensor, frames, c));
        (int Exponent, int Zero)[] grids = Choose(samples, bits);
        for (int c = 0; c < grids.Length; c++)
            (tensor.ScaleExponents[c], tensor.Zeros[c]) = grids[c];
    }

    /// <summary>The steps 2^exponent and the codes of zero, channel by channel.</summary>
    /// <param name="samples">Values of each channel before rounding.</param>
    /// <param name="bits">4 to 8.</param>
    internal static (int Exponent, int Zero)[] Choose(float[][] samples, int bits)
    {
        (int Exponent, int Zero)[] grids = new (int, int)[samples.Length];
        Parallel.For(0, grids.Length, c => grids[c] = Best(samples[c], bits, int.MinValue));
        int floor = grids.Max(g => g.Exponent) - SpreadMax;
        for (int c = 0; c < grids.Length; c++)
            if (grids[c].Exponent < floor)
                grids[c] = Best(samples[c], bits, floor);
        return grids;
    }

    /// <summary>Takes the grid that the network was trained on.</summary>
    /// <exception cref="BarrelException">BRL2004: a step that is no power of two, or more than 8 bits.</exception>
    public static void Take(LoweredTensor tensor, Graphs.ActivationGrid grid)
    {
        int bits = 1;
        while ((1 << bits) - 1 < grid.MaximumCode)
            bits++;
        if (bits > 8 || grid.Zero < 0 || grid.Zero > grid.MaximumCode)
            throw new BarrelException(LoweringErrors.BadGrid, $"node '{grid.Name}': codes 0 to {grid.MaximumCode} with zero {grid.Zero}; at most 255 is right");
        tensor.Bits = bits;
        for (int c = 0; c < tensor.Channels; c++)
        {
            float scale = grid.Scales[grid.Scales.Length == 1 ? 0 : c];
            int exponent = scale > 0 && float.IsFinite(scale) ? Math.ILogB(scale) : 0;
            if (scale != MathF.ScaleB(1, exponent))
                throw new BarrelException(
                    LoweringErrors.BadGrid, $"node '{grid.Name}': activation step {scale} of channel {c} is not a power of two, which a blob's steps are");
            tensor.ScaleExponents[c] = exponent;
            tensor.Zeros[c] = grid.Zero;
        }
    }

    /// <summary>Rounds values to the tensor's grid, as the write-out does: half up, clamped.</summary>
    public static void Round(LoweredTensor tensor, float[] values, int codeMax)
    {
        if (tensor.IsLog)
        {
            LogGrids.Round(tensor, values);
            return;
        }

        for (int c = 0; c < tensor.Channels; c++)
        {
            float step = MathF.ScaleB(1, tensor.ScaleExponents[c]);
            float inverse = MathF.ScaleB(1, -tensor.ScaleExponents[c]);
            int zero = tensor.Zeros[c];
            foreach (ref float v in values.AsSpan(c * tensor.Area, tensor.Area))
                v = (Math.Clamp(MathF.Floor((v * inverse) + 0.5f) + zero, 0, codeMax) - zero) * step;
        }
    }

    internal static float[] SamplesOf(LoweredTensor tensor, float[][] frames, int channel)
    {
        int total = frames.Length * tensor.Area;
        int step = Math.Max(1, total / SamplesMax);

        // An odd step does not fall into step with the rows of an even width.
        if (step > 1)
            step |= 1;
        List<float> samples = new(SamplesMax + 1);
        for (int i = 0; i < total; i += step)
            samples.Add(frames[i / tensor.Area][(channel * tensor.Area) + (i % tensor.Area)]);
        return [.. samples];
    }

    private static (int Exponent, int Zero) Best(float[] samples, int bits, int exponentMin)
    {
        float low = samples.Min();
        float high = samples.Max();
        float most = Math.Max(Math.Abs(low), Math.Abs(high));
        int codeMax = (1 << bits) - 1;
        if (most == 0)
            return (Math.Max(-bits, exponentMin), 0);
        int top = ExactMath.CeilingLog2(most) - bits;
        (int Exponent, int Zero) best = (top + 1, low < 0 ? 1 << (bits - 1) : 0);
        double bestError = double.PositiveInfinity;
        for (int exponent = top + 1; exponent >= top - 4; exponent--)
        {
            if (exponent < exponentMin)
                break;
            foreach (int zero in ZerosFor(low, high, exponent, bits))
            {
                double error = ErrorOf(samples, exponent, zero, codeMax);
                if (error < bestError)
                    (best, bestError) = ((exponent, zero), error);
            }
        }

        return bestError == double.PositiveInfinity ? (exponentMin, low < 0 ? 1 << (bits - 1) : 0) : best;
    }

    private static IEnumerable<int> ZerosFor(float low, float high, int exponent, int bits)
    {
        if (low >= 0)
            return [0];
        int codeMax = (1 << bits) - 1;
        float inverse = MathF.ScaleB(1, -exponent);
        int reach = (int)Math.Clamp(MathF.Ceiling(-low * inverse), 0, codeMax);
        int room = (int)Math.Clamp(codeMax - MathF.Ceiling(high * inverse), 0, codeMax);
        return Enumerable.Range(0, bits).Select(k => 1 << k).Append(0).Append(reach).Append(room).Append((reach + room) / 2).Distinct().Order();
    }

    private static double ErrorOf(float[] samples, int exponent, int zero, int codeMax)
    {
        float step = MathF.ScaleB(1, exponent);
        float inverse = MathF.ScaleB(1, -exponent);
        double error = 0;
        foreach (float v in samples)
        {
            float d = ((Math.Clamp(MathF.Floor((v * inverse) + 0.5f) + zero, 0, codeMax) - zero) * step) - v;
            error += (double)d * d;
        }

        return error;
    }
}
