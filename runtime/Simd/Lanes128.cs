using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Barrel.Runtime.Simd;

/// <summary>
/// 128-bit lanes: SSE on x64, NEON on arm64. What asks which of the two there is must be told to be inlined: the compiler judges by its length, which is that
/// of both, and a call in the tap loop moves all sums to the stack.
/// </summary>
internal readonly struct Lanes128 : ILanes<Vector128<byte>, Vector128<short>, Vector128<int>>
{
    public static int Count => Vector128<byte>.Count;

    public static int CountLog2 => 4;

    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    public static bool AddsFromMemory => !AdvSimd.IsSupported;

    public static Vector128<byte> LoadBytes(ref byte source) => Vector128.LoadUnsafe(ref source);

    public static void StoreBytes(Vector128<byte> value, ref byte target) => value.StoreUnsafe(ref target);

    public static Vector128<byte> Add(Vector128<byte> a, Vector128<byte> b) => a + b;

    public static Vector128<byte> Subtract(Vector128<byte> a, Vector128<byte> b) => a - b;

    public static Vector128<byte> Min(Vector128<byte> a, Vector128<byte> b) => Vector128.Min(a, b);

    public static Vector128<byte> Xor(Vector128<byte> a, Vector128<byte> b) => a ^ b;

    public static Vector128<byte> Or(Vector128<byte> a, Vector128<byte> b) => a | b;

    public static Vector128<short> AsWords(Vector128<byte> value) => value.AsInt16();

    public static Vector128<byte> AsBytes(Vector128<short> value) => value.AsByte();

    public static Vector128<byte> NarrowEven(Vector128<byte> a, Vector128<byte> b)
    {
        if (AdvSimd.Arm64.IsSupported)
            return AdvSimd.Arm64.UnzipEven(a, b);
        Vector128<ushort> low = Vector128.Create((ushort)0xFF);
        return Vector128.Narrow(a.AsUInt16() & low, b.AsUInt16() & low);
    }

    public static Vector128<byte> LookUp(Vector128<byte> table, Vector128<byte> index) => Vector128.Shuffle(table, index);

    public static Vector128<byte> Broadcast(byte value) => Vector128.Create(value);

    public static bool HasTables => AdvSimd.Arm64.IsSupported;

    public static void LookUp64(ref byte table, ref byte codes, ref byte target, int vectors)
    {
        if (AdvSimd.Arm64.IsSupported)
            NeonTable.LookUp64(ref table, ref codes, ref target, vectors);
        else
            ScalarTable.LookUp(ref table, ref codes, ref target, vectors << CountLog2);
    }

    public static void LookUp256(ref byte table, ref byte codes, ref byte target, int vectors)
    {
        if (AdvSimd.Arm64.IsSupported)
            NeonTable.LookUp256(ref table, ref codes, ref target, vectors);
        else
            ScalarTable.LookUp(ref table, ref codes, ref target, vectors << CountLog2);
    }

    // NEON counts bits; elsewhere a table of 16 entries does, made for the weights.
    public static int CellBits => AdvSimd.IsSupported ? 8 : 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> CountDifferent(Vector128<byte> operand, Vector128<byte> cell) =>
        AdvSimd.IsSupported ? AdvSimd.PopCount(operand ^ cell) : Ssse3.IsSupported ? Ssse3.Shuffle(operand, cell) : Vector128.Shuffle(operand, cell);

    public static Vector128<byte> Select(Vector128<byte> mask, Vector128<byte> a, Vector128<byte> b) => Vector128.ConditionalSelect(mask, a, b);

    public static Vector128<short> WidenLower(Vector128<byte> value) => Vector128.WidenLower(value).AsInt16();

    public static Vector128<short> WidenUpper(Vector128<byte> value) => Vector128.WidenUpper(value).AsInt16();

    // NEON widens as it adds: the first sums are those of the lower half. Elsewhere a word is even + 256·odd, so that a sum of words and a sum of their upper
    // bytes hold both, modulo 2^16.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> AddFirst(Vector128<short> first, Vector128<byte> codes) => AdvSimd.Arm64.IsSupported
        ? AdvSimd.AddWideningLower(first.AsUInt16(), codes.GetLower()).AsInt16() : first + codes.AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> AddSecond(Vector128<short> second, Vector128<byte> codes) => AdvSimd.Arm64.IsSupported
        ? AdvSimd.AddWideningUpper(second.AsUInt16(), codes).AsInt16() : second + (codes.AsInt16() >>> 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> SubtractFirst(Vector128<short> first, Vector128<byte> codes) => AdvSimd.Arm64.IsSupported
        ? AdvSimd.SubtractWideningLower(first.AsUInt16(), codes.GetLower()).AsInt16() : first - codes.AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> SubtractSecond(Vector128<short> second, Vector128<byte> codes) => AdvSimd.Arm64.IsSupported
        ? AdvSimd.SubtractWideningUpper(second.AsUInt16(), codes).AsInt16() : second - (codes.AsInt16() >>> 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> EvenOf(Vector128<short> first, Vector128<short> second) => AdvSimd.Arm64.IsSupported
        ? AdvSimd.Arm64.UnzipEven(first, second) : first - (second << 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> OddOf(Vector128<short> first, Vector128<short> second) => AdvSimd.Arm64.IsSupported
        ? AdvSimd.Arm64.UnzipOdd(first, second) : second;

    // Planes are halves on NEON, even and odd positions elsewhere.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> PlaneOfSums(Vector128<short> first, Vector128<short> second) => AdvSimd.Arm64.IsSupported ? first : EvenOf(first, second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> SecondPlaneOfSums(Vector128<short> first, Vector128<short> second) => AdvSimd.Arm64.IsSupported ? second : OddOf(first, second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> PlaneOfEvenOdd(Vector128<short> even, Vector128<short> odd) => AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(even, odd) : even;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> SecondPlaneOfEvenOdd(Vector128<short> even, Vector128<short> odd) => AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(even, odd) : odd;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> PlaneOfCodes(Vector128<byte> codes) => AdvSimd.Arm64.IsSupported ? WidenLower(codes) : (codes.AsInt16() << 8) >>> 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> SecondPlaneOfCodes(Vector128<byte> codes) => AdvSimd.Arm64.IsSupported ? WidenUpper(codes) : codes.AsInt16() >>> 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Pack(Vector128<short> plane, Vector128<short> second) =>
        AdvSimd.Arm64.IsSupported ? Vector128.Narrow(plane.AsUInt16(), second.AsUInt16()) : (plane | (second << 8)).AsByte();

    public static Vector128<short> Add(Vector128<short> a, Vector128<short> b) => a + b;

    public static Vector128<short> Subtract(Vector128<short> a, Vector128<short> b) => a - b;

    public static Vector128<short> ShiftLeft(Vector128<short> value, int count) => value << count;

    public static Vector128<short> ShiftRightLogical(Vector128<short> value, int count) => value >>> count;

    public static Vector128<short> Broadcast(short value) => Vector128.Create(value);

    public static Vector128<short> ShiftRight(Vector128<short> value, int count) => value >> count;

    public static Vector128<short> Or(Vector128<short> a, Vector128<short> b) => a | b;

    public static Vector128<short> Min(Vector128<short> a, Vector128<short> b) => Vector128.Min(a, b);

    public static Vector128<short> Max(Vector128<short> a, Vector128<short> b) => Vector128.Max(a, b);

    public static Vector128<short> Greater(Vector128<short> x, Vector128<short> y, Vector128<short> a, Vector128<short> b) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(x, y), a, b);

    public static Vector128<int> AsInts(Vector128<short> value) => value.AsInt32();

    public static Vector128<int> AsInts(Vector128<byte> value) => value.AsInt32();

    public static Vector128<byte> AsBytes(Vector128<int> value) => value.AsByte();

    public static Vector128<short> AsWords(Vector128<int> value) => value.AsInt16();

    public static Vector128<int> LoadInts(ref int source) => Vector128.LoadUnsafe(ref source);

    public static void StoreInts(Vector128<int> value, ref int target) => value.StoreUnsafe(ref target);

    public static Vector128<int> Broadcast(int value) => Vector128.Create(value);

    public static Vector128<int> Add(Vector128<int> a, Vector128<int> b) => a + b;

    public static Vector128<int> Subtract(Vector128<int> a, Vector128<int> b) => a - b;

    public static Vector128<int> ShiftLeft(Vector128<int> value, int count) => value << count;

    public static Vector128<int> ShiftRight(Vector128<int> value, int count) => value >> count;

    public static Vector128<int> And(Vector128<int> a, Vector128<int> b) => a & b;

    public static Vector128<int> Or(Vector128<int> a, Vector128<int> b) => a | b;

    public static Vector128<int> Min(Vector128<int> a, Vector128<int> b) => Vector128.Min(a, b);

    public static Vector128<int> Max(Vector128<int> a, Vector128<int> b) => Vector128.Max(a, b);

    public static Vector128<int> GreaterThan(Vector128<int> a, Vector128<int> b) => Vector128.GreaterThan(a, b);

    public static Vector128<int> Select(Vector128<int> mask, Vector128<int> a, Vector128<int> b) => Vector128.ConditionalSelect(mask, a, b);
}
