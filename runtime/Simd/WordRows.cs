using System;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Which rows of a layer are written out in 16 bits: those whose sums, with bias, skips and what the slopes make of them, provably fit, in units of
/// 2^Exponent. Where there is no slope nothing is lost by a unit of at most 2^Shift, because floor((x + floor(c / 2^m)) / 2^(s − m)) is
/// floor((2^m·x + c) / 2^s). That is half the vectors, and no move to 32 bits.
/// </summary>
internal sealed class WordRows
{
    private const int WordMax = 32767;

    private readonly Model _model;
    private readonly TapLayer _layer;
    private readonly int[] _levelMax = [];

    /// <param name="model">The model.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="taps">Its taps.</param>
    public WordRows(Model model, TapLayer layer, TapList taps)
        : this(model, layer)
    {
        _levelMax = LevelMax(model, layer);
        if (layer.Mode == AccumulatorLayer.ModeRaw || layer.Borders is not null)
            return;
        foreach (TapInput skip in layer.Skips)
            if (model.Tensors[skip.Tensor].IsLog)
                return;

        int least = ModelFormat.ExponentMax;
        for (int row = 0; row < layer.Rows; row++)
            least = Math.Min(least, UnitOfTaps(taps, row));
        bool isArgMax = layer.Mode == AccumulatorLayer.ModeArgMax;
        bool all = true;
        for (int row = 0; row < layer.Rows; row++)
        {
            HasSlope[row] = layer.SlopeCount is not null && SlopeCounts(layer, row, LeastSum(taps, row));
            Exponent[row] = isArgMax ? least : Unit(taps, row);
            Has[row] = Fits(taps, row);
            all &= Has[row];
        }

        // Channels can only be compared in one unit.
        if (isArgMax && !all)
            Array.Clear(Has);
        else if (isArgMax)
            SortByRest();
    }

    private WordRows(Model model, TapLayer layer)
    {
        _model = model;
        _layer = layer;
        Has = new bool[layer.Rows];
        HasSlope = new bool[layer.Rows];
        Array.Fill(HasSlope, layer.SlopeCount is not null);
        Exponent = new int[layer.Rows];
        Order = new int[layer.Rows];
        for (int row = 0; row < layer.Rows; row++)
            Order[row] = row;
    }

    /// <summary>For a layer whose sums all have 32 bits.</summary>
    public static WordRows None(Model model, TapLayer layer) => new(model, layer);

    /// <summary>[row]: whether its sums stay in 16 bits.</summary>
    public bool[] Has { get; }

    /// <summary>
    /// [row]: whether it makes a difference what its slope makes of sums below zero. Where that rounds to the least code at most, as it does where zero is the
    /// least code and the slope is positive, the clamp alone does the same.
    /// </summary>
    public bool[] HasSlope { get; }

    /// <summary>[row]: they are in units of two to it.</summary>
    public int[] Exponent { get; }

    /// <summary>
    /// The order in which rows are summed. Where the greatest channel is sought in 16 bits, what a bias has below the unit decides between equal sums:
    /// rows come in the order of that, and from the last channel to the first, so that the later one of equals always wins.
    /// </summary>
    public int[] Order { get; }

    private static int[] LevelMax(Model model, TapLayer layer)
    {
        int[] most = new int[layer.InputChannels];
        int channel = 0;
        foreach (TapInput input in layer.Inputs)
            for (int i = 0; i < input.Channels; i++)
                most[channel++] = model.Tensors[input.Tensor].LevelMax();
        return most;
    }

    private int Unit(TapList taps, int row) => HasSlope[row] ? 0 : Math.Min(UnitOfTaps(taps, row), _layer.Shift[row]);

    /// <summary>The least exponent of what is summed.</summary>
    private int UnitOfTaps(TapList taps, int row)
    {
        // Exponents of a row's runs fall; that of no taps is any.
        int last = taps.FirstRun[row + 1] - 1;
        int unit = last < taps.FirstRun[row] ? 31 : taps.Exponent[last];
        foreach (byte[] shifts in _layer.SkipShift)
            unit = Math.Min(unit, shifts[row]);
        return unit;
    }

