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

    /// <summary>[tap]: (channel of the layer's input·KernelHeight + ky)·KernelWidth + kx.</summary>
    public int[] Index { get; }

    /// <summary>[row]: its first run; one more entry at the end.</summary>
    public int[] FirstRun { get; }

    /// <summary>[run]: its first tap; one more entry at the end.</summary>
    public int[] FirstTap { get; }

    public byte[] Exponent { get; }

    public bool[] Negative { get; }

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
