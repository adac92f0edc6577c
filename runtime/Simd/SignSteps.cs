using System;
using System.Collections.Generic;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Steps of taps of one exponent and sign, which are added to 16-bit sums one by one or as many as fit a byte, cut so that |sum| is at most 32,767 wherever it
/// moves to 32 bits.
/// </summary>
internal sealed class SignSteps
{
    private readonly List<int> _steps;
    private readonly int _codeMax;
    private readonly int _addsMax;
    private int _unit;
    private int _low;
    private int _high;
    private int _exponent;
    private bool _joins;

    /// <param name="steps">Are added to.</param>
    /// <param name="codeMax">Greatest code or level.</param>
    /// <param name="addsMax">Taps of a step.</param>
    public SignSteps(List<int> steps, int codeMax, int addsMax)
    {
        _addsMax = addsMax;
        _steps = steps;
        _codeMax = codeMax;
    }

    /// <param name="unit">Exponent of the row's sums where they stay in 16 bits, else −1.</param>
    public void BeginRow(int unit)
    {
        _unit = unit;
        _low = 0;
        _high = 0;
        _exponent = -1;
        _joins = false;
    }

    /// <summary>The next taps; exponents fall.</summary>
    public void Add(int count, int exponent, bool negative)
    {
        while (count > 0)
            count -= Step(Math.Min(count, _addsMax), exponent, negative);
    }

    public void EndRow()
    {
        if (_unit < 0)
            Move();
        else
            _steps.Add(Im2colProgram.FlushBit | Im2colProgram.WordsBit | (_exponent < 0 ? 0 : (_exponent - _unit) << Im2colProgram.ShiftAt));
    }

    /// <summary>Appends a step of up to so many taps, and a move before it where they would not fit; returns how many.</summary>
    private int Step(int count, int exponent, bool negative)
    {
        int shift = _exponent < 0 ? 0 : _exponent - exponent;
        if (_unit < 0)
        {
            int room = negative ? Im2colProgram.LaneMax + Shifted(_low, shift) : Im2colProgram.LaneMax - Shifted(_high, shift);
            int fits = Shifted(_high, shift) > Im2colProgram.LaneMax || Shifted(_low, shift) < -Im2colProgram.LaneMax ? 0 : room / _codeMax;

            // Moving to 32 bits costs as much as some adds: worth it only when not even some of the run fits.
            if (fits == 0)
            {
                Move();
                shift = 0;
                fits = Im2colProgram.LaneMax / _codeMax;
            }

            count = Math.Min(count, fits);
            _low = Shifted(_low, shift);
            _high = Shifted(_high, shift);
            if (negative)
                _low -= count * _codeMax;
            else
                _high += count * _codeMax;
        }

        _exponent = exponent;
        _steps.Add(count | (shift << Im2colProgram.ShiftAt) | (negative ? 1 << Im2colProgram.SignAt : 0));
        return count;
    }

    private void Move()
    {
        _steps.Add(Im2colProgram.FlushBit | Math.Max(_exponent, 0) | (_joins ? Im2colProgram.JoinBit : 0));
        _joins = true;
        _low = 0;
        _high = 0;
    }

    private static int Shifted(int value, int shift) => (int)Math.Clamp((long)value << shift, -0x3FFFFFFF, 0x3FFFFFFF);
}
