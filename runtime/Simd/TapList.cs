using System;
using System.Collections.Generic;

namespace Barrel.Runtime.Simd;

/// <summary>All taps of a layer, decoded: runs of one exponent and sign, exponents falling in a row.</summary>
internal sealed class TapList
{
    private const long RanksPerTap = 4;

    private readonly int[] _rank = [];

    public TapList(Model model, TapLayer layer)
    {
        int area = layer.KernelHeight * layer.KernelWidth;
        int fanIn = layer.InputChannels / layer.Groups * area;
        int rowsPerGroup = layer.Rows / layer.Groups;
        List<int> firstTap = [];
        List<byte> exponents = [];
        List<bool> negatives = [];
        Index = new int[layer.TapCount];
        FirstRun = new int[layer.Rows + 1];
        TapReader taps = new(model, layer);
        int tap = 0;
        for (int row = 0; row < layer.Rows; row++)
        {
            FirstRun[row] = firstTap.Count;
            int first = row / rowsPerGroup * fanIn;
            int runs = taps.BeginRow();
            for (int run = 0; run < runs; run++)
            {
                firstTap.Add(tap);
                int end = tap + taps.BeginRun();
                exponents.Add((byte)taps.Exponent);
                negatives.Add(taps.Negative);
                while (tap < end)
                    Index[tap++] = first + taps.NextTap();
            }
        }

        FirstRun[layer.Rows] = firstTap.Count;
        firstTap.Add(tap);
        FirstTap = [.. firstTap];
        Exponent = [.. exponents];
        Negative = [.. negatives];

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
