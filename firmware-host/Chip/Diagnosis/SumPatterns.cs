using System.Numerics;

namespace Barrel.Host.Chip.Diagnosis;

/// <summary>
/// Random inputs whose sums lie on a lattice around zero. In each pattern an element (PE) adds +1 or −1 by the drawing, and the sum of all is −reach,
/// −reach + 2, … reach, equally often for each choice of elements. So for every PE at once, whatever the sum of the others, there are as many patterns
/// where it pushes up as where it pushes down.
/// </summary>
internal sealed class SumPatterns
{
    /// <summary>Patterns of a block: one for each bit of a word.</summary>
    public const int BlockSize = 64;

    private const int ReachMax = 10;

    /// <summary>Sums up to here are where a good chip's signs change, and are looked at more often.</summary>
    private const int CentreMax = 5;

    private readonly List<PatternBlock> blocks = [];

    /// <param name="weights">Bit k: weight of PE k, 1 being −1.</param>
    /// <param name="pes">PEs of the segment, 16 to 64.</param>
    /// <param name="hasHelper">Whether one PE of the next segment belongs to the chain: sums are then odd, else even. Its weight is that of PE 0.</param>
    /// <param name="effort">Blocks for each of the outer sums; those near zero get twice as many.</param>
    /// <param name="random">Where patterns come from.</param>
    public SumPatterns(ulong weights, int pes, bool hasHelper, int effort, Random random)
    {
        Pes = pes;
        HasHelper = hasHelper;
        int all = pes + (hasHelper ? 1 : 0);
        int reach = Math.Min(ReachMax, pes / 2);
        reach -= (reach + all) & 1;
        for (int sum = -reach; sum <= reach; sum += 2)
            Add(weights, all, sum, reach, (Math.Abs(sum) <= CentreMax ? 2 : 1) * effort, random);
    }

    public int Pes { get; }

    public bool HasHelper { get; }

    public IReadOnlyList<PatternBlock> Blocks => blocks;

    private void Add(ulong weights, int all, int sum, int reach, int count, Random random)
    {
        int first = blocks.Count;
        int[] order = [.. Sequence.Range(0, all)];
        for (int i = 0; i < count; i++)
        {
            PatternBlock block = new() { Inputs = new ulong[BlockSize], Pushes = new ulong[Pes], UpWeights = new float[Pes], DownWeights = new float[Pes] };
            for (int pattern = 0; pattern < BlockSize; pattern++)
            {
                random.Shuffle(order);
                Fill(block, pattern, order.AsSpan(0, (all + sum) / 2), weights);
            }

            blocks.Add(block);
        }

        // The lowest sum has nothing to compare its upward pushes with, the highest nothing for its downward ones.
        for (int pe = 0; pe < Pes; pe++)
        {
            int ups = (int)blocks.Skip(first).Sum(b => BitOperations.PopCount(b.Pushes[pe])), downs = (count * BlockSize) - ups;
            foreach (PatternBlock block in blocks.Skip(first))
            {
                block.UpWeights[pe] = sum == -reach ? 0 : 1f / Math.Max(1, ups);
                block.DownWeights[pe] = sum == reach ? 0 : 1f / Math.Max(1, downs);
            }
        }

        foreach (PatternBlock block in blocks.Skip(first))
            block.CoverageWeight = sum == reach ? 1f / (count * BlockSize) : sum == -reach ? -1f / (count * BlockSize) : 0;
    }

    private void Fill(PatternBlock block, int pattern, ReadOnlySpan<int> up, ulong weights)
    {
        ulong downs = Pes == 64 ? ulong.MaxValue : (1UL << Pes) - 1;
        bool isHelperDown = HasHelper;
        foreach (int pe in up)
        {
            if (pe == Pes)
                isHelperDown = false;
            else
                downs &= ~(1UL << pe);
        }

        // A contribution of −1 is an input unlike the weight.
        block.Inputs[pattern] = downs ^ (weights & (ulong.MaxValue >> (64 - Pes)));
        block.Helpers |= ((isHelperDown ? 1UL : 0) ^ (weights & 1)) << pattern;
        for (int pe = 0; pe < Pes; pe++)
            block.Pushes[pe] |= (~downs >> pe & 1) << pattern;
    }
}

/// <summary>64 patterns of one sum.</summary>
internal sealed class PatternBlock
{
    /// <summary>Input bits of a segment for each pattern.</summary>
    public required ulong[] Inputs { get; init; }

    /// <summary>Bit of a pattern: input bit of the helper.</summary>
    public ulong Helpers { get; set; }

    /// <summary>For each PE, bit of a pattern: 1 where it pushes the sum up.</summary>
    public required ulong[] Pushes { get; init; }

    /// <summary>What a positive sign counts for the PE's step where it pushes up.</summary>
    public required float[] UpWeights { get; init; }

    /// <summary>What it counts against it where it pushes down.</summary>
    public required float[] DownWeights { get; init; }

    /// <summary>What a positive sign counts for the segment's coverage: how far signs follow the sums, 1 where they do wholly.</summary>
    public float CoverageWeight { get; set; }
}
