using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Sums the taps of a row over a block of positions, in bytes for as long as they have room, as <see cref="ByteSteps"/> says. Then the bytes are added to two
/// sums of words for each vector; what was summed where is told apart once, at the end of the row. Steps branch on their length: they are the same for every
/// block, so that processors come to predict them.
/// </summary>
internal static class ByteTapSum<TLanes, TBytes, TWords, TInts>
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
    public static void Run<TBlock>(ref byte tile, ref int tap, ref int step, ref int stepEnd, ref int sums)
        where TBlock : IBlockSize
    {
        int log2 = TLanes.CountLog2;
        TWords a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        TWords b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
        TBytes w0 = default, w1 = default, w2 = default, w3 = default, w4 = default, w5 = default, w6 = default, w7 = default;
        while (Unsafe.IsAddressLessThan(ref step, ref stepEnd))
        {
            int s = step;
            step = ref Unsafe.Add(ref step, 1);
            int plus = s & Im2colProgram.ByteCountMask;
            if (TLanes.AddsFromMemory && (s & Im2colProgram.ContinueBit) != 0)
            {
                // Codes of a lower exponent join those that are in the bytes.
                for (int doublings = (s & Im2colProgram.ShiftBits) >> Im2colProgram.ShiftAt; doublings != 0; doublings--)
                {
                    w0 = TLanes.Add(w0, w0);
                    if (TBlock.Vectors > 1)
                        w1 = TLanes.Add(w1, w1);
                    if (TBlock.Vectors > 2)
                    {
                        w2 = TLanes.Add(w2, w2);
                        w3 = TLanes.Add(w3, w3);
                    }

                    if (TBlock.Vectors > 4)
                    {
                        w4 = TLanes.Add(w4, w4);
                        w5 = TLanes.Add(w5, w5);
                        w6 = TLanes.Add(w6, w6);
                        w7 = TLanes.Add(w7, w7);
                    }
                }
            }
            else
            {
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
                    int bias = 0;
                    if (TLanes.AddsFromMemory)
                    {
                        bias = step;
                        step = ref Unsafe.Add(ref step, 1);
                    }

                    if ((s & Im2colProgram.WordsBit) != 0)
                    {
                        SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<SmallCodes>(a0, b0, s, bias, ref sums);
                        if (TBlock.Vectors > 1)
                            SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<SmallCodes>(a1, b1, s, bias, ref Unsafe.Add(ref sums, 1 << log2));
                        if (TBlock.Vectors > 2)
                        {
                            SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<SmallCodes>(a2, b2, s, bias, ref Unsafe.Add(ref sums, 2 << log2));
                            SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<SmallCodes>(a3, b3, s, bias, ref Unsafe.Add(ref sums, 3 << log2));
                        }

                        if (TBlock.Vectors > 4)
                        {
                            SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<SmallCodes>(a4, b4, s, bias, ref Unsafe.Add(ref sums, 4 << log2));
                            SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<SmallCodes>(a5, b5, s, bias, ref Unsafe.Add(ref sums, 5 << log2));
                            SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<SmallCodes>(a6, b6, s, bias, ref Unsafe.Add(ref sums, 6 << log2));
                            SumFlush<TLanes, TBytes, TWords, TInts>.KeepWords<SmallCodes>(a7, b7, s, bias, ref Unsafe.Add(ref sums, 7 << log2));
                        }
                        return;
                    }

                    SumFlush<TLanes, TBytes, TWords, TInts>.Flush<SmallCodes>(a0, b0, s, bias, ref sums);
                    if (TBlock.Vectors > 1)
                        SumFlush<TLanes, TBytes, TWords, TInts>.Flush<SmallCodes>(a1, b1, s, bias, ref Unsafe.Add(ref sums, 1 << log2));
                    if (TBlock.Vectors > 2)
                    {
                        SumFlush<TLanes, TBytes, TWords, TInts>.Flush<SmallCodes>(a2, b2, s, bias, ref Unsafe.Add(ref sums, 2 << log2));
                        SumFlush<TLanes, TBytes, TWords, TInts>.Flush<SmallCodes>(a3, b3, s, bias, ref Unsafe.Add(ref sums, 3 << log2));
                    }

                    if (TBlock.Vectors > 4)
                    {
                        SumFlush<TLanes, TBytes, TWords, TInts>.Flush<SmallCodes>(a4, b4, s, bias, ref Unsafe.Add(ref sums, 4 << log2));
                        SumFlush<TLanes, TBytes, TWords, TInts>.Flush<SmallCodes>(a5, b5, s, bias, ref Unsafe.Add(ref sums, 5 << log2));
                        SumFlush<TLanes, TBytes, TWords, TInts>.Flush<SmallCodes>(a6, b6, s, bias, ref Unsafe.Add(ref sums, 6 << log2));
                        SumFlush<TLanes, TBytes, TWords, TInts>.Flush<SmallCodes>(a7, b7, s, bias, ref Unsafe.Add(ref sums, 7 << log2));
                    }

                    a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = default;
                    b0 = b1 = b2 = b3 = b4 = b5 = b6 = b7 = default;
                    continue;
                }

                int begin = (int)((uint)s >> Im2colProgram.BeginAt);
                if (TLanes.AddsFromMemory && begin != 0)
                {
                    w0 = TLanes.Broadcast((byte)begin);
                    w1 = w2 = w3 = w4 = w5 = w6 = w7 = w0;
                }
                else
                {
                    // The first tap is loaded where the others are added.
                    plus--;
                    nuint offset = (uint)tap;
                    tap = ref Unsafe.Add(ref tap, 1);
                    ref byte source = ref Unsafe.Add(ref tile, offset);
                    w0 = TLanes.LoadBytes(ref source);
                    if (TBlock.Vectors > 1)
                        w1 = TLanes.LoadBytes(ref Unsafe.Add(ref source, 1 << log2));
                    if (TBlock.Vectors > 2)
                    {
                        w2 = TLanes.LoadBytes(ref Unsafe.Add(ref source, 2 << log2));
                        w3 = TLanes.LoadBytes(ref Unsafe.Add(ref source, 3 << log2));
                    }

                    if (TBlock.Vectors > 4)
                    {
                        w4 = TLanes.LoadBytes(ref Unsafe.Add(ref source, 4 << log2));
                        w5 = TLanes.LoadBytes(ref Unsafe.Add(ref source, 5 << log2));
                        w6 = TLanes.LoadBytes(ref Unsafe.Add(ref source, 6 << log2));
                        w7 = TLanes.LoadBytes(ref Unsafe.Add(ref source, 7 << log2));
                    }
                }
            }

            // Two taps a turn, and one before them where they are odd.
            if ((plus & 1) != 0)
            {
                nuint offset = (uint)tap;
                tap = ref Unsafe.Add(ref tap, 1);
                Add<TBlock>(ref Unsafe.Add(ref tile, offset), ref w0, ref w1, ref w2, ref w3, ref w4, ref w5, ref w6, ref w7);
            }

            for (plus >>= 1; plus != 0; plus--)
            {
                nuint offset = (uint)tap;
                nuint second = (uint)Unsafe.Add(ref tap, 1);
                tap = ref Unsafe.Add(ref tap, 2);
                Add<TBlock>(ref Unsafe.Add(ref tile, offset), ref w0, ref w1, ref w2, ref w3, ref w4, ref w5, ref w6, ref w7);
                Add<TBlock>(ref Unsafe.Add(ref tile, second), ref w0, ref w1, ref w2, ref w3, ref w4, ref w5, ref w6, ref w7);
            }

            if (TLanes.AddsFromMemory)
            {
                int minus = (s >> Im2colProgram.MinusAt) & Im2colProgram.ByteCountMask;
                if ((minus & 1) != 0)
                {
                    nuint offset = (uint)tap;
                    tap = ref Unsafe.Add(ref tap, 1);
                    Subtract<TBlock>(ref Unsafe.Add(ref tile, offset), ref w0, ref w1, ref w2, ref w3, ref w4, ref w5, ref w6, ref w7);
                }

                for (minus >>= 1; minus != 0; minus--)
                {
                    nuint offset = (uint)tap;
                    nuint second = (uint)Unsafe.Add(ref tap, 1);
                    tap = ref Unsafe.Add(ref tap, 2);
                    Subtract<TBlock>(ref Unsafe.Add(ref tile, offset), ref w0, ref w1, ref w2, ref w3, ref w4, ref w5, ref w6, ref w7);
                    Subtract<TBlock>(ref Unsafe.Add(ref tile, second), ref w0, ref w1, ref w2, ref w3, ref w4, ref w5, ref w6, ref w7);
                }

                if ((s & Im2colProgram.EndBit) == 0)
                    continue;
            }
            else if (s < 0)
            {
                b0 = TLanes.SubtractSecond(b0, w0);
                a0 = TLanes.SubtractFirst(a0, w0);
                if (TBlock.Vectors > 1)
                {
                    b1 = TLanes.SubtractSecond(b1, w1);
                    a1 = TLanes.SubtractFirst(a1, w1);
                }

                if (TBlock.Vectors > 2)
                {
                    b2 = TLanes.SubtractSecond(b2, w2);
                    a2 = TLanes.SubtractFirst(a2, w2);
                    b3 = TLanes.SubtractSecond(b3, w3);
                    a3 = TLanes.SubtractFirst(a3, w3);
                }

                if (TBlock.Vectors > 4)
                {
                    b4 = TLanes.SubtractSecond(b4, w4);
                    a4 = TLanes.SubtractFirst(a4, w4);
                    b5 = TLanes.SubtractSecond(b5, w5);
                    a5 = TLanes.SubtractFirst(a5, w5);
                    b6 = TLanes.SubtractSecond(b6, w6);
                    a6 = TLanes.SubtractFirst(a6, w6);
                    b7 = TLanes.SubtractSecond(b7, w7);
                    a7 = TLanes.SubtractFirst(a7, w7);
                }
                continue;
            }

            b0 = TLanes.AddSecond(b0, w0);
            a0 = TLanes.AddFirst(a0, w0);
            if (TBlock.Vectors > 1)
            {
                b1 = TLanes.AddSecond(b1, w1);
                a1 = TLanes.AddFirst(a1, w1);
            }

            if (TBlock.Vectors > 2)
            {
                b2 = TLanes.AddSecond(b2, w2);
                a2 = TLanes.AddFirst(a2, w2);
                b3 = TLanes.AddSecond(b3, w3);
                a3 = TLanes.AddFirst(a3, w3);
            }

            if (TBlock.Vectors > 4)
            {
                b4 = TLanes.AddSecond(b4, w4);
                a4 = TLanes.AddFirst(a4, w4);
                b5 = TLanes.AddSecond(b5, w5);
                a5 = TLanes.AddFirst(a5, w5);
                b6 = TLanes.AddSecond(b6, w6);
                a6 = TLanes.AddFirst(a6, w6);
                b7 = TLanes.AddSecond(b7, w7);
                a7 = TLanes.AddFirst(a7, w7);
            }
        }
    }

    /// <summary>Adds a tap's vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TBlock>(
        ref byte source, ref TBytes w0, ref TBytes w1, ref TBytes w2, ref TBytes w3, ref TBytes w4, ref TBytes w5, ref TBytes w6, ref TBytes w7)
        where TBlock : IBlockSize
    {
        int log2 = TLanes.CountLog2;
        w0 = TLanes.Add(w0, TLanes.LoadBytes(ref source));
        if (TBlock.Vectors > 1)
            w1 = TLanes.Add(w1, TLanes.LoadBytes(ref Unsafe.Add(ref source, 1 << log2)));
        if (TBlock.Vectors > 2)
        {
            w2 = TLanes.Add(w2, TLanes.LoadBytes(ref Unsafe.Add(ref source, 2 << log2)));
            w3 = TLanes.Add(w3, TLanes.LoadBytes(ref Unsafe.Add(ref source, 3 << log2)));
        }

        if (TBlock.Vectors > 4)
        {
            w4 = TLanes.Add(w4, TLanes.LoadBytes(ref Unsafe.Add(ref source, 4 << log2)));
            w5 = TLanes.Add(w5, TLanes.LoadBytes(ref Unsafe.Add(ref source, 5 << log2)));
            w6 = TLanes.Add(w6, TLanes.LoadBytes(ref Unsafe.Add(ref source, 6 << log2)));
            w7 = TLanes.Add(w7, TLanes.LoadBytes(ref Unsafe.Add(ref source, 7 << log2)));
        }
    }

    /// <summary>Subtracts a tap's vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Subtract<TBlock>(
        ref byte source, ref TBytes w0, ref TBytes w1, ref TBytes w2, ref TBytes w3, ref TBytes w4, ref TBytes w5, ref TBytes w6, ref TBytes w7)
        where TBlock : IBlockSize
    {
        int log2 = TLanes.CountLog2;
        w0 = TLanes.Subtract(w0, TLanes.LoadBytes(ref source));
        if (TBlock.Vectors > 1)
            w1 = TLanes.Subtract(w1, TLanes.LoadBytes(ref Unsafe.Add(ref source, 1 << log2)));
        if (TBlock.Vectors > 2)
        {
            w2 = TLanes.Subtract(w2, TLanes.LoadBytes(ref Unsafe.Add(ref source, 2 << log2)));
            w3 = TLanes.Subtract(w3, TLanes.LoadBytes(ref Unsafe.Add(ref source, 3 << log2)));
        }

        if (TBlock.Vectors > 4)
        {
            w4 = TLanes.Subtract(w4, TLanes.LoadBytes(ref Unsafe.Add(ref source, 4 << log2)));
            w5 = TLanes.Subtract(w5, TLanes.LoadBytes(ref Unsafe.Add(ref source, 5 << log2)));
            w6 = TLanes.Subtract(w6, TLanes.LoadBytes(ref Unsafe.Add(ref source, 6 << log2)));
            w7 = TLanes.Subtract(w7, TLanes.LoadBytes(ref Unsafe.Add(ref source, 7 << log2)));
        }
    }
}
