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

    /// <summary>The same runs with other taps, of the same indices.</summary>
    private TapList(TapList list, int[] index, int[] firstTap)
    {
        Index = index;
        FirstTap = firstTap;
        FirstRun = list.FirstRun;
        Exponent = list.Exponent;
        Negative = list.Negative;
        Distinct = list.Distinct;
        _rank = list._rank;
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

    /// <summary>
    /// The same sums with fewer steps of <paramref name="length"/> taps: where a run ends with less than half a step, those taps become twice as many of the
    /// exponent below, if that has taps of their sign. x·2^e = x·2^(e − 1) + x·2^(e − 1), and a step that is not filled up costs as much as a full one.
    /// </summary>
    public TapList Fill(int length)
    {
        List<int> index = new(Index.Length + (Index.Length >> 3));
        int[] firstTap = new int[FirstTap.Length];
        List<int>[] carried = [[], []];
        int[] carriedTo = [-1, -1];
        for (int row = 0; row + 1 < FirstRun.Length; row++)
        {
            carriedTo[0] = carriedTo[1] = -1;
            for (int run = FirstRun[row]; run < FirstRun[row + 1]; run++)
            {
                firstTap[run] = index.Count;
                int sign = Negative[run] ? 1 : 0;
                index.AddRange(Index.AsSpan(FirstTap[run], FirstTap[run + 1] - FirstTap[run]));
                if (carriedTo[sign] == run)
                    index.AddRange(carried[sign]);
                carried[sign].Clear();
                int below = RunBelow(run, FirstRun[row + 1]);
                int rest = (index.Count - firstTap[run]) % length;
                if (IsCarried(rest, length, below))
                {
                    for (int i = index.Count - rest; i < index.Count; i++)
                    {
                        carried[sign].Add(index[i]);
                        carried[sign].Add(index[i]);
                    }

                    index.RemoveRange(index.Count - rest, rest);
                    carriedTo[sign] = below;
                }
            }
        }

        firstTap[^1] = index.Count;
        return new TapList(this, [.. index], firstTap);
    }

    /// <summary>Taps, those of nothing included, and steps that it takes; with length 0 steps are of up to <paramref name="addsMax"/> taps, as they are.</summary>
    public (long Adds, long Steps) CountFilled(int length, int addsMax)
    {
        long adds = 0;
        long steps = 0;
        int[] carried = new int[2];
        int[] carriedTo = [-1, -1];
        for (int row = 0; row + 1 < FirstRun.Length; row++)
        {
            carriedTo[0] = carriedTo[1] = -1;
            for (int run = FirstRun[row]; run < FirstRun[row + 1]; run++)
            {
                int count = FirstTap[run + 1] - FirstTap[run];
                if (length == 0)
                {
                    adds += count;
                    steps += (count + addsMax - 1) / addsMax;
                    continue;
                }

                int sign = Negative[run] ? 1 : 0;
                if (carriedTo[sign] == run)
                    count += carried[sign];
                int below = RunBelow(run, FirstRun[row + 1]);
                int rest = count % length;
                if (IsCarried(rest, length, below))
                {
                    carried[sign] = rest + rest;
                    carriedTo[sign] = below;
                    count -= rest;
                }

                int filled = (count + length - 1) / length;
                steps += filled;
                adds += (long)filled * length;
            }
        }

        return (adds, steps);
    }

    private static bool IsCarried(int rest, int length, int below) => below >= 0 && rest < (length + 1) / 2;

    /// <summary>The run of the exponent below and the same sign in the row; −1 where there is none.</summary>
    private int RunBelow(int run, int end)
    {
        for (int i = run + 1; i < end && Exponent[i] >= Exponent[run] - 1; i++)
            if (Exponent[i] == Exponent[run] - 1 && Negative[i] == Negative[run])
                return i;
        return -1;
    }

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
