using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Barrel.Runtime.Simd;

/// <summary>512-bit lanes: AVX-512.</summary>
internal readonly struct Lanes512 : ILanes<Vector512<byte>, Vector512<short>, Vector512<int>>
{
    public static int Count => Vector512<byte>.Count;

    public static int CountLog2 => 6;

    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    public static bool AddsFromMemory => true;

    public static Vector512<byte> LoadBytes(ref byte source) => Vector512.LoadUnsafe(ref source);

    public static void StoreBytes(Vector512<byte> value, ref byte target) => value.StoreUnsafe(ref target);

    public static Vector512<byte> Add(Vector512<byte> a, Vector512<byte> b) => a + b;

    public static Vector512<byte> Subtract(Vector512<byte> a, Vector512<byte> b) => a - b;

    public static Vector512<byte> Min(Vector512<byte> a, Vector512<byte> b) => Vector512.Min(a, b);

    public static Vector512<byte> Xor(Vector512<byte> a, Vector512<byte> b) => a ^ b;

    public static Vector512<byte> Or(Vector512<byte> a, Vector512<byte> b) => a | b;

    public static Vector512<short> AsWords(Vector512<byte> value) => value.AsInt16();

    public static Vector512<byte> AsBytes(Vector512<short> value) => value.AsByte();

    public static Vector512<byte> NarrowEven(Vector512<byte> a, Vector512<byte> b)
    {
        Vector512<ushort> low = Vector512.Create((ushort)0xFF);
        return Vector512.Narrow(a.AsUInt16() & low, b.AsUInt16() & low);
    }

    public static Vector512<byte> LookUp(Vector512<byte> table, Vector512<byte> index) => Vector512.Shuffle(table, index);

    public static Vector512<byte> Broadcast(byte value) => Vector512.Create(value);

    public static bool HasTables => Avx512Vbmi.IsSupported;

    public static void LookUp64(ref byte table, ref byte codes, ref byte target, int vectors)
    {
        if (!Avx512Vbmi.IsSupported)
        {
            ScalarTable.LookUp(ref table, ref codes, ref target, vectors << CountLog2);
            return;
        }

        Vector512<byte> all = LoadBytes(ref table);
        for (int i = 0; i < vectors << CountLog2; i += Count)
            StoreBytes(Avx512Vbmi.PermuteVar64x8(all, LoadBytes(ref Unsafe.Add(ref codes, i))), ref Unsafe.Add(ref target, i));
    }

    public static void LookUp256(ref byte table, ref byte codes, ref byte target, int vectors)
    {
        if (!Avx512Vbmi.IsSupported)
        {
            ScalarTable.LookUp(ref table, ref codes, ref target, vectors << CountLog2);
            return;
        }

        Vector512<byte> a = LoadBytes(ref table);
        Vector512<byte> b = LoadBytes(ref Unsafe.Add(ref table, Count));
        Vector512<byte> c = LoadBytes(ref Unsafe.Add(ref table, Count + Count));
        Vector512<byte> d = LoadBytes(ref Unsafe.Add(ref table, Count + Count + Count));
        Vector512<byte> half = Vector512.Create((byte)127);
        for (int i = 0; i < vectors << CountLog2; i += Count)
        {
            Vector512<byte> code = LoadBytes(ref Unsafe.Add(ref codes, i));
            Vector512<byte> lower = Avx512Vbmi.PermuteVar64x8x2(a, code, b);
            Vector512<byte> upper = Avx512Vbmi.PermuteVar64x8x2(c, code, d);
            StoreBytes(Vector512.ConditionalSelect(Vector512.GreaterThan(code, half), upper, lower), ref Unsafe.Add(ref target, i));
        }
    }

    // A permutation of 64 bytes is a table of all values of six bits.
    public static int CellBits => Avx512Vbmi.IsSupported ? 6 : 4;

    public static Vector512<byte> CountDifferent(Vector512<byte> operand, Vector512<byte> cell) =>
        Avx512Vbmi.IsSupported ? Avx512Vbmi.PermuteVar64x8(operand, cell)
        : Avx512BW.IsSupported ? Avx512BW.Shuffle(operand, cell) : Vector512.Shuffle(operand, cell);

    public static Vector512<byte> Select(Vector512<byte> mask, Vector512<byte> a, Vector512<byte> b) => Vector512.ConditionalSelect(mask, a, b);

    public static Vector512<short> WidenLower(Vector512<byte> value) => Vector512.WidenLower(value).AsInt16();

    public static Vector512<short> WidenUpper(Vector512<byte> value) => Vector512.WidenUpper(value).AsInt16();

    // A word is even + 256·odd, so that a sum of words and a sum of their upper bytes hold both, modulo 2^16.
    public static Vector512<short> AddFirst(Vector512<short> first, Vector512<byte> codes) => first + codes.AsInt16();

    public static Vector512<short> AddSecond(Vector512<short> second, Vector512<byte> codes) => second + (codes.AsInt16() >>> 8);

    public static Vector512<short> SubtractFirst(Vector512<short> first, Vector512<byte> codes) => first - codes.AsInt16();

    public static Vector512<short> SubtractSecond(Vector512<short> second, Vector512<byte> codes) => second - (codes.AsInt16() >>> 8);

    public static Vector512<short> EvenOf(Vector512<short> first, Vector512<short> second) => first - (second << 8);

    public static Vector512<short> OddOf(Vector512<short> first, Vector512<short> second) => second;

    // Planes are even and odd positions: halves would cross the parts of 128 bits that most instructions work on.
    public static Vector512<short> PlaneOfSums(Vector512<short> first, Vector512<short> second) => EvenOf(first, second);

    public static Vector512<short> SecondPlaneOfSums(Vector512<short> first, Vector512<short> second) => OddOf(first, second);

    public static Vector512<short> PlaneOfEvenOdd(Vector512<short> even, Vector512<short> odd) => even;

    public static Vector512<short> SecondPlaneOfEvenOdd(Vector512<short> even, Vector512<short> odd) => odd;

    public static Vector512<short> PlaneOfCodes(Vector512<byte> codes) => (codes.AsInt16() << 8) >>> 8;

    public static Vector512<short> SecondPlaneOfCodes(Vector512<byte> codes) => codes.AsInt16() >>> 8;

    public static Vector512<byte> Pack(Vector512<short> plane, Vector512<short> second) => (plane | (second << 8)).AsByte();

    public static Vector512<short> Add(Vector512<short> a, Vector512<short> b) => a + b;

    public static Vector512<short> Subtract(Vector512<short> a, Vector512<short> b) => a - b;

    public static Vector512<short> ShiftLeft(Vector512<short> value, int count) => value << count;

    public static Vector512<short> ShiftRightLogical(Vector512<short> value, int count) => value >>> count;

    public static Vector512<short> Broadcast(short value) => Vector512.Create(value);

    public static Vector512<short> ShiftRight(Vector512<short> value, int count) => value >> count;

    public static Vector512<short> Or(Vector512<short> a, Vector512<short> b) => a | b;

    public static Vector512<short> Min(Vector512<short> a, Vector512<short> b) => Vector512.Min(a, b);

    public static Vector512<short> Max(Vector512<short> a, Vector512<short> b) => Vector512.Max(a, b);

    public static Vector512<short> Greater(Vector512<short> x, Vector512<short> y, Vector512<short> a, Vector512<short> b) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(x, y), a, b);

    public static Vector512<int> AsInts(Vector512<short> value) => value.AsInt32();

    public static Vector512<int> AsInts(Vector512<byte> value) => value.AsInt32();

    public static Vector512<byte> AsBytes(Vector512<int> value) => value.AsByte();

    public static Vector512<short> AsWords(Vector512<int> value) => value.AsInt16();

    public static Vector512<int> LoadInts(ref int source) => Vector512.LoadUnsafe(ref source);

    public static void StoreInts(Vector512<int> value, ref int target) => value.StoreUnsafe(ref target);

    public static Vector512<int> Broadcast(int value) => Vector512.Create(value);

    public static Vector512<int> Add(Vector512<int> a, Vector512<int> b) => a + b;

    public static Vector512<int> Subtract(Vector512<int> a, Vector512<int> b) => a - b;

    public static Vector512<int> ShiftLeft(Vector512<int> value, int count) => value << count;

    public static Vector512<int> ShiftRight(Vector512<int> value, int count) => value >> count;

    public static Vector512<int> And(Vector512<int> a, Vector512<int> b) => a & b;

    public static Vector512<int> Or(Vector512<int> a, Vector512<int> b) => a | b;

    public static Vector512<int> Min(Vector512<int> a, Vector512<int> b) => Vector512.Min(a, b);

    public static Vector512<int> Max(Vector512<int> a, Vector512<int> b) => Vector512.Max(a, b);

    public static Vector512<int> GreaterThan(Vector512<int> a, Vector512<int> b) => Vector512.GreaterThan(a, b);

    public static Vector512<int> Select(Vector512<int> mask, Vector512<int> a, Vector512<int> b) => Vector512.ConditionalSelect(mask, a, b);
}
