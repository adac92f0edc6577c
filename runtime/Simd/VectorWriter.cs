using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>
/// The write-out on vectors: a whole block of sums becomes codes in one pass, the garbage between rows included, and is then copied out row by row.
/// </summary>
internal sealed class VectorWriter<TLanes, TBytes, TWords, TInts> : TapWriter
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private readonly byte[] _codes;

    public VectorWriter(Model model, TapLayer layer, TapPlan plan, byte[] arena)
        : base(model, layer, plan, arena)
    {
        _codes = new byte[plan.Positions + TLanes.Count];
    }

    protected override void AddBiasAndSkips(int row, int[] sums)
    {
        int lines = LinesOf(row);
        int columns = ColumnsOf(row);
        for (int s = 0; s < Layer.Skips.Length; s++)
        {
            int shift = Layer.SkipShift[s][row];
            if (shift == 255)
                continue;
            int line = SkipStartOf(s, row);
            int at = 0;
            for (int y = 0; y < lines; y++)
            {
                if (SkipLevelsOf(s) is ushort[] levels)
                    AddSkipLevels(levels, line, sums, at, columns, shift);
                else if (Layer.PhaseX == 1)
                    AddSkipLine(ref Arena[line], ref sums[at], columns, shift);
                else
                    AddSkipPhase(line, sums, at, columns, shift);
                at += Plan.RowStride;
                line += GridLineStep;
            }
        }

        // The bias of codes is added with the rounding term below: (sum + bias) is what the activation sees, so only the others need it here.
        if (Layer.Mode != AccumulatorLayer.ModeRequantize)
            AddBias(row, sums, Plan.PositionsOfRows[Rows]);
    }

    protected override void WriteCodes(int row, int[] sums, int positions)
    {
        Requantize(row, ref MemoryMarshal.GetArrayDataReference(sums), positions);
        int lines = LinesOf(row);
        int columns = ColumnsOf(row);
        int line = StartOf(row);
        int at = 0;
        for (int y = 0; y < lines; y++)
        {
            if (Layer.PhaseX == 1)
            {
                _codes.AsSpan(at, columns).CopyTo(Arena.AsSpan(line));
            }
            else
            {
                int target = line;
                for (int x = 0; x < columns; x++)
                {
                    Arena[target] = _codes[at + x];
                    target += Layer.PhaseX;
                }
            }

            at += Plan.RowStride;
            line += GridLineStep;
        }
    }

    protected override void KeepBest(int row, int[] sums, int positions)
    {
        int first = FirstBestOf(row);
        int channel = ChannelOf(row);
        if (channel == 0)
        {
            sums.AsSpan(0, positions).CopyTo(Best.AsSpan(first));
            BestIndex.AsSpan(first, positions).Clear();
            return;
        }

        int step = TLanes.Count >> 2;
        int p = 0;
        ref int best = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Best), first);
        ref byte index = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(BestIndex), first);
        ref int sum = ref MemoryMarshal.GetArrayDataReference(sums);
        for (; p + TLanes.Count <= positions; p += TLanes.Count)
        {
            TInts a = Keep(ref Unsafe.Add(ref sum, p), ref Unsafe.Add(ref best, p));
            TInts b = Keep(ref Unsafe.Add(ref sum, p + step), ref Unsafe.Add(ref best, p + step));
            TInts c = Keep(ref Unsafe.Add(ref sum, p + step + step), ref Unsafe.Add(ref best, p + step + step));
            TInts d = Keep(ref Unsafe.Add(ref sum, p + step + step + step), ref Unsafe.Add(ref best, p + step + step + step));
            TBytes greater = TLanes.Narrow(a, b, c, d);
            ref byte target = ref Unsafe.Add(ref index, p);
            TLanes.StoreBytes(TLanes.Select(greater, TLanes.Broadcast((byte)channel), TLanes.LoadBytes(ref target)), ref target);
        }

        for (; p < positions; p++)
        {
            if (sums[p] > Unsafe.Add(ref best, p))
            {
                Unsafe.Add(ref best, p) = sums[p];
                Unsafe.Add(ref index, p) = (byte)channel;
            }
        }
    }

    /// <summary>255 in the lanes where the sum is greater than the best, which it then replaces.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInts Keep(ref int sums, ref int best)
    {
        TInts sum = TLanes.LoadInts(ref sums);
        TInts old = TLanes.LoadInts(ref best);
        TInts greater = TLanes.GreaterThan(sum, old);
        TLanes.StoreInts(TLanes.Max(sum, old), ref best);
        return TLanes.Select(greater, TLanes.Broadcast(255), default);
    }

    private static void AddSkipLine(ref byte skip, ref int sums, int columns, int shift)
    {
        int step = TLanes.Count >> 2;
        int x = 0;
        for (; x + TLanes.Count <= columns; x += TLanes.Count)
        {
            TBytes bytes = TLanes.LoadBytes(ref Unsafe.Add(ref skip, x));
            TWords low = TLanes.WidenLower(bytes);
            TWords high = TLanes.WidenUpper(bytes);
            ref int sum = ref Unsafe.Add(ref sums, x);
            AddShifted(ref sum, TLanes.WidenLower(low), shift);
            AddShifted(ref Unsafe.Add(ref sum, step), TLanes.WidenUpper(low), shift);
            AddShifted(ref Unsafe.Add(ref sum, step + step), TLanes.WidenLower(high), shift);
            AddShifted(ref Unsafe.Add(ref sum, step + step + step), TLanes.WidenUpper(high), shift);
        }

        for (; x < columns; x++)
            Unsafe.Add(ref sums, x) += Unsafe.Add(ref skip, x) << shift;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddShifted(ref int sums, TInts value, int shift) =>
        TLanes.StoreInts(TLanes.Add(TLanes.LoadInts(ref sums), TLanes.ShiftLeft(value, shift)), ref sums);

    private void AddSkipPhase(int line, int[] sums, int at, int columns, int shift)
    {
        for (int x = 0; x < columns; x++)
        {
            sums[at + x] += Arena[line] << shift;
            line += Layer.PhaseX;
        }
    }

    private void AddSkipLevels(ushort[] levels, int line, int[] sums, int at, int columns, int shift)
    {
        for (int x = 0; x < columns; x++)
        {
            sums[at + x] += levels[Arena[line]] << shift;
            line += Layer.PhaseX;
        }
    }

    private void AddBias(int row, int[] sums, int positions)
    {
        TInts bias = TLanes.Broadcast(Layer.Bias[row]);
        int step = TLanes.Count >> 2;
        for (int p = 0; p < positions; p += step)
            TLanes.StoreInts(TLanes.Add(TLanes.LoadInts(ref sums[p]), bias), ref sums[p]);
    }

    /// <summary>Codes of all positions into <see cref="_codes"/>, as <see cref="Requantizer"/> says.</summary>
    private void Requantize(int row, ref int sums, int positions)
    {
        int step = TLanes.Count >> 2;
        TInts bias = TLanes.Broadcast(Layer.Bias[row]);
        TInts post = TLanes.Broadcast(Layer.Post[row]);
        TInts low = TLanes.Broadcast((int)Layer.Low[row]);
        TInts high = TLanes.Broadcast((int)Layer.High[row]);
        int shift = Layer.Shift[row];
        ref byte codes = ref MemoryMarshal.GetArrayDataReference(_codes);
        if (Layer.SlopeCount is not null)
            ApplySlopes(row, ref sums, positions, bias);
        else
            post = TLanes.Add(post, bias);
        if (Layer.Borders is not null)
        {
            CountBorders(ref sums, positions, post, Layer.Borders[row]);
            post = default;
            shift = 0;
        }

        for (int p = 0; p < positions; p += TLanes.Count)
        {
            ref int sum = ref Unsafe.Add(ref sums, p);
            TInts a = Code(ref sum, post, shift, low, high);
            TInts b = Code(ref Unsafe.Add(ref sum, step), post, shift, low, high);
            TInts c = Code(ref Unsafe.Add(ref sum, step + step), post, shift, low, high);
            TInts d = Code(ref Unsafe.Add(ref sum, step + step + step), post, shift, low, high);
            TLanes.StoreBytes(TLanes.Narrow(a, b, c, d), ref Unsafe.Add(ref codes, p));
        }
    }

    /// <summary>sums = how many of the borders lie below sums + post.</summary>
    private static void CountBorders(ref int sums, int positions, TInts post, int[] borders)
    {
        int step = TLanes.Count >> 2;
        for (int p = 0; p < positions; p += step)
        {
            ref int at = ref Unsafe.Add(ref sums, p);
            TInts sum = TLanes.Add(TLanes.LoadInts(ref at), post);
            TInts count = default;
            foreach (int border in borders)
                count = TLanes.Subtract(count, TLanes.GreaterThan(sum, TLanes.Broadcast(border)));
            TLanes.StoreInts(count, ref at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInts Code(ref int sums, TInts post, int shift, TInts low, TInts high) =>
        TLanes.Min(TLanes.Max(TLanes.ShiftRight(TLanes.Add(TLanes.LoadInts(ref sums), post), shift), low), high);

    /// <summary>sums = act(sums + bias).</summary>
    private void ApplySlopes(int row, ref int sums, int positions, TInts bias)
    {
        int step = TLanes.Count >> 2;
        int first = Layer.SlopeFirst[row];
        int end = first + Layer.SlopeCount[row];
        byte[] terms = Layer.SlopeTerms;
        for (int p = 0; p < positions; p += step)
        {
            ref int sum = ref Unsafe.Add(ref sums, p);
            TInts acc = TLanes.Add(TLanes.LoadInts(ref sum), bias);
            TInts negative = default;
            for (int t = first; t < end; t++)
            {
                int term = terms[t];
                int right = (term & 0x7F) - 32;
                TInts part = right < 0 ? TLanes.ShiftLeft(acc, -right) : TLanes.ShiftRight(acc, right);
                negative = (term & 0x80) != 0 ? TLanes.Subtract(negative, part) : TLanes.Add(negative, part);
            }

            TLanes.StoreInts(TLanes.Select(TLanes.GreaterThan(default, acc), negative, acc), ref sum);
        }
    }
}
