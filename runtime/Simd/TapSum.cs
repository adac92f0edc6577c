using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>Vectors of positions that are summed together: a constant of the body that is made for it.</summary>
internal interface IBlockSize
{
    static abstract int Vectors { get; }
}

/// <summary>What the tile holds and how it is summed: a constant of the body that is made for it.</summary>
internal interface ITileKind
{
    /// <summary>Whether partial sums of several codes fit a byte.</summary>
    static abstract bool SumsBytes { get; }

    /// <summary>Whether the tile holds 16-bit levels, those of even positions apart from those of odd ones.</summary>
    static abstract bool HoldsLevels { get; }
}

internal readonly struct OneVector : IBlockSize
{
    public static int Vectors => 1;
}

internal readonly struct TwoVectors : IBlockSize
{
    public static int Vectors => 2;
}

internal readonly struct FourVectors : IBlockSize
{
    public static int Vectors => 4;
}

/// <summary>Codes of up to 5 bits.</summary>
internal readonly struct SmallCodes : ITileKind
{
    public static bool SumsBytes => true;

    public static bool HoldsLevels => false;
}

/// <summary>Codes of 6 to 8 bits.</summary>
internal readonly struct WideCodes : ITileKind
{
    public static bool SumsBytes => false;

    public static bool HoldsLevels => false;
}

/// <summary>Levels of log codes.</summary>
internal readonly struct Levels : ITileKind
{
    public static bool SumsBytes => false;

    public static bool HoldsLevels => true;
}

