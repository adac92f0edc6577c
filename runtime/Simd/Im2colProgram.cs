using System;
using System.Collections.Generic;

namespace Barrel.Runtime.Simd;

/// <summary>
/// A layer's taps as <see cref="ByteTapSum{TLanes, TBytes, TWords, TInts}"/> and <see cref="WordTapSum{TLanes, TBytes, TWords, TInts}"/> want them: offsets into the tile, and for each row a list of steps. A step is
/// an int: how many taps in bits 0 to 15, shift of the 16-bit sums before them in bits 16 to 20, bit 31 where they are subtracted. With bit 22 it is a move
/// to 32 bits instead: shift of the result in bits 0 to 4, and with bit 23 the shift in bits 16 to 20 of what was moved before; the int behind it is
/// what complements added to the 16-bit sums, those of even positions in the lower half. Every row ends with a move.
/// Steps are cut so that no lane can overflow: at most 255 / codeMax codes in a byte, |sum| at most 32,767 in 16 bits.
/// </summary>
internal sealed class Im2colProgram
{
    public const int CountMask = 0xFFFF;
    public const int ShiftAt = 16;
    public const int ShiftMask = 31;
    public const int ShiftBits = ShiftMask << ShiftAt;
    public const int FlushBit = 1 << 22;
    public const int JoinBit = 1 << 23;
    public const int SignAt = 31;

    private const int LaneMax = 32767;

    // In quarters of a cycle, measured on x64: a tap takes two for each vector, a step so many besides, and one of a length that was not to be expected more.
    private const int VectorCost = 2;
    private const int StepCost = 8;
    private const int SurpriseCost = 40;
    private const int LengthMax = 16;

    private readonly List<int> _steps = [];
    private readonly bool _sumsBytes;
    private readonly bool _branches;
    private readonly bool _holdsLevels;
    private readonly int _codeMax;
    private int _offsetCount;
    private int _low;
    private int _high;
    private int _exponent;
    private int _flushedAt;
    private bool _negated;
    private int _constant;

    /// <param name="taps">The layer's taps.</param>
    /// <param name="plan">Says how large cells are.</param>
    /// <param name="codeMax">Greatest code or level of any input.</param>
    /// <param name="sumsBytes">Whether partial sums are bytes.</param>
    /// <param name="branches">Whether the sums branch on a step's sign and length. Else negative steps are added as complements and steps have one length.</param>
    public Im2colProgram(TapList taps, Im2colPlan plan, int codeMax, bool sumsBytes, bool branches)
    {
        _codeMax = codeMax;
        _sumsBytes = sumsBytes;
        _branches = branches;
        _holdsLevels = plan.HoldsLevels;
        int addsMax = sumsBytes ? 255 / codeMax : CountMask;
        int length = sumsBytes && !branches ? BestLength(taps, addsMax, plan.BlockVectors) : 0;
        if (length > 0)
            taps = taps.Fill(length);
        int rows = taps.FirstRun.Length - 1;
        Offsets = new int[taps.Index.Length];
        FirstStep = new int[rows + 1];
        FirstTap = new int[rows];
        int tap = 0;
        for (int row = 0; row < rows; row++)
        {
            FirstStep[row] = _steps.Count;
            FirstTap[row] = _offsetCount;
            _low = 0;
            _high = 0;
            _exponent = -1;
            _flushedAt = -1;
            _negated = false;
            _constant = 0;
            for (int run = taps.FirstRun[row]; run < taps.FirstRun[row + 1]; run++)
            {
                int end = taps.FirstTap[run + 1];
                while (tap < end)
                {
                    int n = Step(Math.Min(end - tap, length > 0 ? length : addsMax), taps.Exponent[run], taps.Negative[run], length);
                    for (int i = 0; i < n; i++)
                        Append(taps.RankOf(taps.Index[tap++]) * plan.CellBytes);
                    for (int i = n; i < length; i++)
                        Append(plan.NothingOffset);
                }
            }

            Flush(_exponent < 0 ? 0 : _exponent);
        }

        FirstStep[rows] = _steps.Count;
        Steps = [.. _steps];
        if (_offsetCount < Offsets.Length)
            Offsets = Offsets.AsSpan(0, _offsetCount).ToArray();
    }

