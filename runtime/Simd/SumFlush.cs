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
    /// <summary>planes = (words &lt;&lt; shift) − bias, and with what was there before where the step says so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Flush<TKind>(TWords first, TWords second, int step, int bias, ref int planes)
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
        int shift = step & Im2colProgram.ShiftMask;
        p = TLanes.ShiftLeft(p, shift);
        q = TLanes.ShiftLeft(q, shift);
        r = TLanes.ShiftLeft(r, shift);
        s = TLanes.ShiftLeft(s, shift);
        if (TLanes.AddsFromMemory && TKind.SumsBytes)
        {
            TInts biases = TLanes.Broadcast(bias);
            p = TLanes.Subtract(p, biases);
            q = TLanes.Subtract(q, biases);
            r = TLanes.Subtract(r, biases);
            s = TLanes.Subtract(s, biases);
        }

        if ((step & Im2colProgram.JoinBit) != 0)
        {
            p = TLanes.Add(p, TLanes.LoadInts(ref planes));
            q = TLanes.Add(q, TLanes.LoadInts(ref Unsafe.Add(ref planes, quarter)));
            r = TLanes.Add(r, TLanes.LoadInts(ref Unsafe.Add(ref planes, half)));
            s = TLanes.Add(s, TLanes.LoadInts(ref Unsafe.Add(ref planes, half + quarter)));
        }

        TLanes.StoreInts(p, ref planes);
        TLanes.StoreInts(q, ref Unsafe.Add(ref planes, quarter));
        TLanes.StoreInts(r, ref Unsafe.Add(ref planes, half));
        TLanes.StoreInts(s, ref Unsafe.Add(ref planes, half + quarter));
    }

    /// <summary>As <see cref="Flush"/>, of a row whose sums stay words: two planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void KeepWords<TKind>(TWords first, TWords second, int step, int bias, ref int planes)
        where TKind : ITileKind
    {
        TWords low = TKind.HoldsLevels ? TLanes.PlaneOfEvenOdd(first, second) : TLanes.PlaneOfSums(first, second);
        TWords high = TKind.HoldsLevels ? TLanes.SecondPlaneOfEvenOdd(first, second) : TLanes.SecondPlaneOfSums(first, second);
        if (TLanes.AddsFromMemory && TKind.SumsBytes)
        {
            TWords biases = TLanes.Broadcast((short)bias);
            low = TLanes.Subtract(low, biases);
            high = TLanes.Subtract(high, biases);
            if ((step & Im2colProgram.JoinBit) != 0)
            {
                low = TLanes.Add(low, TLanes.AsWords(TLanes.LoadInts(ref planes)));
                high = TLanes.Add(high, TLanes.AsWords(TLanes.LoadInts(ref Unsafe.Add(ref planes, TLanes.Count >> 2))));
            }
        }

        TLanes.StoreInts(TLanes.AsInts(low), ref planes);
        TLanes.StoreInts(TLanes.AsInts(high), ref Unsafe.Add(ref planes, TLanes.Count >> 2));
    }
}
