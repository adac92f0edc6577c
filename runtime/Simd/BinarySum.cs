using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Counts in how many bits cells differ from weights. A cell is a block of vectors; a lane of it has a few bits, of one position's channels or of one
/// row's weights, and all of it is compared with the same few bits, whose operand is one load. Counts are added in bytes and widened before they overflow.
/// </summary>
internal static class BinarySum<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    /// <summary>Two rows of bits at once, so that a cell is loaded once for both.</summary>
    /// <param name="cell">The first cell, each of as many vectors as the block has.</param>
    /// <param name="bits">A row's bits, a byte a cell.</param>
    /// <param name="rowBytes">From a row's bits to the second one's; 0 if there is but one.</param>
    /// <param name="cells">How many.</param>
    /// <param name="sums">Receives for each row and vector the counts of even lanes, then of odd ones, 16 bits each.</param>
    public static void Run<TBlock>(ref byte cell, ref byte bits, int rowBytes, int cells, ref byte sums)
        where TBlock : IBlockSize
    {
        ref byte operands = ref BinaryTables<TLanes, TBytes, TWords, TInts>.Start;
        int vector = TLanes.Count;
        int most = TLanes.CellBits == 4 ? 63 : TLanes.CellBits == 6 ? 42 : 31;
        bool isFirst = true;
        while (cells > 0)
        {
            int count = cells < most ? cells : most;
            cells -= count;
            ref byte end = ref Unsafe.Add(ref bits, count);
            TBytes a = default, b = default, c = default, d = default, p = default, q = default, r = default, s = default;
            if (rowBytes == 0)
            {
                for (; Unsafe.IsAddressLessThan(ref bits, ref end); bits = ref Unsafe.Add(ref bits, 1))
                {
                    TBytes first = TLanes.LoadBytes(ref Unsafe.Add(ref operands, bits << TLanes.CountLog2));
                    a = TLanes.Add(a, TLanes.CountDifferent(first, TLanes.LoadBytes(ref cell)));
                    if (TBlock.Vectors > 1)
                        b = TLanes.Add(b, TLanes.CountDifferent(first, TLanes.LoadBytes(ref Unsafe.Add(ref cell, vector))));
                    if (TBlock.Vectors > 2)
                    {
                        c = TLanes.Add(c, TLanes.CountDifferent(first, TLanes.LoadBytes(ref Unsafe.Add(ref cell, vector + vector))));
                        d = TLanes.Add(d, TLanes.CountDifferent(first, TLanes.LoadBytes(ref Unsafe.Add(ref cell, vector + vector + vector))));
                    }

                    cell = ref Next<TBlock>(ref cell);
                }
            }
            else
            {
                for (; Unsafe.IsAddressLessThan(ref bits, ref end); bits = ref Unsafe.Add(ref bits, 1))
                {
                    TBytes first = TLanes.LoadBytes(ref Unsafe.Add(ref operands, bits << TLanes.CountLog2));
                    TBytes second = TLanes.LoadBytes(ref Unsafe.Add(ref operands, Unsafe.Add(ref bits, rowBytes) << TLanes.CountLog2));
                    TBytes x = TLanes.LoadBytes(ref cell);
                    a = TLanes.Add(a, TLanes.CountDifferent(first, x));
                    p = TLanes.Add(p, TLanes.CountDifferent(second, x));
                    if (TBlock.Vectors > 1)
                    {
                        x = TLanes.LoadBytes(ref Unsafe.Add(ref cell, vector));
                        b = TLanes.Add(b, TLanes.CountDifferent(first, x));
                        q = TLanes.Add(q, TLanes.CountDifferent(second, x));
                    }

                    if (TBlock.Vectors > 2)
                    {
                        x = TLanes.LoadBytes(ref Unsafe.Add(ref cell, vector + vector));
                        c = TLanes.Add(c, TLanes.CountDifferent(first, x));
                        r = TLanes.Add(r, TLanes.CountDifferent(second, x));
                        x = TLanes.LoadBytes(ref Unsafe.Add(ref cell, vector + vector + vector));
                        d = TLanes.Add(d, TLanes.CountDifferent(first, x));
                        s = TLanes.Add(s, TLanes.CountDifferent(second, x));
                    }

                    cell = ref Next<TBlock>(ref cell);
                }
            }

            ref byte sum = ref sums;
            sum = ref FlushRow<TBlock>(ref sum, a, b, c, d, isFirst);
            if (rowBytes != 0)
                FlushRow<TBlock>(ref sum, p, q, r, s, isFirst);
            isFirst = false;
        }
    }

    /// <summary>Eight rows of bits and one vector a cell, for layers of few positions: their tile does not stay in the first-level cache.</summary>
    /// <param name="cell">The first cell.</param>
    /// <param name="bits">The first row's bits, a byte a cell; the other rows follow.</param>
    /// <param name="cells">How many.</param>
    /// <param name="sums">Receives for each row the counts of even lanes, then of odd ones, 16 bits each.</param>
    public static void RunEightRows(ref byte cell, ref byte bits, int cells, ref byte sums)
    {
        ref byte operands = ref BinaryTables<TLanes, TBytes, TWords, TInts>.Start;
        int most = TLanes.CellBits == 4 ? 63 : TLanes.CellBits == 6 ? 42 : 31;
        nint row = cells;
        bool isFirst = true;
        while (cells > 0)
        {
            int count = cells < most ? cells : most;
            cells -= count;
            ref byte end = ref Unsafe.Add(ref bits, count);
            TBytes a = default, b = default, c = default, d = default, p = default, q = default, r = default, s = default;
            for (; Unsafe.IsAddressLessThan(ref bits, ref end); bits = ref Unsafe.Add(ref bits, 1))
            {
                TBytes x = TLanes.LoadBytes(ref cell);
                ref byte other = ref Unsafe.Add(ref bits, row << 2);
                a = Count(a, ref operands, bits, x);
                b = Count(b, ref operands, Unsafe.Add(ref bits, row), x);
                c = Count(c, ref operands, Unsafe.Add(ref bits, row << 1), x);
                d = Count(d, ref operands, Unsafe.Add(ref other, -row), x);
                p = Count(p, ref operands, other, x);
                q = Count(q, ref operands, Unsafe.Add(ref other, row), x);
                r = Count(r, ref operands, Unsafe.Add(ref other, row << 1), x);
                s = Count(s, ref operands, Unsafe.Add(ref other, (row << 1) + row), x);
                cell = ref Unsafe.Add(ref cell, TLanes.Count);
            }

            FlushRow<FourVectors>(ref FlushRow<FourVectors>(ref sums, a, b, c, d, isFirst), p, q, r, s, isFirst);
            isFirst = false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TBytes Count(TBytes counts, ref byte operands, byte bits, TBytes cell) =>
        TLanes.Add(counts, TLanes.CountDifferent(TLanes.LoadBytes(ref Unsafe.Add(ref operands, bits << TLanes.CountLog2)), cell));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte Next<TBlock>(ref byte cell)
        where TBlock : IBlockSize => ref Unsafe.Add(ref cell, TBlock.Vectors << TLanes.CountLog2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte FlushRow<TBlock>(ref byte sums, TBytes a, TBytes b, TBytes c, TBytes d, bool isFirst)
        where TBlock : IBlockSize
    {
        sums = ref Flush(ref sums, a, isFirst);
        if (TBlock.Vectors > 1)
            sums = ref Flush(ref sums, b, isFirst);
        if (TBlock.Vectors > 2)
        {
            sums = ref Flush(ref sums, c, isFirst);
            sums = ref Flush(ref sums, d, isFirst);
        }

        return ref sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte Flush(ref byte sums, TBytes counts, bool isFirst)
    {
        ref byte odds = ref Unsafe.Add(ref sums, TLanes.Count);
        TWords both = TLanes.AsWords(counts);
        TWords odd = TLanes.ShiftRightLogical(both, 8);
        TWords even = TLanes.Subtract(both, TLanes.ShiftLeft(odd, 8));
        if (!isFirst)
        {
            even = TLanes.Add(even, TLanes.AsWords(TLanes.LoadBytes(ref sums)));
            odd = TLanes.Add(odd, TLanes.AsWords(TLanes.LoadBytes(ref odds)));
        }

        TLanes.StoreBytes(TLanes.AsBytes(even), ref sums);
        TLanes.StoreBytes(TLanes.AsBytes(odd), ref odds);
        return ref Unsafe.Add(ref odds, TLanes.Count);
    }
}
