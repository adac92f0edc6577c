using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>Packs bytes of 0 and 1 to cells of bits.</summary>
internal static class BinaryPack<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    /// <summary>cells[i] = Σ codes[plane·pitch + i] &lt;&lt; plane. Whole vectors are read and written.</summary>
    /// <param name="codes">The first plane's.</param>
    /// <param name="pitch">From a plane to the next.</param>
    /// <param name="planes">How many, at most <see cref="ILanes{TBytes, TWords, TInts}.CellBits"/>.</param>
    /// <param name="count">Cells.</param>
    /// <param name="cells">Receives them.</param>
    public static void Run(ref byte codes, int pitch, int planes, int count, ref byte cells)
    {
        // Behind a tensor may lie anything, and a cell is an index: no code counts as more than a bit.
        TBytes one = TLanes.Broadcast((byte)1);
        for (int i = 0; i < count; i += TLanes.Count)
        {
            ref byte plane = ref Unsafe.Add(ref codes, i);
            TWords bits = TLanes.AsWords(TLanes.Min(TLanes.LoadBytes(ref plane), one));
            for (int b = 1; b < planes; b++)
            {
                plane = ref Unsafe.Add(ref plane, pitch);
                bits = TLanes.Add(bits, TLanes.ShiftLeft(TLanes.AsWords(TLanes.Min(TLanes.LoadBytes(ref plane), one)), b));
            }

            TLanes.StoreBytes(TLanes.AsBytes(bits), ref Unsafe.Add(ref cells, i));
        }
    }
}
