using System.Numerics;
using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>
/// The operand of <see cref="ILanes{TBytes, TWords, TInts}.CountDifferent"/> for each value that the bits of a cell can have, a vector each: a table that
/// counts the ones of its index ^ value, or for a processor that counts bits itself the value in every lane.
/// </summary>
internal static class BinaryTables<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private static readonly AlignedBytes Operands = Make();

    public static ref byte Start => ref Operands.Start;

    private static AlignedBytes Make()
    {
        int values = 1 << TLanes.CellBits;
        AlignedBytes operands = new(values * TLanes.Count);
        for (int value = 0; value < values; value++)
            for (int i = 0; i < TLanes.Count; i++)
                Unsafe.Add(ref operands.Start, (value * TLanes.Count) + i) = TLanes.CellBits == 8 ? (byte)value : (byte)BitOperations.PopCount((uint)((i ^ value) & (values - 1)));
        return operands;
    }
}
