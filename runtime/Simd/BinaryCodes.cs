using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>Codes of counts by a threshold.</summary>
internal static class BinaryCodes<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    /// <summary>A vector of codes: low + 1 where the count is below the threshold, low elsewhere.</summary>
    /// <param name="sums">Counts of even lanes, then of odd ones.</param>
    /// <param name="even">Thresholds of even lanes, 0 to 32,767.</param>
    /// <param name="odd">Thresholds of odd lanes.</param>
    /// <param name="low">The lower codes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TBytes Of(ref byte sums, TWords even, TWords odd, TBytes low)
    {
        // The sign of a difference is the comparison.
        TWords evens = TLanes.ShiftRightLogical(TLanes.Subtract(TLanes.AsWords(TLanes.LoadBytes(ref sums)), even), 15);
        TWords odds = TLanes.ShiftRightLogical(TLanes.Subtract(TLanes.AsWords(TLanes.LoadBytes(ref Unsafe.Add(ref sums, TLanes.Count))), odd), 15);
        return TLanes.Add(low, TLanes.AsBytes(TLanes.Add(evens, TLanes.ShiftLeft(odds, 8))));
    }
}
