using Barrel.Runtime;

namespace Barrel.Compiler.Packing;

/// <summary>
/// How a layer's taps are laid out: rows of channels·kernelArea weights, and what each exponent gets from its input channel and its row, as
/// <c>TapReader.ChannelBase</c> and <c>RowBase</c> have it.
/// </summary>
public sealed record TapShape(int Groups, int ChannelsPerGroup, int KernelHeight, int KernelWidth, int[] ChannelBase, int[] RowBase)
{
    public int KernelArea => KernelHeight * KernelWidth;

    public int FanIn => ChannelsPerGroup * KernelArea;

    public int FirstChannel(int row) => row / (RowBase.Length / Groups) * ChannelsPerGroup;

    /// <summary>The same with exponents as they are.</summary>
    public TapShape Absolute() => this with { ChannelBase = new int[ChannelBase.Length], RowBase = new int[RowBase.Length] };
}

/// <summary>Writes rows of taps as <c>TapReader</c> reads them, weight by weight.</summary>
internal static class TapCode
{
    /// <summary>Least and greatest leading exponent, as they are coded; (0, 0) where there is none.</summary>
    public static (int Lowest, int Highest) Window(TapRow[] rows, TapShape shape)
    {
        int lowest = int.MaxValue;
        int highest = int.MinValue;
        for (int r = 0; r < rows.Length; r++)
            foreach (Tap tap in rows[r].Taps.GroupBy(t => t.KernelIndex).Select(w => w.MaxBy(t => t.Exponent)))
            {
                int coded = tap.Exponent - BaseOf(shape, r, tap.KernelIndex);
                lowest = Math.Min(lowest, coded);
                highest = Math.Max(highest, coded);
            }

        return lowest > highest ? (0, 0) : (lowest, highest);
    }

    /// <param name="encoder">Gets the bits.</param>
    /// <param name="rows">Terms of a weight have different exponents.</param>
    /// <param name="shape">Gives the order and the bases.</param>
    /// <param name="window">From <see cref="Window"/>.</param>
    public static void Write(RangeEncoder encoder, TapRow[] rows, TapShape shape, (int Lowest, int Highest) window)
    {
        TapContexts contexts = new(shape.ChannelsPerGroup, shape.KernelArea, shape.KernelWidth);
        AdaptiveBits bits = new(TapContexts.Bits);
        for (int r = 0; r < rows.Length; r++)
        {
            Tap[] taps = [.. rows[r].Taps.OrderBy(t => t.KernelIndex).ThenByDescending(t => t.Exponent)];
            Tap[] last = [];
            int at = 0;
            contexts.BeginRow();
            for (int i = 0; i < shape.FanIn; i++)
            {
                int end = at;
                while (end < taps.Length && taps[end].KernelIndex == i)
                    end++;
                Tap[] weight = [.. taps[at..end].Select(t => t with { Exponent = t.Exponent - BaseOf(shape, r, i) })];
                at = end;
                encoder.Bit(bits, contexts.ZeroBit(), weight.Length == 0 ? 1 : 0);
                if (weight.Length == 0)
                {
                    contexts.Next(0, false);
                    continue;
                }

                int level = 2 + weight[0].Exponent - window.Lowest;
                bool repeats = weight.Select(t => (t.Exponent, t.Negative)).SequenceEqual(last.Select(t => (t.Exponent, t.Negative)));
                if (last.Length > 2)
                    encoder.Bit(bits, TapContexts.RepeatBit, repeats ? 1 : 0);
                if (last.Length <= 2 || !repeats)
                    WriteWeight(encoder, bits, contexts, weight, level, 2 + window.Highest - window.Lowest);
                contexts.Next(level, weight[0].Negative);
                last = weight;
            }
        }
    }

    private static int BaseOf(TapShape shape, int row, int index) =>
        shape.ChannelBase[shape.FirstChannel(row) + (index / shape.KernelArea)] + shape.RowBase[row];

    private static void WriteWeight(RangeEncoder encoder, AdaptiveBits bits, TapContexts contexts, Tap[] weight, int level, int greatest)
    {
        for (int l = greatest; l > 2; l--)
        {
            encoder.Bit(bits, TapContexts.LevelBit(l), l == level ? 1 : 0);
            if (l == level)
                break;
        }

        encoder.Bit(bits, contexts.SignBit(), weight[0].Negative ? 1 : 0);
        for (int t = 1; t < weight.Length; t++)
        {
            encoder.Bit(bits, TapContexts.MoreBit(t, level), 1);
            int distance = weight[t - 1].Exponent - weight[t].Exponent - 1;
            if (distance < 0)
                throw new ArgumentException($"two terms of the weight at {weight[t].KernelIndex} have the same exponent");
            for (int step = 0; step < distance; step++)
                encoder.Bit(bits, TapContexts.DistanceBit(t, level, step), 0);
            encoder.Bit(bits, TapContexts.DistanceBit(t, level, distance), 1);
            encoder.Bit(bits, TapContexts.SecondSignBit(t, level, distance), weight[t].Negative == weight[t - 1].Negative ? 0 : 1);
        }

        encoder.Bit(bits, TapContexts.MoreBit(weight.Length, level), 0);
    }
}
