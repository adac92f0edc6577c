using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Barrel.Runtime.Simd;

/// <summary>Tables on NEON: an instruction looks up 16 codes in four registers, and leaves what it does not find as it was.</summary>
internal static class NeonTable
{
    private const int VectorBytes = 16;
    private const int RegistersBytes = 64;

    /// <param name="table">64 entries.</param>
    /// <param name="codes">As many vectors.</param>
    /// <param name="target">Receives the entries.</param>
    /// <param name="vectors">How many.</param>
    public static void LookUp64(ref byte table, ref byte codes, ref byte target, int vectors)
    {
        (Vector128<byte>, Vector128<byte>, Vector128<byte>, Vector128<byte>) a = default;
        Load(ref table, ref a.Item1, ref a.Item2, ref a.Item3, ref a.Item4);
        for (; vectors > 0; vectors--)
        {
            AdvSimd.Arm64.VectorTableLookup(a, Vector128.LoadUnsafe(ref codes)).StoreUnsafe(ref target);
            codes = ref Unsafe.Add(ref codes, VectorBytes);
            target = ref Unsafe.Add(ref target, VectorBytes);
        }
    }

    /// <param name="table">256 entries.</param>
    /// <param name="codes">As many vectors.</param>
    /// <param name="target">Receives the entries.</param>
    /// <param name="vectors">How many.</param>
    public static void LookUp256(ref byte table, ref byte codes, ref byte target, int vectors)
    {
        (Vector128<byte>, Vector128<byte>, Vector128<byte>, Vector128<byte>) a = default, b = default, c = default, d = default;
        Load(ref table, ref a.Item1, ref a.Item2, ref a.Item3, ref a.Item4);
        Load(ref Unsafe.Add(ref table, RegistersBytes), ref b.Item1, ref b.Item2, ref b.Item3, ref b.Item4);
        Load(ref Unsafe.Add(ref table, RegistersBytes + RegistersBytes), ref c.Item1, ref c.Item2, ref c.Item3, ref c.Item4);
        Load(ref Unsafe.Add(ref table, RegistersBytes + RegistersBytes + RegistersBytes), ref d.Item1, ref d.Item2, ref d.Item3, ref d.Item4);
        Vector128<byte> step = Vector128.Create((byte)RegistersBytes);
        for (; vectors > 0; vectors--)
        {
            Vector128<byte> code = Vector128.LoadUnsafe(ref codes);
            Vector128<byte> found = AdvSimd.Arm64.VectorTableLookup(a, code);
            code -= step;
            found = AdvSimd.Arm64.VectorTableLookupExtension(found, b, code);
            code -= step;
            found = AdvSimd.Arm64.VectorTableLookupExtension(found, c, code);
            code -= step;
            AdvSimd.Arm64.VectorTableLookupExtension(found, d, code).StoreUnsafe(ref target);
            codes = ref Unsafe.Add(ref codes, VectorBytes);
            target = ref Unsafe.Add(ref target, VectorBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(ref byte table, ref Vector128<byte> a, ref Vector128<byte> b, ref Vector128<byte> c, ref Vector128<byte> d)
    {
        a = Vector128.LoadUnsafe(ref table);
        b = Vector128.LoadUnsafe(ref Unsafe.Add(ref table, VectorBytes));
        c = Vector128.LoadUnsafe(ref Unsafe.Add(ref table, VectorBytes + VectorBytes));
        d = Vector128.LoadUnsafe(ref Unsafe.Add(ref table, VectorBytes + VectorBytes + VectorBytes));
    }
}