    /// <summary>Offsets of all taps, row after row, in the order of the steps.</summary>
    public int[] Offsets { get; private set; }

    public int[] Steps { get; }

    /// <summary>[row]: its first step; one more entry at the end.</summary>
    public int[] FirstStep { get; }

    /// <summary>[row]: its first tap.</summary>
    public int[] FirstTap { get; }

    /// <summary>
    /// Taps of every step, the last of a run filled up with taps of nothing, or 0 for as many as there are: a loop that always runs as often is one that the
    /// processor predicts.
    /// </summary>
    private static int BestLength(TapList taps, int addsMax, int vectors)
    {
        int best = 0;
        long least = long.MaxValue;
        for (int length = 0; length <= Math.Min(addsMax, LengthMax); length = length == 0 ? 2 : length << 1)
        {
            (long adds, long steps) = taps.CountFilled(length, addsMax);
            long cost = (adds * VectorCost * vectors) + (steps * ((StepCost * vectors) + (length == 0 ? SurpriseCost : 0)));
            if (cost < least && adds <= 2L * taps.Index.Length)
                (least, best) = (cost, length);
        }

        return best;
    }

    /// <summary>Appends a step of up to so many taps of a run, and a move before it where they would not fit; returns how many.</summary>
    private int Step(int count, int exponent, bool negative, int length)
    {
        int shift = _exponent < 0 ? 0 : _exponent - exponent;
        int room = negative ? LaneMax + Shifted(_low, shift) : LaneMax - Shifted(_high, shift);
        int fits = Shifted(_high, shift) > LaneMax || Shifted(_low, shift) < -LaneMax ? 0 : room / _codeMax;

        // Moving to 32 bits costs as much as some adds: worth it only when not even some of the run fits.
        if (fits == 0 || (length > 0 && fits < count))
        {
            Flush(0);
            _flushedAt = _exponent;
            shift = 0;
            fits = LaneMax / _codeMax;
        }

        count = Math.Min(count, fits);
        _low = Shifted(_low, shift);
        _high = Shifted(_high, shift);
        if (negative)
            _low -= count * _codeMax;
        else
            _high += count * _codeMax;
        _exponent = exponent;
        Add(Math.Max(count, length), shift, negative);
        return count;
    }

    private void Add(int count, int shift, bool negative)
    {
        _constant <<= shift;
        bool complement = negative;
        if (_branches)
        {
            // Subtracted as it is: there is nothing to correct.
        }
        else if (_sumsBytes)
        {
            if (negative)
                _constant += 255;
        }
        else
        {
            complement = negative != _negated;
            _negated = negative;
            if (complement)
                _constant = ~_constant;
        }

        _steps.Add(count | (shift << ShiftAt) | (complement ? 1 << SignAt : 0));
    }

    private void Flush(int finalShift)
    {
        if (_negated)
            Add(0, 0, false);
        int even = _sumsBytes || _holdsLevels ? _constant : _constant - (_constant << 8);
        _steps.Add(FlushBit | finalShift | (_flushedAt < 0 ? 0 : JoinBit | ((_flushedAt - _exponent) << ShiftAt)));
        _steps.Add((even & 0xFFFF) | (_constant << 16));
        _constant = 0;
        _low = 0;
        _high = 0;
    }

    private void Append(int offset)
    {
        if (_offsetCount == Offsets.Length)
        {
            int[] longer = new int[(_offsetCount * 2) + 16];
            Offsets.CopyTo(longer, 0);
            Offsets = longer;
        }

        Offsets[_offsetCount++] = offset;
    }

    private static int Shifted(int value, int shift) => (int)Math.Clamp((long)value << shift, -0x3FFFFFFF, 0x3FFFFFFF);
}
