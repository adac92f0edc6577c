using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>What byte and word tiles have in common: chunks of four vectors, the move to 32 bits, the write-out.</summary>
internal abstract class VectorTapRunner<TLanes, TBytes, TWords, TInts> : TapRunner
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    /// <summary>Vectors of a chunk: enough independent sums to hide the latency of an add, few enough to stay in registers.</summary>
    protected const int Unroll = 1 << UnrollShift;

    protected const int UnrollShift = 2;

    protected VectorTapRunner(Model model, TapLayer layer, byte[] arena, int lanes, int tileElementsMax, int addsMax)
        : base(model, layer, arena, 1, lanes, lanes * Unroll, tileElementsMax)
    {
        Program = new TapProgram(model, layer, Plan, CodeMax, addsMax == 0 ? 255 / CodeMax : addsMax);
        Writer = new VectorWriter<TLanes, TBytes, TWords, TInts>(model, layer, Plan, arena);
    }

    protected TapProgram Program { get; }

    /// <summary>sums = (sums &lt;&lt; shift) + words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static void Accumulate(ref int sums, TWords words, int shift)
    {
        ref int upper = ref Unsafe.Add(ref sums, TLanes.Count >> 2);
        TLanes.StoreInts(TLanes.Add(TLanes.ShiftLeft(TLanes.LoadInts(ref sums), shift), TLanes.WidenLower(words)), ref sums);
        TLanes.StoreInts(TLanes.Add(TLanes.ShiftLeft(TLanes.LoadInts(ref upper), shift), TLanes.WidenUpper(words)), ref upper);
    }

    /// <summary>
    /// The last step of a row: what is left in 16 bits joins what was moved to 32 before, if anything was, and the sum takes its final shift.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static void Finish(ref int sums, TWords words, int flushShift, int finalShift)
    {
        ref int upper = ref Unsafe.Add(ref sums, TLanes.Count >> 2);
        TInts low = TLanes.WidenLower(words);
        TInts high = TLanes.WidenUpper(words);
        if (flushShift != 255)
        {
            low = TLanes.Add(TLanes.ShiftLeft(TLanes.LoadInts(ref sums), flushShift), low);
            high = TLanes.Add(TLanes.ShiftLeft(TLanes.LoadInts(ref upper), flushShift), high);
        }

        TLanes.StoreInts(TLanes.ShiftLeft(low, finalShift), ref sums);
        TLanes.StoreInts(TLanes.ShiftLeft(high, finalShift), ref upper);
    }

    /// <summary>First entry of an array, without a bounds check.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static ref T At<T>(T[] array, int index) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), index);
}
