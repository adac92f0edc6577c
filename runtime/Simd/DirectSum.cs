using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Sums rows of few taps, such as those that scale a channel, straight from the arena in 16 bits: a vector of codes is told apart once for all taps of its
/// channel. Only for <see cref="WordRows"/>: whatever overflows on the way, the sum does not, so that it is exact.
/// </summary>
internal sealed class DirectSum
{
    private readonly int[] _firstCell;
    private readonly int[] _cell;
    private readonly int[] _firstTerm;
    private readonly int[] _term;

    /// <param name="taps">The layer's taps.</param>
    /// <param name="plan">A direct one.</param>
    /// <param name="words">Say in which units sums are.</param>
    public DirectSum(TapList taps, Im2colPlan plan, WordRows words)
    {
        int rows = words.Has.Length;
        List<int> cells = [];
        List<int> firstTerm = [];
        List<int> terms = [];
        List<(int Offset, int Term)> ofRow = [];
        _firstCell = new int[rows + 1];
        for (int row = 0; row < rows; row++)
        {
            ofRow.Clear();
            for (int run = taps.FirstRun[row]; words.Has[row] && run < taps.FirstRun[row + 1]; run++)
                for (int tap = taps.FirstTap[run]; tap < taps.FirstTap[run + 1]; tap++)
                    ofRow.Add((plan.OffsetOf(taps.RankOf(taps.Index[tap])), (taps.Exponent[run] - words.Exponent[row]) | (taps.Negative[run] ? int.MinValue : 0)));
            ofRow.Sort();
            for (int i = 0; i < ofRow.Count; i++)
            {
                if (i == 0 || ofRow[i].Offset != ofRow[i - 1].Offset)
                {
                    cells.Add(ofRow[i].Offset);
                    firstTerm.Add(terms.Count);
                }

                terms.Add(ofRow[i].Term);
            }

            _firstCell[row + 1] = cells.Count;
        }

        firstTerm.Add(terms.Count);
        _cell = [.. cells];
        _firstTerm = [.. firstTerm];
        _term = [.. terms];
    }

    /// <param name="row">One that <see cref="WordRows.Has"/>.</param>
    /// <param name="vectors">How many.</param>
    /// <param name="source">The arena at the block's first position.</param>
    /// <param name="sums">Receives two planes for each vector: sums of even positions, and of odd ones.</param>
    public void Run<TLanes, TBytes, TWords, TInts>(int row, int vectors, ref byte source, ref int sums)
        where TLanes : ILanes<TBytes, TWords, TInts>
        where TBytes : struct
        where TWords : struct
        where TInts : struct
    {
        int first = _firstCell[row];
        int end = _firstCell[row + 1];
        for (int v = 0; v < vectors; v++)
        {
            TWords even = default;
            TWords odd = default;
            int term = _firstTerm[first];
            for (int cell = first; cell < end; cell++)
            {
                TWords codes = TLanes.AsWords(TLanes.LoadBytes(ref Unsafe.Add(ref source, _cell[cell])));
                TWords e = TLanes.ShiftRightLogical(TLanes.ShiftLeft(codes, 8), 8);
                TWords o = TLanes.ShiftRightLogical(codes, 8);
                for (; term < _firstTerm[cell + 1]; term++)
                {
                    int shift = _term[term];
                    TWords p = TLanes.ShiftLeft(e, shift & Im2colProgram.ShiftMask);
                    TWords q = TLanes.ShiftLeft(o, shift & Im2colProgram.ShiftMask);
                    even = shift < 0 ? TLanes.Subtract(even, p) : TLanes.Add(even, p);
                    odd = shift < 0 ? TLanes.Subtract(odd, q) : TLanes.Add(odd, q);
                }
            }

            TLanes.StoreInts(TLanes.AsInts(even), ref sums);
            TLanes.StoreInts(TLanes.AsInts(odd), ref Unsafe.Add(ref sums, TLanes.Count >> 2));
            sums = ref Unsafe.Add(ref sums, TLanes.Count);
            source = ref Unsafe.Add(ref source, TLanes.Count);
        }
    }
}
