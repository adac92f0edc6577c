using System;
using System.Collections.Generic;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Steps of taps that are added in bytes and subtracted from the same bytes, which begin with as much as may be subtracted. Where there is room when an exponent
/// is done, the bytes are doubled and take the next one's taps, so that they go to 16 bits less often. Only what stands in them then must fit: on the way they are
/// exact modulo 256.
/// </summary>
internal sealed class ByteSteps
{
    public const int ByteMax = 255;

    /// <summary>A doubling costs as much as a tap, and shifting the 16-bit sums instead as much as two.</summary>
    private const int DoublingsMax = 2;

    private readonly List<int> _steps;
    private readonly List<int> _open = [];
    private readonly int _codeMax;
    private int _unit;
    private int _high;
    private int _exponent;
    private bool _joins;
    private long _bias;

    // Of the open bytes: taps in units of their exponent, and by how much what they began with was doubled.
    private int _openExponent;
    private int _plus;
    private int _minus;
    private int _doublings;

    /// <param name="steps">Are added to.</param>
    /// <param name="codeMax">Greatest code.</param>
    public ByteSteps(List<int> steps, int codeMax)
    {
        _steps = steps;
        _codeMax = codeMax;
    }

    /// <param name="unit">Exponent of the row's sums where they stay in 16 bits, else −1.</param>
    /// <param name="joins">Whether sums are added to those of a part before.</param>
    public void BeginRow(int unit, bool joins)
    {
        _unit = unit;
        _high = 0;
        _exponent = -1;
        _joins = joins;
        _bias = 0;
    }

    /// <summary>The next taps: exponents fall, and of one exponent those that are added come first.</summary>
    public void Add(int count, int exponent, bool negative)
    {
        while (count > 0)
        {
            if (_open.Count > 0 && (_openExponent - exponent > DoublingsMax || !Fits(_openExponent - exponent, negative)))
                End();
            if (_open.Count == 0)
            {
                _plus = _minus = _doublings = 0;
                _open.Add(0);
            }
            else if (exponent != _openExponent)
            {
                int doublings = _openExponent - exponent;
                _plus <<= doublings;
                _minus <<= doublings;
                _doublings += doublings;
                _open.Add(Im2colProgram.ContinueBit | (doublings << Im2colProgram.ShiftAt));
            }

            _openExponent = exponent;
            int taken = 0;
            for (; taken < count && Fits(0, negative); taken++)
            {
                if (negative)
                    _minus++;
                else
                    _plus++;
            }

            count -= taken;
            _open[^1] += negative ? taken << Im2colProgram.MinusAt : taken;
        }
    }

    public void EndRow()
    {
        if (_open.Count > 0)
            End();
        if (_unit < 0)
        {
            Move((int)_bias);
            return;
        }

        int shift = _exponent < 0 ? 0 : _exponent - _unit;
        _steps.Add(Im2colProgram.FlushBit | Im2colProgram.WordsBit | (_joins ? Im2colProgram.JoinBit : 0) | (shift << Im2colProgram.ShiftAt));
        _steps.Add((int)(_bias >> _unit));
    }

    /// <summary>Whether one more tap fits after so many more doublings.</summary>
    private bool Fits(int doublings, bool negative)
    {
        int plus = (_plus << doublings) + (negative ? 0 : 1);
        int minus = (_minus << doublings) + (negative ? 1 : 0);
        return (BeginOf(minus, _doublings + doublings) << (_doublings + doublings)) + (plus * _codeMax) <= ByteMax;
    }

    /// <summary>What bytes begin with so that, doubled, it is no less than what is subtracted.</summary>
    private int BeginOf(int minus, int doublings) => ((minus * _codeMax) + (1 << doublings) - 1) >> doublings;

    /// <summary>The open bytes go to the 16-bit sums, and these to 32 bits before where there is no room.</summary>
    private void End()
    {
        int begin = BeginOf(_minus, _doublings);
        int bias = begin << _doublings;
        int shift = _exponent < 0 ? 0 : _exponent - _openExponent;
        long high = ((long)_high << shift) + bias + (_plus * _codeMax);
        if (_unit < 0 && high > Im2colProgram.LaneMax)
        {
            Move(0);
            shift = 0;
            high = bias + (_plus * _codeMax);
        }

        _high = (int)Math.Min(high, int.MaxValue);
        _bias += (long)bias << _openExponent;
        _exponent = _openExponent;
        _open[0] |= (begin << Im2colProgram.BeginAt) | (shift << Im2colProgram.ShiftAt);
        _open[^1] |= Im2colProgram.EndBit;
        _steps.AddRange(_open);
        _open.Clear();
    }

    private void Move(int bias)
    {
        _steps.Add(Im2colProgram.FlushBit | Math.Max(_exponent, 0) | (_joins ? Im2colProgram.JoinBit : 0));
        _steps.Add(bias);
        _joins = true;
    }
}
