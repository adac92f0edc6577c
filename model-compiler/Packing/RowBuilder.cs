using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Runtime;

namespace Barrel.Compiler.Packing;

/// <summary>
/// Turns a quantized layer's real weights and bias into integer rows: picks the unit of each accumulator, moves weights, skips and bias to it, folds zeros in,
/// and proves that nothing can leave 32 bits.
/// </summary>
internal sealed class RowBuilder
{
    /// <summary>Bits of the accumulator below the output's step, so that bias and slopes round finely; more cost nothing but range.</summary>
    private const int GuardBits = 8;

    /// <summary>Greatest size of an accumulator in units of 2^Unit, with room for the rounding term.</summary>
    private const int SumBitsMax = 30;

    private readonly LinearLayer _layer;
    private readonly QuantizedLinear _quantized;
    private readonly int[] _scale;
    private readonly int[] _zero;
    private readonly double[] _offset;
    private readonly int[] _levelMax;

    public RowBuilder(LinearLayer layer, QuantizedLinear quantized)
    {
        _layer = layer;
        _quantized = quantized;
        int channels = layer.InputChannels;
        _scale = new int[channels];
        _zero = new int[channels];
        _offset = new double[channels];
        _levelMax = new int[channels];
        int at = 0;
        foreach (Piece piece in layer.Inputs)
            for (int c = piece.First; c < piece.First + piece.Channels; c++, at++)
            {
                _scale[at] = piece.Tensor.ScaleExponents[c];
                _zero[at] = piece.Tensor.ZeroLevelOf(c);
                _offset[at] = OffsetOf(piece.Tensor, c);
                _levelMax[at] = piece.Tensor.LevelMax;
            }
    }

    /// <summary>value = (code − zero)·2^scale + offset: the offset of a binary tensor, and what rounding the input's mean to a code left.</summary>
    public static double OffsetOf(LoweredTensor tensor, int channel) =>
        tensor.IsBinary ? -1 : tensor.Subtract is float[] subtract ? tensor.Zeros[channel] - subtract[channel] : 0;

    /// <exception cref="BarrelException">BRL2002: a row's sums do not fit 32 bits.</exception>
    public TapRow[] Build()
    {
        TapRow[] rows = new TapRow[_layer.Rows];
        double[] bounds = new double[rows.Length];
        for (int r = 0; r < rows.Length; r++)
        {
            rows[r] = new TapRow { Taps = RealTaps(r) };
            bounds[r] = BoundOf(r, rows[r].Taps);
            rows[r].Unit = Math.Max(WantedUnit(r, rows[r].Taps), LeastUnit(bounds[r]));
        }

        if (_layer.WriteOut is WriteOut.Raw or WriteOut.ArgMax)
        {
            // Rows are compared, so they share one unit: the finest wanted that no row's range forbids.
            int unit = Math.Max(rows.Min(r => r.Unit), bounds.Max(LeastUnit));
            foreach (TapRow row in rows)
                row.Unit = unit;
        }

        for (int r = 0; r < rows.Length; r++)
            Finish(r, rows[r]);
        if (_layer.WriteOut == WriteOut.Raw)
            Array.Fill(_layer.Output.ScaleExponents, rows[0].Unit);
        return rows;
    }

    private static int LeastUnit(double bound) => bound == 0 ? -100 : ExactMath.CeilingLog2(bound) - SumBitsMax;

    /// <summary>The row's terms with exponents in real units: weight exponent + input step.</summary>
    private List<Tap> RealTaps(int row)
    {
        LinearLayer layer = _layer;
        int area = layer.KernelHeight * layer.KernelWidth;
        int firstChannel = row / (layer.Rows / layer.Groups) * (layer.InputChannels / layer.Groups);
        Span<int> exponents = stackalloc int[16];
        Span<bool> negative = stackalloc bool[16];
        List<Tap> taps = [];
        for (int i = 0; i < layer.FanIn; i++)
        {
            int terms = SignedPowers.Decompose(_quantized.Weights[(row * layer.FanIn) + i], exponents, negative);
            for (int t = 0; t < terms; t++)
                taps.Add(new Tap(i, exponents[t] + _scale[firstChannel + (i / area)], negative[t]));
        }

        return taps;
    }

    private int ChannelOf(int row, int kernelIndex) =>
        (row / (_layer.Rows / _layer.Groups) * (_layer.InputChannels / _layer.Groups)) + (kernelIndex / (_layer.KernelHeight * _layer.KernelWidth));

    private double BoundOf(int row, List<Tap> taps)
    {
        double plus = 0;
        double minus = 0;
        double shifted = Math.Abs(_quantized.Bias[row]);
        foreach (Tap tap in taps)
        {
            int channel = ChannelOf(row, tap.KernelIndex);
            double size = Math.ScaleB(_levelMax[channel], tap.Exponent);
            if (tap.Negative)
                minus += size;
            else
                plus += size;
            shifted += Math.ScaleB(_zero[channel], tap.Exponent) + (Math.Abs(_offset[channel]) * Math.ScaleB(1, tap.Exponent));
        }

        double skips = 0;
        foreach (Piece skip in _layer.Skips)
        {
            int channel = skip.First + row;
            skips += Math.ScaleB(skip.Tensor.LevelMax, skip.Tensor.ScaleExponents[channel]);
            shifted += Math.ScaleB(skip.Tensor.ZeroLevelOf(channel), skip.Tensor.ScaleExponents[channel]) + Math.Abs(OffsetOf(skip.Tensor, channel));
        }

        double bound = Math.Max(plus, minus) + shifted + skips;
        if (_layer.Slopes is float[] slopes)
            bound *= Math.Max(1, 2 * Math.Abs(slopes[slopes.Length == 1 ? 0 : row / _layer.Phases]));
        if (_layer.WriteOut == WriteOut.Codes && !_layer.Sign)
            bound += Math.ScaleB(_layer.Output.LevelMax + 1, _layer.Output.ScaleExponents[row / _layer.Phases]);
        if (_layer.WriteOut == WriteOut.Threshold)
            bound += Math.Abs(_layer.Threshold);
        return bound;
    }

