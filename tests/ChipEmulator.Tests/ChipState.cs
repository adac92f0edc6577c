using Barrel.Boards;

namespace Barrel.ChipEmulator.Tests;

/// <summary>What a host has written to a chip, and what the document says comes of it, bit by bit.</summary>
internal sealed class ChipState(BoardChip chip)
{
    public ushort[] Input { get; } = new ushort[chip.InputBits / 16];

    public ushort[] Config { get; } = new ushort[chip.Segments];

    public ushort[] Weights { get; } = new ushort[chip.Segments * chip.SegmentPes / 16];

    public static ushort Segment(bool starts, int count, int bank) => (ushort)((starts ? 0x8000 : 0) | (count << 8) | bank);

    public int InputBit(int index) => (Input[index / 16] >> (index % 16)) & 1;

    public int WeightBit(int segment, int pe) => (Weights[((segment * chip.SegmentPes) + pe) / 16] >> (pe % 16)) & 1;

    public void Randomize(Random random, ushort[] words)
    {
        for (int i = 0; i < words.Length; i++)
            words[i] = (ushort)random.Next(65536);
    }

    /// <summary>Random chains in which only a last segment has PEs to spare; some segments are off.</summary>
    public void RandomizeConfig(Random random)
    {
        int banks = chip.InputBits / chip.SegmentPes;
        bool mayContinue = false;
        for (int segment = 0; segment < chip.Segments; segment++)
        {
            int what = random.Next(8);
            bool isWhole = what < 5;
            int count = what == 7 ? 0 : isWhole ? chip.SegmentPes : random.Next(1, chip.SegmentPes + 1);
            bool starts = !mayContinue || random.Next(3) == 0;
            Config[segment] = Segment(starts, count, random.Next(banks));
            mayContinue = count == chip.SegmentPes;
        }
    }

    public void WriteTo(Bench bench)
    {
        bench.Write(Frame.Config, Config);
        bench.Write(Frame.Weights, Weights);
        bench.Write(Frame.Input, Input);
    }

    /// <summary>Sum of the chain that ends in each segment; null where none does.</summary>
    public int?[] Sums()
    {
        int?[] sums = new int?[chip.Segments];
        List<int> inputs = [];
        List<int> weights = [];
        for (int segment = 0; segment < chip.Segments; segment++)
        {
            int count = (Config[segment] >> 8) & 0x7F;
            int bank = Config[segment] & 0xFF;
            for (int pe = 0; pe < count; pe++)
            {
                inputs.Add(InputBit((bank * chip.SegmentPes) + pe));
                weights.Add(WeightBit(segment, pe));
            }

            bool ends = segment + 1 == chip.Segments || (Config[segment + 1] & 0x8000) != 0 || (Config[segment + 1] & 0x7F00) == 0;
            if (ends && inputs.Count > 0)
                sums[segment] = Rails.Race(inputs, weights);
            if (ends)
            {
                inputs.Clear();
                weights.Clear();
            }
        }

        return sums;
    }
}
