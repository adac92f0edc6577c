using System;

namespace Barrel.Runtime.Simd;

/// <summary>All taps of a layer, decoded: runs of one exponent and sign, exponents falling in a row.</summary>
internal sealed class TapList
{
    private const long RanksPerTap = 4;

    private readonly int[] _rank = [];

    public TapList(Model model, TapLayer layer)
    {
        KeptTaps kept = layer.Kept ?? Decode(model, layer);
        Index = kept.Index;
        FirstRun = kept.FirstRun;
        FirstTap = kept.FirstTap;
        Exponent = kept.Exponent;
        Negative = kept.Negative;

        // A table of ranks is faster than sorting and searching, where there are not many more indices than taps.
        int most = -1;
        foreach (int index in Index)
            most = Math.Max(most, index);
        if (most >= RanksPerTap * Index.Length)
        {
            Distinct = Sorted(Index);
            return;
        }

        _rank = new int[most + 1];
        Distinct = new int[Rank(Index, _rank)];
        for (int index = 0; index <= most; index++)
            if (_rank[index] > 0)
                Distinct[_rank[index] - 1] = index;
    }

    private static KeptTaps Decode(Model model, TapLayer layer)
    {
        int fanIn = layer.InputChannels / layer.Groups * layer.KernelHeight * layer.KernelWidth;
        int rowsPerGroup = layer.Rows / layer.Groups;
        KeptTaps kept = new(layer.Rows, layer.TapCount);
        TapReader taps = new(model, layer);
        for (int row = 0; row < layer.Rows; row++)
        {
            int first = row / rowsPerGroup * fanIn;
            int runs = taps.BeginRow();
            for (int run = 0; run < runs; run++)
            {
                int count = taps.BeginRun();
                kept.BeginRun(count, taps.Exponent, taps.Negative);
                for (; count > 0; count--)
                    kept.Add(first + taps.NextTap());
            }

            kept.EndRow();
        }

        kept.End();
        return kept;
    }

    /// <summary>[tap]: (channel of the layer's input·KernelHeight + ky)·KernelWidth + kx.</summary>
    public int[] Index { get; }

    /// <summary>[row]: its first run; one more entry at the end.</summary>
    public int[] FirstRun { get; }

    /// <summary>[run]: its first tap; one more entry at the end.</summary>
    public int[] FirstTap { get; }

    public byte[] Exponent { get; }

    public bool[] Negative { get; }

    /// <summary>The distinct indices, rising.</summary>
    public int[] Distinct { get; }

    /// <summary>Which of the <see cref="Distinct"/> an index is.</summary>
    public int RankOf(int index) => _rank.Length > 0 ? _rank[index] - 1 : Array.BinarySearch(Distinct, index);

    private static int[] Sorted(int[] indices)
    {
        int[] sorted = (int[])indices.Clone();
        Array.Sort(sorted);
        int count = 0;
        for (int i = 0; i < sorted.Length; i++)
            if (i == 0 || sorted[i] != sorted[i - 1])
                sorted[count++] = sorted[i];
        return sorted.AsSpan(0, count).ToArray();
    }

    /// <summary>[index]: one more than its rank among those that are there, whose number is returned.</summary>
    private static int Rank(int[] indices, int[] rank)
    {
        foreach (int index in indices)
            rank[index] = 1;
        int count = 0;
        for (int index = 0; index < rank.Length; index++)
            if (rank[index] > 0)
                rank[index] = ++count;
        return count;
    }
}