    private int WantedUnit(int row, List<Tap> taps)
    {
        int unit = taps.Count == 0 ? int.MaxValue : taps.Min(t => t.Exponent);
        foreach (Piece skip in _layer.Skips)
            unit = Math.Min(unit, skip.Tensor.ScaleExponents[skip.First + row]);
        if (_layer.WriteOut == WriteOut.Codes && !_layer.Sign)
            return Math.Min(unit, _layer.Output.ScaleExponents[row / _layer.Phases] - GuardBits);
        return unit == int.MaxValue ? -GuardBits : unit - GuardBits;
    }

    private void Finish(int row, TapRow made)
    {
        int unit = made.Unit;
        int channel = row / _layer.Phases;

        // What the range forces below the unit is dropped: less than half a unit each, far under the output's step.
        made.Taps.RemoveAll(t => t.Exponent < unit);
        double bias = _quantized.Bias[row];
        for (int i = 0; i < made.Taps.Count; i++)
        {
            Tap tap = made.Taps[i];
            int input = ChannelOf(row, tap.KernelIndex);
            double weight = Math.ScaleB(tap.Negative ? -1 : 1, tap.Exponent);
            bias += weight * ((_offset[input] * Math.ScaleB(1, -_scale[input])) - _zero[input]);
            made.Taps[i] = tap with { Exponent = tap.Exponent - unit };
        }

        made.SkipShifts = new int[_layer.Skips.Count];
        for (int s = 0; s < made.SkipShifts.Length; s++)
        {
            LoweredTensor skip = _layer.Skips[s].Tensor;
            int c = _layer.Skips[s].First + row;
            bias += OffsetOf(skip, c) - Math.ScaleB(skip.ZeroLevelOf(c), skip.ScaleExponents[c]);
            made.SkipShifts[s] = InRange(skip.ScaleExponents[c] - unit, "skip");
        }

        // Taps and skips sum to whole units, and so does every border between codes: with the bias rounded down a sum reaches a border just where the
        // real one does. Sums that leave as they are, or meet the irrational borders of log codes, take the nearest.
        bool compares = _layer.WriteOut is WriteOut.Codes or WriteOut.Threshold;
        if (_layer.WriteOut == WriteOut.Threshold)
            bias -= _layer.Threshold;
        made.Bias = (int)Math.Floor(Math.ScaleB(bias, -unit) + (compares && !_layer.Output.IsLog ? 0 : 0.5));
        switch (_layer.WriteOut)
        {
            case WriteOut.Codes when !_layer.Sign:
                FinishCodes(channel, made);
                break;
            case WriteOut.Codes or WriteOut.Threshold:
                // 1 where acc ≥ 0: (acc + 2^30) >> 30 is 1 there and 0 below.
                made.Shift = SumBitsMax;
                made.Post = 1 << SumBitsMax;
                made.High = 1;
                break;
        }
    }

    private void FinishCodes(int channel, TapRow made)
    {
        LoweredTensor output = _layer.Output;
        int step = output.ScaleExponents[channel];
        int zero = output.Zeros[channel];
        made.Shift = InRange(step - made.Unit, "output step");
        int codeMax = _layer.Grid?.MaximumCode ?? output.CodeMax;
        if (output.IsLog)
        {
            made.Low = LogGrids.CodeOf(output, _layer.Minimum);
            made.High = LogGrids.CodeOf(output, _layer.Maximum);
        }
        else
        {
            made.Post = (zero << made.Shift) + (made.Shift > 0 ? 1 << (made.Shift - 1) : 0);
            made.Low = CodeOf(_layer.Minimum, step, zero, codeMax);
            made.High = CodeOf(_layer.Maximum, step, zero, codeMax);
        }

        if (_layer.Slopes is not float[] slopes)
            return;
        float slope = slopes[slopes.Length == 1 ? 0 : channel];
        if (Array.TrueForAll(slopes, s => s == 0))
        {
            made.Low = Math.Max(made.Low, zero);
            return;
        }

        float rounded = TermTable.Nearest([slope], LayerCost.SlopeTermsMax)[0];
        Span<int> exponents = stackalloc int[16];
        Span<bool> negative = stackalloc bool[16];
        int terms = SignedPowers.Decompose(rounded, exponents, negative);
        made.Slope = [];
        for (int t = 0; t < terms; t++)
            if (exponents[t] >= -31)
                made.Slope.Add((-exponents[t], negative[t]));
    }

    private static int CodeOf(float bound, int step, int zero, int codeMax) =>
        (int)Math.Clamp(Math.Floor(Math.ScaleB((double)bound, -step) + 0.5) + zero, 0, codeMax);

    private int InRange(int shift, string what) =>
        shift is >= 0 and <= SumBitsMax
            ? shift
            : throw new BarrelException(
                LoweringErrors.Overflow, $"node '{_layer.Name}': {what} lies {shift} octaves above the sums' unit; 0 to {SumBitsMax} fit 32 bits");
}
