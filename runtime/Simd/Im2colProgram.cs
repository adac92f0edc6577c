using System.Collections.Generic;

namespace Barrel.Runtime.Simd;

/// <summary>
/// A layer's taps as <see cref="ByteTapSum{TLanes, TBytes, TWords, TInts}"/> and <see cref="WordTapSum{TLanes, TBytes, TWords, TInts}"/> want them: offsets
/// into the tile, and for each part of the cells and each row a list of steps, made by <see cref="ByteSteps"/> or <see cref="SignSteps"/>. A step is an int.
/// In bytes: how many taps are added in bits 0 to 7, how many then subtracted in bits 8 to 15; in bits 16 to 19 the shift of the 16-bit sums before them, or with
/// bit 21, which says that the bytes go on, how often those are doubled; with bit 23 the bytes then go to the 16-bit sums; in bits 24 to 31 what they begin with.
/// Where bytes have one sign, and in words: how many taps in bits 0 to 15, one at least, shift of the sums before them in bits 16 to 19, bit 31 where they are
/// subtracted.
/// With bit 22 it is a move of the 16-bit sums to 32 bits instead: shift of them in bits 0 to 4, and with bit 23 they are added to what was moved before.
/// With bit 24 they stay in 16 bits, shifted by bits 16 to 19. Every row ends with a move. Behind a move of bytes of both signs
/// lies how much too great it is.
/// </summary>
internal sealed class Im2colProgram
{
    public const int CountMask = 0xFFFF;
    public const int ByteCountMask = 0xFF;
    public const int MinusAt = 8;
    public const int ShiftAt = 16;
    public const int ShiftMask = 31;

    /// <summary>A shift by 16 and more leaves nothing, and never is: sums that it could push out of their lanes are moved before.</summary>
    public const int ShiftBits = 15 << ShiftAt;
    public const int ContinueBit = 1 << 21;
    public const int FlushBit = 1 << 22;

    /// <summary>Without <see cref="FlushBit"/>.</summary>
    public const int EndBit = 1 << 23;

    /// <summary>With <see cref="FlushBit"/>.</summary>
    public const int JoinBit = 1 << 23;

    /// <summary>With <see cref="FlushBit"/>: the sums stay in 16 bits; see <see cref="WordRows"/>.</summary>
    public const int WordsBit = 1 << 24;
    public const int BeginAt = 24;
    public const int SignAt = 31;

    /// <summary>Greatest sum of 16 bits that can be moved to 32.</summary>
    public const int LaneMax = 32767;

    /// <param name="taps">The layer's taps.</param>
    /// <param name="plan">Says where cells lie.</param>
    /// <param name="words">Say which rows stay in 16 bits: whatever overflows on the way, their sum does not.</param>
    /// <param name="codeMax">Greatest code or level of any input.</param>
    /// <param name="sumsBytes">Whether partial sums are mixed.</param>
    /// <param name="mixesSigns">Whether bytes take taps of both signs, and of several exponents: what then goes to 16 bits less often costs more to begin.</param>
    public Im2colProgram(TapList taps, Im2colPlan plan, WordRows words, int codeMax, bool sumsBytes, bool mixesSigns)
    {
        int rows = words.Has.Length;
        List<int> steps = [];
        ByteSteps mixed = new(steps, codeMax);
        SignSteps apart = new(steps, codeMax, sumsBytes ? ByteSteps.ByteMax / codeMax : CountMask);
        Offsets = new int[taps.Index.Length];
        FirstStep = new int[(rows * plan.Parts) + 1];
        FirstTap = new int[rows * plan.Parts];
        int[] next = taps.FirstTap[..^1];
        int tap = 0;
        int at = 0;
        for (int part = 0; part < plan.Parts; part++)
        {
            int endCell = plan.FirstCell(part + 1);
            for (int row = 0; row < rows; row++)
            {
                FirstStep[at] = steps.Count;
                FirstTap[at++] = tap;
                int unit = words.Has[row] ? words.Exponent[row] : -1;
                if (mixesSigns)
                    mixed.BeginRow(unit, part > 0);
                else
                    apart.BeginRow(unit);
                for (int run = taps.FirstRun[row]; run < taps.FirstRun[row + 1]; run++)
                {
                    // Taps of a run rise, so that those of a part lie together.
                    int first = tap;
                    for (int cell; next[run] < taps.FirstTap[run + 1] && (cell = taps.RankOf(taps.Index[next[run]])) < endCell; next[run]++)
                        Offsets[tap++] = plan.OffsetOf(cell, part);
                    if (mixesSigns)
                        mixed.Add(tap - first, taps.Exponent[run], taps.Negative[run]);
                    else
                        apart.Add(tap - first, taps.Exponent[run], taps.Negative[run]);
                }

                if (mixesSigns)
                    mixed.EndRow();
                else
                    apart.EndRow();
            }
        }

        FirstStep[at] = steps.Count;
        Steps = [.. steps];
    }

    /// <summary>Offsets of all taps, part after part and row after row, in the order of the steps.</summary>
    public int[] Offsets { get; }

    public int[] Steps { get; }

    /// <summary>[part][row]: its first step; one more entry at the end.</summary>
    public int[] FirstStep { get; }

    /// <summary>[part][row]: its first tap.</summary>
    public int[] FirstTap { get; }
}
