using System;
using System.Collections.Generic;

namespace Barrel.Runtime.Simd;

/// <summary>
/// A layer's taps as <see cref="ByteTapSum{TLanes, TBytes, TWords, TInts}"/> and <see cref="WordTapSum{TLanes, TBytes, TWords, TInts}"/> want them: offsets
/// into the tile, and for each row a list of steps. A step is an int: how many taps in bits 0 to 15, one at least, shift of the 16-bit sums before them in
/// bits 16 to 20, bit 31 where they are subtracted. With bit 22 it is a move to 32 bits instead: shift of the result in bits 0 to 4, and with bit 23 the shift
/// in bits 5 to 9 of what was moved before. Every row ends with a move; with bit 24 its sums stay in 16 bits.
/// Steps are cut so that no lane can overflow: at most 255 / codeMax codes in a byte, |sum| at most 32,767 in 16 bits.
/// </summary>
internal sealed class Im2colProgram
{
    public const int CountMask = 0xFFFF;
    public const int ShiftAt = 16;
    public const int ShiftMask = 31;
    public const int ShiftBits = ShiftMask << ShiftAt;
    public const int JoinAt = 5;
    public const int FlushBit = 1 << 22;
    public const int JoinBit = 1 << 23;

    /// <summary>With <see cref="FlushBit"/>: the sums stay in 16 bits; see <see cref="WordRows"/>.</summary>
    public const int WordsBit = 1 << 24;
    public const int SignAt = 31;

    private const int LaneMax = 32767;

    private readonly List<int> _steps = [];
    private readonly int _codeMax;
    private int _low;
    private int _high;
    private int _exponent;
    private int _flushedAt;

    /// <param name="taps">The layer's taps.</param>
    /// <param name="plan">Says how large cells are.</param>
    /// <param name="codeMax">Greatest code or level of any input.</param>
    /// <param name="sumsBytes">Whether partial sums are bytes.</param>
    public Im2colProgram(TapList taps, Im2colPlan plan, int codeMax, bool sumsBytes)
    {
        _codeMax = codeMax;
        int addsMax = sumsBytes ? 255 / codeMax : CountMask;
        int rows = taps.FirstRun.Length - 1;
        Offsets = new int[taps.Index.Length];
        FirstStep = new int[rows + 1];
        FirstTap = new int[rows];
        int tap = 0;
        for (int row = 0; row < rows; row++)
        {
            FirstStep[row] = _steps.Count;
            FirstTap[row] = tap;
            _low = 0;
            _high = 0;
            _exponent = -1;
            _flushedAt = -1;
            for (int run = taps.FirstRun[row]; run < taps.FirstRun[row + 1]; run++)
            {
                int end = taps.FirstTap[run + 1];
                while (tap < end)
                {
                    int n = Step(Math.Min(end - tap, addsMax), taps.Exponent[run], taps.Negative[run]);
                    for (int i = 0; i < n; i++, tap++)
                        Offsets[tap] = plan.OffsetOf(taps.RankOf(taps.Index[tap]));
                }
            }

            Flush(_exponent < 0 ? 0 : _exponent);
        }

        FirstStep[rows] = _steps.Count;
        Steps = [.. _steps];
    }

    /// <summary>Offsets of all taps, row after row, in the order of the steps.</summary>
    public int[] Offsets { get; }

    public int[] Steps { get; }

    /// <summary>[row]: its first step; one more entry at the end.</summary>
    public int[] FirstStep { get; }

    /// <summary>[row]: its first tap.</summary>
    public int[] FirstTap { get; }

    /// <summary>Appends a step of up to so many taps of a run, and a move before it where they would not fit; returns how many.</summary>
    private int Step(int count, int exponent, bool negative)
    {
        int shift = _exponent < 0 ? 0 : _exponent - exponent;
        int room = negative ? LaneMax + Shifted(_low, shift) : LaneMax - Shifted(_high, shift);
        int fits = Shifted(_high, shift) > LaneMax || Shifted(_low, shift) < -LaneMax ? 0 : room / _codeMax;

        // Moving to 32 bits costs as much as some adds: worth it only when not even some of the run fits.
        if (fits == 0)
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
        _steps.Add(count | (shift << ShiftAt) | (negative ? 1 << SignAt : 0));
        return count;
    }

    private void Flush(int finalShift)
    {
        _steps.Add(FlushBit | finalShift | (_flushedAt < 0 ? 0 : JoinBit | ((_flushedAt - _exponent) << JoinAt)));
        _low = 0;
        _high = 0;
    }

    private static int Shifted(int value, int shift) => (int)Math.Clamp((long)value << shift, -0x3FFFFFFF, 0x3FFFFFFF);
}
