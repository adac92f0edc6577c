using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
                    ofRow.Add((plan.OffsetOf(taps.RankOf(taps.Index[tap]), 0), (taps.Exponent[run] - words.Exponent[row]) | (taps.Negative[run] ? int.MinValue : 0)));
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
    /// <param name="sums">Receives two planes for each vector.</param>
    public void Run<TLanes, TBytes, TWords, TInts>(int row, int vectors, ref byte source, ref int sums)
        where TLanes : ILanes<TBytes, TWords, TInts>
        where TBytes : struct
        where TWords : struct
        where TInts : struct
    {
        int first = _firstCell[row];
        int end = _firstCell[row + 1];
        for (; vectors > 1; vectors -= 2)
        {
            Run<TLanes, TBytes, TWords, TInts, TwoVectors>(first, end, ref source, ref sums);
            sums = ref Unsafe.Add(ref sums, TLanes.Count << 1);
            source = ref Unsafe.Add(ref source, TLanes.Count << 1);
        }

        if (vectors > 0)
            Run<TLanes, TBytes, TWords, TInts, OneVector>(first, end, ref source, ref sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Run<TLanes, TBytes, TWords, TInts, TBlock>(int first, int end, ref byte source, ref int sums)
        where TLanes : ILanes<TBytes, TWords, TInts>
        where TBytes : struct
        where TWords : struct
        where TInts : struct
        where TBlock : IBlockSize
    {
        ref int cells = ref MemoryMarshal.GetArrayDataReference(_cell);
        ref int terms = ref MemoryMarshal.GetArrayDataReference(_term);
        ref int firstTerms = ref MemoryMarshal.GetArrayDataReference(_firstTerm);
        int half = TLanes.Count >> 2;
        TWords a = default, b = default, c = default, d = default;
        int term = Unsafe.Add(ref firstTerms, first);
        for (int cell = first; cell < end; cell++)
        {
            ref byte at = ref Unsafe.Add(ref source, Unsafe.Add(ref cells, cell));
            TBytes codes = TLanes.LoadBytes(ref at);
            TWords p = TLanes.PlaneOfCodes(codes);
            TWords q = TLanes.SecondPlaneOfCodes(codes);
            codes = TBlock.Vectors > 1 ? TLanes.LoadBytes(ref Unsafe.Add(ref at, TLanes.Count)) : default;
            TWords r = TLanes.PlaneOfCodes(codes);
            TWords s = TLanes.SecondPlaneOfCodes(codes);
            int termEnd = Unsafe.Add(ref firstTerms, cell + 1);
            for (; term < termEnd; term++)
            {
                int shift = Unsafe.Add(ref terms, term);
                TWords e = TLanes.ShiftLeft(p, shift & Im2colProgram.ShiftMask);
                TWords f = TLanes.ShiftLeft(q, shift & Im2colProgram.ShiftMask);
                TWords g = TLanes.ShiftLeft(r, shift & Im2colProgram.ShiftMask);
                TWords h = TLanes.ShiftLeft(s, shift & Im2colProgram.ShiftMask);
                if (shift < 0)
                {
                    a = TLanes.Subtract(a, e);
                    b = TLanes.Subtract(b, f);
                    if (TBlock.Vectors > 1)
                    {
                        c = TLanes.Subtract(c, g);
                        d = TLanes.Subtract(d, h);
                    }
                }
                else
                {
                    a = TLanes.Add(a, e);
                    b = TLanes.Add(b, f);
                    if (TBlock.Vectors > 1)
                    {
                        c = TLanes.Add(c, g);
                        d = TLanes.Add(d, h);
                    }
                }
            }
        }

        TLanes.StoreInts(TLanes.AsInts(a), ref sums);
        TLanes.StoreInts(TLanes.AsInts(b), ref Unsafe.Add(ref sums, half));
        if (TBlock.Vectors > 1)
        {
            ref int second = ref Unsafe.Add(ref sums, TLanes.Count);
            TLanes.StoreInts(TLanes.AsInts(c), ref second);
            TLanes.StoreInts(TLanes.AsInts(d), ref Unsafe.Add(ref second, half));
        }
    }
}