/// <summary>
/// Sums the taps of a row over a block of positions. A vector of codes is never widened: as words w it is even + 256·odd, so a sum of w and a sum of w >> 8
/// hold both, modulo 2^16, and what they hold is told apart once at the end. Signs cost no branch either: complements are added, ~x = −x − 1, and what the
/// ones sum to is known when the program is made. The 32-bit sums come out in four planes a vector: plane k has the positions 4·i + k. Sums of rows that are <see cref="WordRows"/> come out in two, of 16 bits.
/// </summary>
internal static class TapSum<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    /// <param name="tile">The tile; every tap is an offset into it, checked by the loader.</param>
    /// <param name="tap">The row's first tap.</param>
    /// <param name="step">The row's first step.</param>
    /// <param name="stepEnd">Behind its last.</param>
    /// <param name="sums">Receives four planes for each vector.</param>
    public static void Run<TBlock, TKind>(ref byte tile, ref int tap, ref int step, ref int stepEnd, ref int sums)
        where TBlock : IBlockSize
        where TKind : ITileKind
    {
        int vector = TLanes.Count;
        TWords a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        while (Unsafe.IsAddressLessThan(ref step, ref stepEnd))
        {
            int s = step;
            step = ref Unsafe.Add(ref step, 1);
            if ((s & Im2colProgram.FlushBit) != 0)
            {
                int correction = step;
                step = ref Unsafe.Add(ref step, 1);
                Flush<TKind>(ref sums, a, b, s, correction);
                if (TBlock.Vectors > 1)
                    Flush<TKind>(ref Unsafe.Add(ref sums, vector), c, d, s, correction);
                if (TBlock.Vectors > 2)
                {
                    Flush<TKind>(ref Unsafe.Add(ref sums, vector + vector), e, f, s, correction);
                    Flush<TKind>(ref Unsafe.Add(ref sums, vector + vector + vector), g, h, s, correction);
                }

                a = b = c = d = e = f = g = h = default;
                continue;
            }

            int shift = (s >> Im2colProgram.ShiftAt) & Im2colProgram.ShiftMask;
            ref int tapEnd = ref Unsafe.Add(ref tap, s & Im2colProgram.CountMask);
            if (TKind.SumsBytes)
            {
                TBytes w = default, x = default, y = default, z = default;
                for (; Unsafe.IsAddressLessThan(ref tap, ref tapEnd); tap = ref Unsafe.Add(ref tap, 1))
                {
                    ref byte source = ref Unsafe.Add(ref tile, tap);
                    w = TLanes.Add(w, TLanes.LoadBytes(ref source));
                    if (TBlock.Vectors > 1)
                        x = TLanes.Add(x, TLanes.LoadBytes(ref Unsafe.Add(ref source, vector)));
                    if (TBlock.Vectors > 2)
                    {
                        y = TLanes.Add(y, TLanes.LoadBytes(ref Unsafe.Add(ref source, vector + vector)));
                        z = TLanes.Add(z, TLanes.LoadBytes(ref Unsafe.Add(ref source, vector + vector + vector)));
                    }
                }

                TBytes sign = TLanes.Broadcast((byte)(s >> Im2colProgram.SignAt));
                AddPartial(TLanes.AsWords(TLanes.Xor(w, sign)), shift, ref a, ref b);
                if (TBlock.Vectors > 1)
                    AddPartial(TLanes.AsWords(TLanes.Xor(x, sign)), shift, ref c, ref d);
                if (TBlock.Vectors > 2)
                {
                    AddPartial(TLanes.AsWords(TLanes.Xor(y, sign)), shift, ref e, ref f);
                    AddPartial(TLanes.AsWords(TLanes.Xor(z, sign)), shift, ref g, ref h);
                }
            }
            else
            {
                // The sums so far change their sign instead of the taps.
                TWords sign = TLanes.Broadcast((short)(s >> Im2colProgram.SignAt));
                a = TLanes.Xor(TLanes.ShiftLeft(a, shift), sign);
                b = TLanes.Xor(TLanes.ShiftLeft(b, shift), sign);
                if (TBlock.Vectors > 1)
                {
                    c = TLanes.Xor(TLanes.ShiftLeft(c, shift), sign);
                    d = TLanes.Xor(TLanes.ShiftLeft(d, shift), sign);
                }

                if (TBlock.Vectors > 2)
                {
                    e = TLanes.Xor(TLanes.ShiftLeft(e, shift), sign);
                    f = TLanes.Xor(TLanes.ShiftLeft(f, shift), sign);
                    g = TLanes.Xor(TLanes.ShiftLeft(g, shift), sign);
                    h = TLanes.Xor(TLanes.ShiftLeft(h, shift), sign);
                }

                for (; Unsafe.IsAddressLessThan(ref tap, ref tapEnd); tap = ref Unsafe.Add(ref tap, 1))
                {
                    ref byte source = ref Unsafe.Add(ref tile, tap);
                    AddTap<TKind>(ref source, 0, ref a, ref b);
                    if (TBlock.Vectors > 1)
                        AddTap<TKind>(ref source, 1, ref c, ref d);
                    if (TBlock.Vectors > 2)
                    {
                        AddTap<TKind>(ref source, 2, ref e, ref f);
                        AddTap<TKind>(ref source, 3, ref g, ref h);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPartial(TWords partial, int shift, ref TWords both, ref TWords odd)
    {
        both = TLanes.Add(TLanes.ShiftLeft(both, shift), partial);
        odd = TLanes.Add(TLanes.ShiftLeft(odd, shift), TLanes.ShiftRightLogical(partial, 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTap<TKind>(ref byte source, int index, ref TWords both, ref TWords odd)
        where TKind : ITileKind
    {
        int vector = TLanes.Count;
        if (TKind.HoldsLevels)
        {
            ref byte even = ref Unsafe.Add(ref source, index << TLanes.CountLog2 << 1);
            both = TLanes.Add(both, TLanes.AsWords(TLanes.LoadBytes(ref even)));
            odd = TLanes.Add(odd, TLanes.AsWords(TLanes.LoadBytes(ref Unsafe.Add(ref even, vector))));
        }
        else
        {
            TWords codes = TLanes.AsWords(TLanes.LoadBytes(ref Unsafe.Add(ref source, index << TLanes.CountLog2)));
            both = TLanes.Add(both, codes);
            odd = TLanes.Add(odd, TLanes.ShiftRightLogical(codes, 8));
        }
    }

    /// <summary>planes = ((planes &lt;&lt; flush shift) + words) &lt;&lt; final shift, or without the planes where this is the first to reach them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Flush<TKind>(ref int planes, TWords both, TWords odd, int step, int correction)
        where TKind : ITileKind
    {
        int quarter = TLanes.Count >> 2;
        TWords even = TKind.HoldsLevels ? both : TLanes.Subtract(both, TLanes.ShiftLeft(odd, 8));
        even = TLanes.Subtract(even, TLanes.Broadcast((short)correction));
        odd = TLanes.Subtract(odd, TLanes.Broadcast((short)(correction >> 16)));
        if ((step & Im2colProgram.WordsBit) != 0)
        {
            TLanes.StoreInts(TLanes.AsInts(TLanes.ShiftLeft(even, step & Im2colProgram.ShiftMask)), ref planes);
            TLanes.StoreInts(TLanes.AsInts(TLanes.ShiftLeft(odd, step & Im2colProgram.ShiftMask)), ref Unsafe.Add(ref planes, quarter));
            return;
        }

        TInts evens = TLanes.AsInts(even);
        TInts odds = TLanes.AsInts(odd);
        ref int second = ref Unsafe.Add(ref planes, quarter);
        ref int third = ref Unsafe.Add(ref second, quarter);
        ref int fourth = ref Unsafe.Add(ref third, quarter);
        TInts p = TLanes.ShiftRight(TLanes.ShiftLeft(evens, 16), 16);
        TInts q = TLanes.ShiftRight(TLanes.ShiftLeft(odds, 16), 16);
        TInts r = TLanes.ShiftRight(evens, 16);
        TInts s = TLanes.ShiftRight(odds, 16);
        if ((step & Im2colProgram.JoinBit) != 0)
        {
            int flush = (step >> Im2colProgram.ShiftAt) & Im2colProgram.ShiftMask;
            p = TLanes.Add(p, TLanes.ShiftLeft(TLanes.LoadInts(ref planes), flush));
            q = TLanes.Add(q, TLanes.ShiftLeft(TLanes.LoadInts(ref second), flush));
            r = TLanes.Add(r, TLanes.ShiftLeft(TLanes.LoadInts(ref third), flush));
            s = TLanes.Add(s, TLanes.ShiftLeft(TLanes.LoadInts(ref fourth), flush));
        }

        int final = step & Im2colProgram.ShiftMask;
        TLanes.StoreInts(TLanes.ShiftLeft(p, final), ref planes);
        TLanes.StoreInts(TLanes.ShiftLeft(q, final), ref second);
        TLanes.StoreInts(TLanes.ShiftLeft(r, final), ref third);
        TLanes.StoreInts(TLanes.ShiftLeft(s, final), ref fourth);
    }
}
