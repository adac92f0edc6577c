using System;
using System.Collections.Generic;

namespace Barrel.Runtime.Simd;

/// <summary>All taps of a layer, decoded: runs of one exponent and sign, exponents falling in a row.</summary>
internal sealed class TapList
{
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
    }

    private TapList(int[] index, int[] firstRun, int[] firstTap, byte[] exponent, bool[] negative)
    {
        Index = index;
        FirstRun = firstRun;
        FirstTap = firstTap;
        Exponent = exponent;
        Negative = negative;
    }

    /// <summary>[tap]: (channel of the layer's input·KernelHeight + ky)·KernelWidth + kx.</summary>
    public int[] Index { get; }

    /// <summary>[row]: its first run; one more entry at the end.</summary>
    public int[] FirstRun { get; }

    /// <summary>[run]: its first tap; one more entry at the end.</summary>
    public int[] FirstTap { get; }

    public byte[] Exponent { get; }

    public bool[] Negative { get; }

    /// <summary>
    /// The same sums with fewer steps of <paramref name="length"/> taps: where a run ends with less than half a step, those taps become twice as many of the
    /// exponent below, if that has taps of their sign. x·2^e = x·2^(e − 1) + x·2^(e − 1), and a step that is not filled up costs as much as a full one.
    /// </summary>
    public TapList Fill(int length)
    {
        List<int> index = new(Index.Length + (Index.Length >> 2));
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
                if (below >= 0 && rest < (length + 1) / 2)
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
        return new TapList([.. index], FirstRun, firstTap, Exponent, Negative);
    }

    /// <summary>The run of the exponent below and the same sign in the row; −1 where there is none.</summary>
    private int RunBelow(int run, int end)
    {
        for (int i = run + 1; i < end && Exponent[i] >= Exponent[run] - 1; i++)
            if (Exponent[i] == Exponent[run] - 1 && Negative[i] == Negative[run])
                return i;
        return -1;
    }

    /// <summary>The distinct indices, rising.</summary>
    public int[] Distinct()
    {
        int[] sorted = (int[])Index.Clone();
        Array.Sort(sorted);
        int count = 0;
        for (int i = 0; i < sorted.Length; i++)
            if (i == 0 || sorted[i] != sorted[i - 1])
                sorted[count++] = sorted[i];
        return sorted.AsSpan(0, count).ToArray();
    }
}
