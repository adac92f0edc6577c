using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Barrel.Runtime.Simd;

/// <summary>256-bit lanes: AVX2.</summary>
internal readonly struct Lanes256 : ILanes<Vector256<byte>, Vector256<short>, Vector256<int>>
{
    public static int Count => Vector256<byte>.Count;

    public static int CountLog2 => 5;

    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    public static bool AddsFromMemory => true;

    public static Vector256<byte> LoadBytes(ref byte source) => Vector256.LoadUnsafe(ref source);

    public static void StoreBytes(Vector256<byte> value, ref byte target) => value.StoreUnsafe(ref target);

    public static Vector256<byte> Add(Vector256<byte> a, Vector256<byte> b) => a + b;

    public static Vector256<byte> Subtract(Vector256<byte> a, Vector256<byte> b) => a - b;

    public static Vector256<byte> Min(Vector256<byte> a, Vector256<byte> b) => Vector256.Min(a, b);

    public static Vector256<byte> Xor(Vector256<byte> a, Vector256<byte> b) => a ^ b;

    public static Vector256<byte> Or(Vector256<byte> a, Vector256<byte> b) => a | b;

    public static Vector256<short> AsWords(Vector256<byte> value) => value.AsInt16();

    public static Vector256<byte> AsBytes(Vector256<short> value) => value.AsByte();

    public static Vector256<byte> NarrowEven(Vector256<byte> a, Vector256<byte> b)
    {
        Vector256<ushort> low = Vector256.Create((ushort)0xFF);
        return Vector256.Narrow(a.AsUInt16() & low, b.AsUInt16() & low);
    }

    public static Vector256<byte> LookUp(Vector256<byte> table, Vector256<byte> index) => Vector256.Shuffle(table, index);

    public static Vector256<byte> Broadcast(byte value) => Vector256.Create(value);

    // A permutation of bytes takes 16 entries, and 16 of them a table.
    public static bool HasTables => false;

    public static void LookUp64(ref byte table, ref byte codes, ref byte target, int vectors) => ScalarTable.LookUp(ref table, ref codes, ref target, vectors << CountLog2);

    public static void LookUp256(ref byte table, ref byte codes, ref byte target, int vectors) => ScalarTable.LookUp(ref table, ref codes, ref target, vectors << CountLog2);

    public static int CellBits => 4;

    public static Vector256<byte> CountDifferent(Vector256<byte> operand, Vector256<byte> cell) =>
        Avx2.IsSupported ? Avx2.Shuffle(operand, cell) : Vector256.Shuffle(operand, cell);

    public static Vector256<byte> Select(Vector256<byte> mask, Vector256<byte> a, Vector256<byte> b) => Vector256.ConditionalSelect(mask, a, b);

    public static Vector256<short> WidenLower(Vector256<byte> value) => Vector256.WidenLower(value).AsInt16();

    public static Vector256<short> WidenUpper(Vector256<byte> value) => Vector256.WidenUpper(value).AsInt16();

    // A word is even + 256·odd, so that a sum of words and a sum of their upper bytes hold both, modulo 2^16.
    public static Vector256<short> AddFirst(Vector256<short> first, Vector256<byte> codes) => first + codes.AsInt16();

    public static Vector256<short> AddSecond(Vector256<short> second, Vector256<byte> codes) => second + (codes.AsInt16() >>> 8);

    public static Vector256<short> SubtractFirst(Vector256<short> first, Vector256<byte> codes) => first - codes.AsInt16();

    public static Vector256<short> SubtractSecond(Vector256<short> second, Vector256<byte> codes) => second - (codes.AsInt16() >>> 8);

    public static Vector256<short> EvenOf(Vector256<short> first, Vector256<short> second) => first - (second << 8);

    public static Vector256<short> OddOf(Vector256<short> first, Vector256<short> second) => second;

    // Planes are even and odd positions: halves would cross the parts of 128 bits that most instructions work on.
    public static Vector256<short> PlaneOfSums(Vector256<short> first, Vector256<short> second) => EvenOf(first, second);

    public static Vector256<short> SecondPlaneOfSums(Vector256<short> first, Vector256<short> second) => OddOf(first, second);

    public static Vector256<short> PlaneOfEvenOdd(Vector256<short> even, Vector256<short> odd) => even;

    public static Vector256<short> SecondPlaneOfEvenOdd(Vector256<short> even, Vector256<short> odd) => odd;

    public static Vector256<short> PlaneOfCodes(Vector256<byte> codes) => (codes.AsInt16() << 8) >>> 8;

    public static Vector256<short> SecondPlaneOfCodes(Vector256<byte> codes) => codes.AsInt16() >>> 8;

    public static Vector256<byte> Pack(Vector256<short> plane, Vector256<short> second) => (plane | (second << 8)).AsByte();

    public static Vector256<short> Add(Vector256<short> a, Vector256<short> b) => a + b;

    public static Vector256<short> Subtract(Vector256<short> a, Vector256<short> b) => a - b;

    public static Vector256<short> ShiftLeft(Vector256<short> value, int count) => value << count;

    public static Vector256<short> ShiftRightLogical(Vector256<short> value, int count) => value >>> count;

    public static Vector256<short> Broadcast(short value) => Vector256.Create(value);

    public static Vector256<short> ShiftRight(Vector256<short> value, int count) => value >> count;

    public static Vector256<short> Or(Vector256<short> a, Vector256<short> b) => a | b;

    public static Vector256<short> Min(Vector256<short> a, Vector256<short> b) => Vector256.Min(a, b);

    public static Vector256<short> Max(Vector256<short> a, Vector256<short> b) => Vector256.Max(a, b);

    public static Vector256<short> Greater(Vector256<short> x, Vector256<short> y, Vector256<short> a, Vector256<short> b) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(x, y), a, b);

    public static Vector256<int> AsInts(Vector256<short> value) => value.AsInt32();

    public static Vector256<int> AsInts(Vector256<byte> value) => value.AsInt32();

    public static Vector256<byte> AsBytes(Vector256<int> value) => value.AsByte();

    public static Vector256<short> AsWords(Vector256<int> value) => value.AsInt16();

    public static Vector256<int> LoadInts(ref int source) => Vector256.LoadUnsafe(ref source);

    public static void StoreInts(Vector256<int> value, ref int target) => value.StoreUnsafe(ref target);

    public static Vector256<int> Broadcast(int value) => Vector256.Create(value);

    public static Vector256<int> Add(Vector256<int> a, Vector256<int> b) => a + b;

    public static Vector256<int> Subtract(Vector256<int> a, Vector256<int> b) => a - b;

    public static Vector256<int> ShiftLeft(Vector256<int> value, int count) => value << count;

    public static Vector256<int> ShiftRight(Vector256<int> value, int count) => value >> count;

    public static Vector256<int> And(Vector256<int> a, Vector256<int> b) => a & b;

    public static Vector256<int> Or(Vector256<int> a, Vector256<int> b) => a | b;

    public static Vector256<int> Min(Vector256<int> a, Vector256<int> b) => Vector256.Min(a, b);

    public static Vector256<int> Max(Vector256<int> a, Vector256<int> b) => Vector256.Max(a, b);

    public static Vector256<int> GreaterThan(Vector256<int> a, Vector256<int> b) => Vector256.GreaterThan(a, b);

    public static Vector256<int> Select(Vector256<int> mask, Vector256<int> a, Vector256<int> b) => Vector256.ConditionalSelect(mask, a, b);
}