    private long LeastSum(TapList taps, int row)
    {
        int area = _layer.KernelHeight * _layer.KernelWidth;
        long sum = _layer.Bias[row];
        for (int run = taps.FirstRun[row]; run < taps.FirstRun[row + 1]; run++)
            for (int tap = taps.FirstTap[run]; taps.Negative[run] && tap < taps.FirstTap[run + 1]; tap++)
                sum -= (long)_levelMax[taps.Index[tap] / area] << taps.Exponent[run];
        return sum;
    }

    private static bool SlopeCounts(TapLayer layer, int row, long least)
    {
        if (least >= 0)
            return false;
        long most = 0;
        for (int t = 0; t < layer.SlopeCount[row]; t++)
        {
            int term = layer.SlopeTerms[layer.SlopeFirst[row] + t];
            int shift = (term & 0x7F) - 32;
            if ((term & 0x80) != 0)
                most -= Part(least, shift);
            else
                most += Part(-1, shift);
        }

        long post = layer.Post[row];
        return Math.Max(most, -1) + post >> layer.Shift[row] > layer.Low[row] || least + post < int.MinValue;
    }

    private static long Part(long sum, int shift) => shift < 0 ? sum << -shift : sum >> shift;

    /// <summary>Whether the row's sums fit. What they are on the way need not, since they are exact modulo 2^16.</summary>
    private bool Fits(TapList taps, int row)
    {
        int area = _layer.KernelHeight * _layer.KernelWidth;
        long low = 0;
        long high = 0;
        for (int run = taps.FirstRun[row]; run < taps.FirstRun[row + 1]; run++)
        {
            long most = 0;
            for (int tap = taps.FirstTap[run]; tap < taps.FirstTap[run + 1]; tap++)
                most += _levelMax[taps.Index[tap] / area];
            most <<= taps.Exponent[run] - Exponent[row];
            if (taps.Negative[run])
                low -= most;
            else
                high += most;
        }

        for (int s = 0; s < _layer.Skips.Length; s++)
            if (_layer.SkipShift[s][row] != 255)
                high += (long)_model.Tensors[_layer.Skips[s].Tensor].LevelMax() << (_layer.SkipShift[s][row] - Exponent[row]);
        if (low < -WordMax || high > WordMax)
            return false;
        if (HasSlope[row])
            return ActivationFits(row, low + _layer.Bias[row], high + _layer.Bias[row]);
        long constant = ((long)_layer.Bias[row] + (_layer.Mode == AccumulatorLayer.ModeRequantize ? _layer.Post[row] : 0)) >> Exponent[row];
        return IsWord(constant) && IsWord(low + constant) && IsWord(high + constant);
    }

    private bool ActivationFits(int row, long low, long high)
    {
        if (!IsWord(low) || !IsWord(high) || !IsWord(_layer.Bias[row]))
            return false;
        long negative = Math.Min(low, 0);
        long plus = 0;
        long minus = 0;
        for (int t = 0; t < _layer.SlopeCount[row]; t++)
        {
            int term = _layer.SlopeTerms[_layer.SlopeFirst[row] + t];
            int shift = (term & 0x7F) - 32;
            long part = Part(negative, shift);
            if ((term & 0x80) != 0)
                minus -= part;
            else
                plus += part;
            if (!IsWord(part) || !IsWord(plus) || !IsWord(minus))
                return false;
        }

        return IsWord(_layer.Post[row]) && IsWord(plus + _layer.Post[row]) && IsWord(Math.Max(high, minus) + _layer.Post[row]);
    }

    private static bool IsWord(long value) => value is >= -WordMax and <= WordMax;

    private void SortByRest()
    {
        int unit = (1 << Exponent[0]) - 1;
        Array.Sort(Order, (a, b) =>
        {
            int rest = (_layer.Bias[a] & unit).CompareTo(_layer.Bias[b] & unit);
            return rest != 0 ? rest : b.CompareTo(a);
        });
    }
}
