using System;
using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Codes of up to 5 bits: taps are added in byte lanes, moved to 16-bit lanes before a byte can overflow, and to 32 bits where 16 do not do.
/// Reads stay inside the tile: the plan gives it slack for a whole chunk behind the last position, and the loader has checked every tap.
/// </summary>
internal sealed class ByteTapRunner<TLanes, TBytes, TWords, TInts> : VectorTapRunner<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private const int TileBytesMax = 32768;

    private readonly byte[] _tile;

    public ByteTapRunner(Model model, TapLayer layer, byte[] arena)
        : base(model, layer, arena, TLanes.Count, TileBytesMax, 0)
    {
        _tile = new byte[Plan.Elements];
    }

    protected override byte[] TileBytes => _tile;

    protected override bool TileIsBytes => true;

    protected override void StoreTileRow(byte[] row, int at, int element)
    {
    }

    protected override void SumRow(int row, int positions)
    {
        int vector = TLanes.Count;
        if (Program.FinalFlushShift[row] != 255)
            Array.Clear(Sums, 0, positions + (vector << UnrollShift));
        int at = 0;
        for (; positions - at > vector; at += vector << UnrollShift)
            SumFour(row, ref At(_tile, at), ref At(Sums, at));
        if (at < positions)
            SumOne(row, ref At(_tile, at), ref At(Sums, at));
    }

    private void SumFour(int row, ref byte tile, ref int sums)
    {
        int vector = TLanes.Count;
        int half = vector >> 1;
        ref int tap = ref At(Program.Offsets, Program.FirstTap[row]);
        ref int step = ref At(Program.Steps, Program.FirstStep[row]);
        ref int stepEnd = ref At(Program.Steps, Program.FirstStep[row + 1]);
        TWords a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        for (; Unsafe.IsAddressLessThan(ref step, ref stepEnd); step = ref Unsafe.Add(ref step, 1))
        {
            int s = step;
            if ((s & TapProgram.FlushBit) != 0)
            {
                int flush = (s >> TapProgram.FlushShiftAt) & TapProgram.ShiftMask;
                Accumulate(ref sums, a, flush);
                Accumulate(ref Unsafe.Add(ref sums, half), b, flush);
                Accumulate(ref Unsafe.Add(ref sums, vector), c, flush);
                Accumulate(ref Unsafe.Add(ref sums, vector + half), d, flush);
                Accumulate(ref Unsafe.Add(ref sums, vector + vector), e, flush);
                Accumulate(ref Unsafe.Add(ref sums, vector + vector + half), f, flush);
                Accumulate(ref Unsafe.Add(ref sums, vector + vector + vector), g, flush);
                Accumulate(ref Unsafe.Add(ref sums, vector + vector + vector + half), h, flush);
                a = b = c = d = e = f = g = h = default;
            }

            TBytes w = default, x = default, y = default, z = default;
            ref int tapEnd = ref Unsafe.Add(ref tap, s & TapProgram.CountMask);
            for (; Unsafe.IsAddressLessThan(ref tap, ref tapEnd); tap = ref Unsafe.Add(ref tap, 1))
            {
                ref byte source = ref Unsafe.Add(ref tile, tap);
                w = TLanes.Add(w, TLanes.LoadBytes(ref source));
                x = TLanes.Add(x, TLanes.LoadBytes(ref Unsafe.Add(ref source, vector)));
                y = TLanes.Add(y, TLanes.LoadBytes(ref Unsafe.Add(ref source, vector + vector)));
                z = TLanes.Add(z, TLanes.LoadBytes(ref Unsafe.Add(ref source, vector + vector + vector)));
            }

            int shift = (s >> TapProgram.ShiftAt) & TapProgram.ShiftMask;
            if (shift != 0)
            {
                a = TLanes.ShiftLeft(a, shift);
                b = TLanes.ShiftLeft(b, shift);
                c = TLanes.ShiftLeft(c, shift);
                d = TLanes.ShiftLeft(d, shift);
                e = TLanes.ShiftLeft(e, shift);
                f = TLanes.ShiftLeft(f, shift);
                g = TLanes.ShiftLeft(g, shift);
                h = TLanes.ShiftLeft(h, shift);
            }

            if ((s & TapProgram.NegativeBit) != 0)
            {
                a = TLanes.Subtract(a, TLanes.WidenLower(w));
                b = TLanes.Subtract(b, TLanes.WidenUpper(w));
                c = TLanes.Subtract(c, TLanes.WidenLower(x));
                d = TLanes.Subtract(d, TLanes.WidenUpper(x));
                e = TLanes.Subtract(e, TLanes.WidenLower(y));
                f = TLanes.Subtract(f, TLanes.WidenUpper(y));
                g = TLanes.Subtract(g, TLanes.WidenLower(z));
                h = TLanes.Subtract(h, TLanes.WidenUpper(z));
            }
            else
            {
                a = TLanes.Add(a, TLanes.WidenLower(w));
                b = TLanes.Add(b, TLanes.WidenUpper(w));
                c = TLanes.Add(c, TLanes.WidenLower(x));
                d = TLanes.Add(d, TLanes.WidenUpper(x));
                e = TLanes.Add(e, TLanes.WidenLower(y));
                f = TLanes.Add(f, TLanes.WidenUpper(y));
                g = TLanes.Add(g, TLanes.WidenLower(z));
                h = TLanes.Add(h, TLanes.WidenUpper(z));
            }
        }

        int flushShift = Program.FinalFlushShift[row];
        int finalShift = Program.FinalShift[row];
        Finish(ref sums, a, flushShift, finalShift);
        Finish(ref Unsafe.Add(ref sums, half), b, flushShift, finalShift);
        Finish(ref Unsafe.Add(ref sums, vector), c, flushShift, finalShift);
        Finish(ref Unsafe.Add(ref sums, vector + half), d, flushShift, finalShift);
        Finish(ref Unsafe.Add(ref sums, vector + vector), e, flushShift, finalShift);
        Finish(ref Unsafe.Add(ref sums, vector + vector + half), f, flushShift, finalShift);
        Finish(ref Unsafe.Add(ref sums, vector + vector + vector), g, flushShift, finalShift);
        Finish(ref Unsafe.Add(ref sums, vector + vector + vector + half), h, flushShift, finalShift);
    }

    /// <summary>The same with one vector, for what is left of the positions.</summary>
    private void SumOne(int row, ref byte tile, ref int sums)
    {
        int half = TLanes.Count >> 1;
        ref int tap = ref At(Program.Offsets, Program.FirstTap[row]);
        ref int step = ref At(Program.Steps, Program.FirstStep[row]);
        ref int stepEnd = ref At(Program.Steps, Program.FirstStep[row + 1]);
        TWords a = default, b = default;
        for (; Unsafe.IsAddressLessThan(ref step, ref stepEnd); step = ref Unsafe.Add(ref step, 1))
        {
            int s = step;
            if ((s & TapProgram.FlushBit) != 0)
            {
                int flush = (s >> TapProgram.FlushShiftAt) & TapProgram.ShiftMask;
                Accumulate(ref sums, a, flush);
                Accumulate(ref Unsafe.Add(ref sums, half), b, flush);
                a = b = default;
            }

            TBytes w = default;
            ref int tapEnd = ref Unsafe.Add(ref tap, s & TapProgram.CountMask);
            for (; Unsafe.IsAddressLessThan(ref tap, ref tapEnd); tap = ref Unsafe.Add(ref tap, 1))
                w = TLanes.Add(w, TLanes.LoadBytes(ref Unsafe.Add(ref tile, tap)));
            int shift = (s >> TapProgram.ShiftAt) & TapProgram.ShiftMask;
            a = TLanes.ShiftLeft(a, shift);
            b = TLanes.ShiftLeft(b, shift);
            bool negative = (s & TapProgram.NegativeBit) != 0;
            a = negative ? TLanes.Subtract(a, TLanes.WidenLower(w)) : TLanes.Add(a, TLanes.WidenLower(w));
            b = negative ? TLanes.Subtract(b, TLanes.WidenUpper(w)) : TLanes.Add(b, TLanes.WidenUpper(w));
        }

        Finish(ref sums, a, Program.FinalFlushShift[row], Program.FinalShift[row]);
        Finish(ref Unsafe.Add(ref sums, half), b, Program.FinalFlushShift[row], Program.FinalShift[row]);
    }
}
