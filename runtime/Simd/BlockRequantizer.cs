using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>Turns a block's sums into codes, as <see cref="Requantizer"/> says: in 16 bits where they are enough, in 32 else.</summary>
internal sealed class BlockRequantizer<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private const int TermZero = 32;

    private readonly TapLayer _layer;
    private readonly WordRows _words;

    public BlockRequantizer(TapLayer layer, WordRows words)
    {
        _layer = layer;
        _words = words;
    }

    /// <param name="row">The row.</param>
    /// <param name="block">Where its sums lie.</param>
    /// <param name="sums">The sums without their bias; they are overwritten.</param>
    /// <param name="codes">Receives a code for each position.</param>
    public void Requantize(int row, in Block block, ref int sums, ref byte codes)
    {
        if (_layer.Borders is not null)
            CountBorders(row, block, ref sums);
        if (_words.Has[row])
        {
            if (!_words.HasSlope[row])
                WriteWords(row, block, ref sums, ref codes);
            else
                ActivateWords(row, block, ref sums, ref codes);
        }
        else if (!_words.HasSlope[row] || _layer.Borders is not null)
        {
            WriteInts(row, block, ref sums, ref codes);
        }
        else
        {
            ActivateInts(row, block, ref sums, ref codes);
        }
    }

    private void WriteWords(int row, in Block block, ref int sums, ref byte codes)
    {
        int unit = _words.Exponent[row];
        TWords post = TLanes.Broadcast((short)((_layer.Bias[row] + _layer.Post[row]) >> unit));
        int shift = OfWord(_layer.Shift[row] - unit);
        TWords low = TLanes.Broadcast((short)_layer.Low[row]);
        TWords high = TLanes.Broadcast((short)_layer.High[row]);
        for (int v = block.Used; v > 0; v--)
        {
            TWords x = TLanes.Add(TLanes.AsWords(TLanes.LoadInts(ref sums)), post);
            TWords y = TLanes.Add(TLanes.AsWords(TLanes.LoadInts(ref Unsafe.Add(ref sums, TLanes.Count >> 2))), post);
            TLanes.StoreBytes(TLanes.Pack(Code(x, shift, low, high), Code(y, shift, low, high)), ref codes);
            sums = ref Unsafe.Add(ref sums, TLanes.Count);
            codes = ref Unsafe.Add(ref codes, TLanes.Count);
        }
    }

    /// <summary>As <see cref="WriteWords"/>, with act(x) = max(x, 0) + Σ ±(min(x, 0) >> k): zero sums to zero, so that nothing need be compared.</summary>
    private void ActivateWords(int row, in Block block, ref int sums, ref byte codes)
    {
        byte[] terms = _layer.SlopeTerms;
        int first = _layer.SlopeFirst[row];
        int end = first + _layer.SlopeCount[row];
        TWords bias = TLanes.Broadcast((short)_layer.Bias[row]);
        TWords post = TLanes.Broadcast((short)_layer.Post[row]);
        int shift = OfWord(_layer.Shift[row]);
        TWords low = TLanes.Broadcast((short)_layer.Low[row]);
        TWords high = TLanes.Broadcast((short)_layer.High[row]);
        for (int v = block.Used; v > 0; v--)
        {
            TWords x = TLanes.Add(TLanes.AsWords(TLanes.LoadInts(ref sums)), bias);
            TWords y = TLanes.Add(TLanes.AsWords(TLanes.LoadInts(ref Unsafe.Add(ref sums, TLanes.Count >> 2))), bias);
            TWords below = TLanes.Min(x, default);
            TWords secondBelow = TLanes.Min(y, default);
            x = TLanes.Add(TLanes.Max(x, default), post);
            y = TLanes.Add(TLanes.Max(y, default), post);
            for (int t = first; t < end; t++)
            {
                int term = terms[t];
                int right = OfWord((term & 0x7F) - TermZero);
                TWords p = right < 0 ? TLanes.ShiftLeft(below, -right) : TLanes.ShiftRight(below, right);
                TWords q = right < 0 ? TLanes.ShiftLeft(secondBelow, -right) : TLanes.ShiftRight(secondBelow, right);
                x = (term & 0x80) != 0 ? TLanes.Subtract(x, p) : TLanes.Add(x, p);
                y = (term & 0x80) != 0 ? TLanes.Subtract(y, q) : TLanes.Add(y, q);
            }

            TLanes.StoreBytes(TLanes.Pack(Code(x, shift, low, high), Code(y, shift, low, high)), ref codes);
            sums = ref Unsafe.Add(ref sums, TLanes.Count);
            codes = ref Unsafe.Add(ref codes, TLanes.Count);
        }
    }

    private void WriteInts(int row, in Block block, ref int sums, ref byte codes)
    {
        // Counts of borders are codes already.
        bool isCode = _layer.Borders is not null;
        TInts post = TLanes.Broadcast(isCode ? 0 : _layer.Bias[row] + _layer.Post[row]);
        int shift = isCode ? 0 : _layer.Shift[row];
        TInts low = TLanes.Broadcast((int)_layer.Low[row]);
        TInts high = TLanes.Broadcast((int)_layer.High[row]);
        int quarter = TLanes.Count >> 2;
        for (int v = block.Used; v > 0; v--)
        {
            TInts a = Code(TLanes.Add(TLanes.LoadInts(ref sums), post), shift, low, high);
            TInts b = Code(TLanes.Add(TLanes.LoadInts(ref Unsafe.Add(ref sums, quarter)), post), shift, low, high);
            TInts c = Code(TLanes.Add(TLanes.LoadInts(ref Unsafe.Add(ref sums, quarter + quarter)), post), shift, low, high);
            TInts d = Code(TLanes.Add(TLanes.LoadInts(ref Unsafe.Add(ref sums, quarter + quarter + quarter)), post), shift, low, high);
            TLanes.StoreBytes(Pack(a, b, c, d), ref codes);
            sums = ref Unsafe.Add(ref sums, TLanes.Count);
            codes = ref Unsafe.Add(ref codes, TLanes.Count);
        }
    }

    /// <summary>As <see cref="ActivateWords"/>, four planes.</summary>
    private void ActivateInts(int row, in Block block, ref int sums, ref byte codes)
    {
        ref byte terms = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_layer.SlopeTerms), _layer.SlopeFirst[row]);
        int count = _layer.SlopeCount[row];
        TInts bias = TLanes.Broadcast(_layer.Bias[row]);
        TInts post = TLanes.Broadcast(_layer.Post[row]);
        int shift = _layer.Shift[row];
        TInts low = TLanes.Broadcast((int)_layer.Low[row]);
        TInts high = TLanes.Broadcast((int)_layer.High[row]);
        int quarter = TLanes.Count >> 2;
        for (int v = block.Used; v > 0; v--)
        {
            TInts a = TLanes.Add(TLanes.LoadInts(ref sums), bias);
            TInts b = TLanes.Add(TLanes.LoadInts(ref Unsafe.Add(ref sums, quarter)), bias);
            TInts c = TLanes.Add(TLanes.LoadInts(ref Unsafe.Add(ref sums, quarter + quarter)), bias);
            TInts d = TLanes.Add(TLanes.LoadInts(ref Unsafe.Add(ref sums, quarter + quarter + quarter)), bias);
            TInts p = TLanes.Min(a, default);
            TInts q = TLanes.Min(b, default);
            TInts r = TLanes.Min(c, default);
            TInts s = TLanes.Min(d, default);
            a = TLanes.Add(TLanes.Max(a, default), post);
            b = TLanes.Add(TLanes.Max(b, default), post);
            c = TLanes.Add(TLanes.Max(c, default), post);
            d = TLanes.Add(TLanes.Max(d, default), post);
            for (int t = 0; t < count; t++)
            {
                int term = Unsafe.Add(ref terms, t);
                int right = (term & 0x7F) - TermZero;
                TInts e, f, g, h;
                if (right < 0)
                {
                    e = TLanes.ShiftLeft(p, -right);
                    f = TLanes.ShiftLeft(q, -right);
                    g = TLanes.ShiftLeft(r, -right);
                    h = TLanes.ShiftLeft(s, -right);
                }
                else
                {
                    e = TLanes.ShiftRight(p, right);
                    f = TLanes.ShiftRight(q, right);
                    g = TLanes.ShiftRight(r, right);
                    h = TLanes.ShiftRight(s, right);
                }

                if ((term & 0x80) != 0)
                {
                    a = TLanes.Subtract(a, e);
                    b = TLanes.Subtract(b, f);
                    c = TLanes.Subtract(c, g);
                    d = TLanes.Subtract(d, h);
                }
                else
                {
                    a = TLanes.Add(a, e);
                    b = TLanes.Add(b, f);
                    c = TLanes.Add(c, g);
                    d = TLanes.Add(d, h);
                }
            }

            TLanes.StoreBytes(Pack(Code(a, shift, low, high), Code(b, shift, low, high), Code(c, shift, low, high), Code(d, shift, low, high)), ref codes);
            sums = ref Unsafe.Add(ref sums, TLanes.Count);
            codes = ref Unsafe.Add(ref codes, TLanes.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TInts Activate(int row, TInts sum, TInts post)
    {
        byte[] terms = _layer.SlopeTerms;
        int first = _layer.SlopeFirst[row];
        int end = first + _layer.SlopeCount[row];
        TInts below = TLanes.Min(sum, default);
        sum = TLanes.Add(TLanes.Max(sum, default), post);
        for (int t = first; t < end; t++)
        {
            int term = terms[t];
            int right = (term & 0x7F) - TermZero;
            TInts part = right < 0 ? TLanes.ShiftLeft(below, -right) : TLanes.ShiftRight(below, right);
            sum = (term & 0x80) != 0 ? TLanes.Subtract(sum, part) : TLanes.Add(sum, part);
        }

        return sum;
    }

    /// <summary>To the right by 15 and by more is the same in 16 bits.</summary>
    private static int OfWord(int shift) => shift < 15 ? shift : 15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWords Code(TWords sum, int shift, TWords low, TWords high) => TLanes.Min(TLanes.Max(TLanes.ShiftRight(sum, shift), low), high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInts Code(TInts sum, int shift, TInts low, TInts high) => TLanes.Min(TLanes.Max(TLanes.ShiftRight(sum, shift), low), high);

    /// <summary>sums = how many of the row's borders lie below act(sums + bias) + post.</summary>
    private void CountBorders(int row, in Block block, ref int sums)
    {
        TInts bias = TLanes.Broadcast(_layer.Bias[row]);
        TInts post = TLanes.Broadcast(_layer.Post[row]);
        bool hasSlope = _layer.SlopeCount is not null;
        for (int v = 0; v < block.Used << 2; v++)
        {
            TInts sum = TLanes.Add(TLanes.LoadInts(ref sums), bias);
            sum = hasSlope ? Activate(row, sum, post) : TLanes.Add(sum, post);
            TInts count = default;
            foreach (int border in _layer.Borders[row])
                count = TLanes.Subtract(count, TLanes.GreaterThan(sum, TLanes.Broadcast(border)));
            TLanes.StoreInts(count, ref sums);
            sums = ref Unsafe.Add(ref sums, TLanes.Count >> 2);
        }
    }

    /// <summary>A vector of codes from its four planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TBytes Pack(TInts a, TInts b, TInts c, TInts d) => TLanes.AsBytes(
        TLanes.Or(TLanes.Or(a, TLanes.ShiftLeft(b, 8)), TLanes.Or(TLanes.ShiftLeft(c, 16), TLanes.ShiftLeft(d, 24))));
}
