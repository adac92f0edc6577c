using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>What a width without tables does: a code at a time. Rows are summed there instead.</summary>
internal static class ScalarTable
{
    public static void LookUp(ref byte table, ref byte codes, ref byte target, int count)
    {
        for (int i = 0; i < count; i++)
            Unsafe.Add(ref target, i) = Unsafe.Add(ref table, Unsafe.Add(ref codes, i));
    }
}
