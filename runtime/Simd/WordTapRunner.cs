using System;
using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Codes of 6 to 8 bits and log codes: the tile holds them, or the levels of the latter, widened to 16 bits, so that a tap is one load and one add or subtract in signed 16-bit lanes,
/// moved to 32 bits where the proven range ends. Reads stay inside the tile, as for bytes.
/// </summary>
internal sealed class WordTapRunner<TLanes, TBytes, TWords, TInts> : VectorTapRunner<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private const int TileWordsMax = 16384;

    private readonly short[] _tile;
    private readonly byte[] _rowBytes;

    public WordTapRunner(Model model, TapLayer layer, byte[] arena)
        : base(model, layer, arena, TLanes.Count >> 1, TileWordsMax, TapProgram.CountMask)
    {
        // A row is widened a vector at a time, so it may be written a vector beyond its end; the next row then overwrites that.
        _tile = new short[Plan.Elements + TLanes.Count];
        _rowBytes = new byte[Plan.RowStride + TLanes.Count];
    }

    protected override byte[] TileBytes => _rowBytes;

    protected override bool TileIsBytes => false;

    protected override void StoreTileRow(byte[] row, int at, int element)
    {
        if (Levels is ushort[] levels)
        {
            for (int i = 0; i < Plan.RowStride; i++)
                _tile[element + i] = (short)levels[row[at + i]];
            return;
        }

        int half = TLanes.Count >> 1;
        ref short tile = ref At(_tile, element);
        for (int i = 0; i < Plan.RowStride; i += TLanes.Count)
        {
            TBytes bytes = TLanes.LoadBytes(ref At(row, at + i));
            TLanes.StoreWords(TLanes.WidenLower(bytes), ref Unsafe.Add(ref tile, i));
            TLanes.StoreWords(TLanes.WidenUpper(bytes), ref Unsafe.Add(ref tile, i + half));
        }
    }

    protected override void SumRow(int row, int positions)
    {
        int vector = TLanes.Count >> 1;
        if (Program.FinalFlushShift[row] != 255)
            Array.Clear(Sums, 0, positions + (vector << UnrollShift));
        int at = 0;
        for (; positions - at > vector; at += vector << UnrollShift)
            SumFour(row, ref At(_tile, at), ref At(Sums, at));
        if (at < positions)
            SumOne(row, ref At(_tile, at), ref At(Sums, at));
    }

    private void SumFour(int row, ref short tile, ref int sums)
    {
        int vector = TLanes.Count >> 1;
        ref int tap = ref At(Program.Offsets, Program.FirstTap[row]);
        ref int step = ref At(Program.Steps, Program.FirstStep[row]);
        ref int stepEnd = ref At(Program.Steps, Program.FirstStep[row + 1]);
        TWords a = default, b = default, c = default, d = default;
        for (; Unsafe.IsAddressLessThan(ref step, ref stepEnd); step = ref Unsafe.Add(ref step, 1))
        {
            int s = step;
            if ((s & TapProgram.FlushBit) != 0)
            {
                int flush = (s >> TapProgram.FlushShiftAt) & TapProgram.ShiftMask;
                Accumulate(ref sums, a, flush);
                Accumulate(ref Unsafe.Add(ref sums, vector), b, flush);
                Accumulate(ref Unsafe.Add(ref sums, vector + vector), c, flush);
                Accumulate(ref Unsafe.Add(ref sums, vector + vector + vector), d, flush);
                a = b = c = d = default;
            }

            int shift = (s >> TapProgram.ShiftAt) & TapProgram.ShiftMask;
            if (shift != 0)
            {
                a = TLanes.ShiftLeft(a, shift);
                b = TLanes.ShiftLeft(b, shift);
                c = TLanes.ShiftLeft(c, shift);
                d = TLanes.ShiftLeft(d, shift);
            }

            ref int tapEnd = ref Unsafe.Add(ref tap, s & TapProgram.CountMask);
            if ((s & TapProgram.NegativeBit) != 0)
            {
                for (; Unsafe.IsAddressLessThan(ref tap, ref tapEnd); tap = ref Unsafe.Add(ref tap, 1))
                {
                    ref short source = ref Unsafe.Add(ref tile, tap);
                    a = TLanes.Subtract(a, TLanes.LoadWords(ref source));
                    b = TLanes.Subtract(b, TLanes.LoadWords(ref Unsafe.Add(ref source, vector)));
                    c = TLanes.Subtract(c, TLanes.LoadWords(ref Unsafe.Add(ref source, vector + vector)));
                    d = TLanes.Subtract(d, TLanes.LoadWords(ref Unsafe.Add(ref source, vector + vector + vector)));
                }
            }
            else
            {
                for (; Unsafe.IsAddressLessThan(ref tap, ref tapEnd); tap = ref Unsafe.Add(ref tap, 1))
                {
                    ref short source = ref Unsafe.Add(ref tile, tap);
                    a = TLanes.Add(a, TLanes.LoadWords(ref source));
                    b = TLanes.Add(b, TLanes.LoadWords(ref Unsafe.Add(ref source, vector)));
                    c = TLanes.Add(c, TLanes.LoadWords(ref Unsafe.Add(ref source, vector + vector)));
                    d = TLanes.Add(d, TLanes.LoadWords(ref Unsafe.Add(ref source, vector + vector + vector)));
                }
            }
        }

        int flushShift = Program.FinalFlushShift[row];
        int finalShift = Program.FinalShift[row];
        Finish(ref sums, a, flushShift, finalShift);
        Finish(ref Unsafe.Add(ref sums, vector), b, flushShift, finalShift);
        Finish(ref Unsafe.Add(ref sums, vector + vector), c, flushShift, finalShift);
        Finish(ref Unsafe.Add(ref sums, vector + vector + vector), d, flushShift, finalShift);
    }

    /// <summary>The same with one vector, for what is left of the positions.</summary>
    private void SumOne(int row, ref short tile, ref int sums)
    {
        ref int tap = ref At(Program.Offsets, Program.FirstTap[row]);
        ref int step = ref At(Program.Steps, Program.FirstStep[row]);
        ref int stepEnd = ref At(Program.Steps, Program.FirstStep[row + 1]);
        TWords a = default;
        for (; Unsafe.IsAddressLessThan(ref step, ref stepEnd); step = ref Unsafe.Add(ref step, 1))
        {
            int s = step;
            if ((s & TapProgram.FlushBit) != 0)
            {
                Accumulate(ref sums, a, (s >> TapProgram.FlushShiftAt) & TapProgram.ShiftMask);
                a = default;
            }

            a = TLanes.ShiftLeft(a, (s >> TapProgram.ShiftAt) & TapProgram.ShiftMask);
            ref int tapEnd = ref Unsafe.Add(ref tap, s & TapProgram.CountMask);
            bool negative = (s & TapProgram.NegativeBit) != 0;
            for (; Unsafe.IsAddressLessThan(ref tap, ref tapEnd); tap = ref Unsafe.Add(ref tap, 1))
            {
                TWords x = TLanes.LoadWords(ref Unsafe.Add(ref tile, tap));
                a = negative ? TLanes.Subtract(a, x) : TLanes.Add(a, x);
            }
        }

        Finish(ref sums, a, Program.FinalFlushShift[row], Program.FinalShift[row]);
    }
}
