using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Moves a vector's two sums of words to its 32-bit sums. Those come out in four planes: plane k has the positions 4·i + k. Sums of rows that are
/// <see cref="WordRows"/> come out in two, of 16 bits, as <see cref="ILanes{TBytes, TWords, TInts}.Pack"/> takes them.
/// </summary>
internal static class SumFlush<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    /// <summary>planes = ((planes &lt;&lt; flush shift) + words) &lt;&lt; final shift, or without the planes where this is the first to reach them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Flush<TKind>(TWords first, TWords second, int step, ref int planes)
        where TKind : ITileKind
    {
        int quarter = TLanes.Count >> 2;
        TWords even = TKind.HoldsLevels ? first : TLanes.EvenOf(first, second);
        TWords odd = TKind.HoldsLevels ? second : TLanes.OddOf(first, second);
        TInts evens = TLanes.AsInts(even);
        TInts odds = TLanes.AsInts(odd);
        int half = quarter + quarter;
        TInts p = TLanes.ShiftRight(TLanes.ShiftLeft(evens, 16), 16);
        TInts q = TLanes.ShiftRight(TLanes.ShiftLeft(odds, 16), 16);
        TInts r = TLanes.ShiftRight(evens, 16);
        TInts s = TLanes.ShiftRight(odds, 16);
        if ((step & Im2colProgram.JoinBit) != 0)
        {
            int flush = (step >> Im2colProgram.JoinAt) & Im2colProgram.ShiftMask;
            p = TLanes.Add(p, TLanes.ShiftLeft(TLanes.LoadInts(ref planes), flush));
            q = TLanes.Add(q, TLanes.ShiftLeft(TLanes.LoadInts(ref Unsafe.Add(ref planes, quarter)), flush));
            r = TLanes.Add(r, TLanes.ShiftLeft(TLanes.LoadInts(ref Unsafe.Add(ref planes, half)), flush));
            s = TLanes.Add(s, TLanes.ShiftLeft(TLanes.LoadInts(ref Unsafe.Add(ref planes, half + quarter)), flush));
        }

        int final = step & Im2colProgram.ShiftMask;
        p = TLanes.ShiftLeft(p, final);
        q = TLanes.ShiftLeft(q, final);
        r = TLanes.ShiftLeft(r, final);
        s = TLanes.ShiftLeft(s, final);
        TLanes.StoreInts(p, ref planes);
        TLanes.StoreInts(q, ref Unsafe.Add(ref planes, quarter));
        TLanes.StoreInts(r, ref Unsafe.Add(ref planes, half));
        TLanes.StoreInts(s, ref Unsafe.Add(ref planes, half + quarter));
    }

    /// <summary>Stores the two planes of a vector of a row whose sums stay words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void KeepWords<TKind>(TWords first, TWords second, ref int planes)
        where TKind : ITileKind
    {
        TWords low = TKind.HoldsLevels ? TLanes.PlaneOfEvenOdd(first, second) : TLanes.PlaneOfSums(first, second);
        TWords high = TKind.HoldsLevels ? TLanes.SecondPlaneOfEvenOdd(first, second) : TLanes.SecondPlaneOfSums(first, second);
        TLanes.StoreInts(TLanes.AsInts(low), ref planes);
        TLanes.StoreInts(TLanes.AsInts(high), ref Unsafe.Add(ref planes, TLanes.Count >> 2));
    }
}
