using System.Runtime.CompilerServices;

namespace Barrel.Runtime.Simd;

/// <summary>Turns a block's sums into codes, as <see cref="Requantizer"/> says.</summary>
internal sealed class BlockRequantizer<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private readonly TapLayer _layer;

    public BlockRequantizer(TapLayer layer) => _layer = layer;

    /// <param name="row">The row.</param>
    /// <param name="block">Where its sums lie.</param>
    /// <param name="sums">The sums without their bias; they are overwritten.</param>
    /// <param name="codes">Receives a code for each position.</param>
    public void Requantize(int row, in Block block, ref int sums, ref byte codes)
    {
        TInts post = TLanes.Broadcast(_layer.Post[row]);
        TInts bias = TLanes.Broadcast(_layer.Bias[row]);
        int shift = _layer.Shift[row];
        if (_layer.SlopeCount is not null)
            Activate(row, bias, block, ref sums);
        else
            post = TLanes.Add(post, bias);
        if (_layer.Borders is not null)
        {
            CountBorders(_layer.Borders[row], post, block, ref sums);
            post = default;
            shift = 0;
        }

        TInts low = TLanes.Broadcast((int)_layer.Low[row]);
        TInts high = TLanes.Broadcast((int)_layer.High[row]);
        int quarter = TLanes.Count >> 2;
        for (int v = 0; v < block.Used; v++)
        {
            TInts a = Code(ref sums, post, shift, low, high);
            TInts b = Code(ref Unsafe.Add(ref sums, quarter), post, shift, low, high);
            TInts c = Code(ref Unsafe.Add(ref sums, quarter + quarter), post, shift, low, high);
            TInts d = Code(ref Unsafe.Add(ref sums, quarter + quarter + quarter), post, shift, low, high);
            TLanes.StoreBytes(Pack(a, b, c, d), ref codes);
            sums = ref Unsafe.Add(ref sums, TLanes.Count);
            codes = ref Unsafe.Add(ref codes, TLanes.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInts Code(ref int sums, TInts post, int shift, TInts low, TInts high) =>
        TLanes.Min(TLanes.Max(TLanes.ShiftRight(TLanes.Add(TLanes.LoadInts(ref sums), post), shift), low), high);

    /// <summary>sums = act(sums + bias): what is negative becomes the sum of the slope's terms.</summary>
    private void Activate(int row, TInts bias, in Block block, ref int sums)
    {
        int quarter = TLanes.Count >> 2;
        int firstTerm = _layer.SlopeFirst[row];
        int endTerm = firstTerm + _layer.SlopeCount[row];
        byte[] terms = _layer.SlopeTerms;
        for (int v = 0; v < block.Used; v++)
        {
            ref int second = ref Unsafe.Add(ref sums, quarter);
            ref int third = ref Unsafe.Add(ref second, quarter);
            ref int fourth = ref Unsafe.Add(ref third, quarter);
            TInts a = TLanes.Add(TLanes.LoadInts(ref sums), bias);
            TInts b = TLanes.Add(TLanes.LoadInts(ref second), bias);
            TInts c = TLanes.Add(TLanes.LoadInts(ref third), bias);
            TInts d = TLanes.Add(TLanes.LoadInts(ref fourth), bias);
            TInts p = default, q = default, r = default, s = default;
            for (int t = firstTerm; t < endTerm; t++)
            {
                int term = terms[t];
                int right = (term & 0x7F) - 32;
                int left = right < 0 ? -right : 0;
                right += left;
                TInts sign = TLanes.Broadcast(-(term >> 7));
                p = TLanes.Add(p, Term(a, left, right, sign));
                q = TLanes.Add(q, Term(b, left, right, sign));
                r = TLanes.Add(r, Term(c, left, right, sign));
                s = TLanes.Add(s, Term(d, left, right, sign));
            }

            TLanes.StoreInts(TLanes.Select(TLanes.GreaterThan(default, a), p, a), ref sums);
            TLanes.StoreInts(TLanes.Select(TLanes.GreaterThan(default, b), q, b), ref second);
            TLanes.StoreInts(TLanes.Select(TLanes.GreaterThan(default, c), r, c), ref third);
            TLanes.StoreInts(TLanes.Select(TLanes.GreaterThan(default, d), s, d), ref fourth);
            sums = ref Unsafe.Add(ref fourth, quarter);
        }
    }

    /// <summary>(value &lt;&lt; left >> right), negated where sign is −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInts Term(TInts value, int left, int right, TInts sign) =>
        TLanes.Subtract(TLanes.Xor(TLanes.ShiftRight(TLanes.ShiftLeft(value, left), right), sign), sign);

    /// <summary>sums = how many of the borders lie below sums + post.</summary>
    private static void CountBorders(int[] borders, TInts post, in Block block, ref int sums)
    {
        for (int v = 0; v < block.Used << 2; v++)
        {
            TInts sum = TLanes.Add(TLanes.LoadInts(ref sums), post);
            TInts count = default;
            foreach (int border in borders)
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
