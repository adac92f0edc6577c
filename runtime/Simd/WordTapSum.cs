using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Sums the taps of a row over a block of positions, each as it is read: codes of which no two fit a byte, and levels. There are two sums of words for each
/// vector.
/// </summary>
internal static class WordTapSum<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    /// <param name="tile">The tile; every tap is an offset into it, checked by the loader.</param>
    /// <param name="tap">The row's first tap.</param>
    /// <param name="step">The row's first step.</param>
    /// <param name="stepEnd">Behind its last.</param>
    /// <param name="sums">Receives planes for each vector.</param>
    public static void Run<TBlock, TKind>(ref byte tile, ref int tap, ref int step, ref int stepEnd, ref int sums)
        where TBlock : IBlockSize
        where TKind : ITileKind
    {
        int log2 = TLanes.CountLog2;
        TWords a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        TWords b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
        while (Unsafe.IsAddressLessThan(ref step, ref stepEnd))
        {
            int s = step;
            step = ref Unsafe.Add(ref step, 1);
            if ((s & Im2colProgram.ShiftBits) != 0)
            {
                int shift = (s & Im2colProgram.ShiftBits) >> Im2colProgram.ShiftAt;
                a0 = TLanes.ShiftLeft(a0, shift);
                b0 = TLanes.ShiftLeft(b0, shift);
                if (TBlock.Vectors > 1)
                {
                    a1 = TLanes.ShiftLeft(a1, shift);
                    b1 = TLanes.ShiftLeft(b1, shift);
                }

                if (TBlock.Vectors > 2)
                {
                    a2 = TLanes.ShiftLeft(a2, shift);
                    b2 = TLanes.ShiftLeft(b2, shift);
                    a3 = TLanes.ShiftLeft(a3, shift);
                    b3 = TLanes.ShiftLeft(b3, shift);
                }

                if (TBlock.Vectors > 4)
                {
                    a4 = TLanes.ShiftLeft(a4, shift);
                    b4 = TLanes.ShiftLeft(b4, shift);
                    a5 = TLanes.ShiftLeft(a5, shift);
                    b5 = TLanes.ShiftLeft(b5, shift);
                    a6 = TLanes.ShiftLeft(a6, shift);
                    b6 = TLanes.ShiftLeft(b6, shift);
                    a7 = TLanes.ShiftLeft(a7, shift);
                    b7 = TLanes.ShiftLeft(b7, shift);
                }
            }

            if ((s & Im2colProgram.FlushBit) != 0)
            {
                if ((s & Im2colProgram.WordsBit) != 0)
                {
                    SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<TKind>(a0, b0, s, 0, ref sums);
                    if (TBlock.Vectors > 1)
                        SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<TKind>(a1, b1, s, 0, ref Unsafe.Add(ref sums, 1 << log2));
                    if (TBlock.Vectors > 2)
                    {
                        SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<TKind>(a2, b2, s, 0, ref Unsafe.Add(ref sums, 2 << log2));
                        SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<TKind>(a3, b3, s, 0, ref Unsafe.Add(ref sums, 3 << log2));
                    }

                    if (TBlock.Vectors > 4)
                    {
                        SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<TKind>(a4, b4, s, 0, ref Unsafe.Add(ref sums, 4 << log2));
                        SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<TKind>(a5, b5, s, 0, ref Unsafe.Add(ref sums, 5 << log2));
                        SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<TKind>(a6, b6, s, 0, ref Unsafe.Add(ref sums, 6 << log2));
                        SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<TKind>(a7, b7, s, 0, ref Unsafe.Add(ref sums, 7 << log2));
                    }
                    return;
                }

                SumFlush<TLanes, TBytes, TWords, TInts>.Flush<TKind>(a0, b0, s, 0, ref sums);
                if (TBlock.Vectors > 1)
                    SumFlush<TLanes, TBytes, TWords, TInts>.Flush<TKind>(a1, b1, s, 0, ref Unsafe.Add(ref sums, 1 << log2));
                if (TBlock.Vectors > 2)
                {
                    SumFlush<TLanes, TBytes, TWords, TInts>.Flush<TKind>(a2, b2, s, 0, ref Unsafe.Add(ref sums, 2 << log2));
                    SumFlush<TLanes, TBytes, TWords, TInts>.Flush<TKind>(a3, b3, s, 0, ref Unsafe.Add(ref sums, 3 << log2));
                }

                if (TBlock.Vectors > 4)
                {
                    SumFlush<TLanes, TBytes, TWords, TInts>.Flush<TKind>(a4, b4, s, 0, ref Unsafe.Add(ref sums, 4 << log2));
                    SumFlush<TLanes, TBytes, TWords, TInts>.Flush<TKind>(a5, b5, s, 0, ref Unsafe.Add(ref sums, 5 << log2));
                    SumFlush<TLanes, TBytes, TWords, TInts>.Flush<TKind>(a6, b6, s, 0, ref Unsafe.Add(ref sums, 6 << log2));
                    SumFlush<TLanes, TBytes, TWords, TInts>.Flush<TKind>(a7, b7, s, 0, ref Unsafe.Add(ref sums, 7 << log2));
                }

                a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = default;
                b0 = b1 = b2 = b3 = b4 = b5 = b6 = b7 = default;
                continue;
            }

            int left = s & Im2colProgram.CountMask;
            if (s < 0)
            {
                do
                {
                    nuint offset = (uint)tap;
                    tap = ref Unsafe.Add(ref tap, 1);
                    ref byte source = ref Unsafe.Add(ref tile, offset);
                    Subtract<TKind>(ref source, 0, ref a0, ref b0);
                    if (TBlock.Vectors > 1)
                        Subtract<TKind>(ref source, 1, ref a1, ref b1);
                    if (TBlock.Vectors > 2)
                    {
                        Subtract<TKind>(ref source, 2, ref a2, ref b2);
                        Subtract<TKind>(ref source, 3, ref a3, ref b3);
                    }

                    if (TBlock.Vectors > 4)
                    {
                        Subtract<TKind>(ref source, 4, ref a4, ref b4);
                        Subtract<TKind>(ref source, 5, ref a5, ref b5);
                        Subtract<TKind>(ref source, 6, ref a6, ref b6);
                        Subtract<TKind>(ref source, 7, ref a7, ref b7);
                    }
                }
                while (--left != 0);

                continue;
            }

            do
            {
                nuint offset = (uint)tap;
                tap = ref Unsafe.Add(ref tap, 1);
                ref byte source = ref Unsafe.Add(ref tile, offset);
                Add<TKind>(ref source, 0, ref a0, ref b0);
                if (TBlock.Vectors > 1)
                    Add<TKind>(ref source, 1, ref a1, ref b1);
                if (TBlock.Vectors > 2)
                {
                    Add<TKind>(ref source, 2, ref a2, ref b2);
                    Add<TKind>(ref source, 3, ref a3, ref b3);
                }

                if (TBlock.Vectors > 4)
                {
                    Add<TKind>(ref source, 4, ref a4, ref b4);
                    Add<TKind>(ref source, 5, ref a5, ref b5);
                    Add<TKind>(ref source, 6, ref a6, ref b6);
                    Add<TKind>(ref source, 7, ref a7, ref b7);
                }
            }
            while (--left != 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TKind>(ref byte source, int index, ref TWords first, ref TWords second)
        where TKind : ITileKind
    {
        if (TKind.HoldsLevels)
        {
            ref byte even = ref Unsafe.Add(ref source, index << TLanes.CountLog2 << 1);
            first = TLanes.Add(first, TLanes.AsWords(TLanes.LoadBytes(ref even)));
            second = TLanes.Add(second, TLanes.AsWords(TLanes.LoadBytes(ref Unsafe.Add(ref even, TLanes.Count))));
        }
        else
        {
            TBytes codes = TLanes.LoadBytes(ref Unsafe.Add(ref source, index << TLanes.CountLog2));
            second = TLanes.AddSecond(second, codes);
            first = TLanes.AddFirst(first, codes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Subtract<TKind>(ref byte source, int index, ref TWords first, ref TWords second)
        where TKind : ITileKind
    {
        if (TKind.HoldsLevels)
        {
            ref byte even = ref Unsafe.Add(ref source, index << TLanes.CountLog2 << 1);
            first = TLanes.Subtract(first, TLanes.AsWords(TLanes.LoadBytes(ref even)));
            second = TLanes.Subtract(second, TLanes.AsWords(TLanes.LoadBytes(ref Unsafe.Add(ref even, TLanes.Count))));
        }
        else
        {
            TBytes codes = TLanes.LoadBytes(ref Unsafe.Add(ref source, index << TLanes.CountLog2));
            second = TLanes.SubtractSecond(second, codes);
            first = TLanes.SubtractFirst(first, codes);
        }
    }
}
