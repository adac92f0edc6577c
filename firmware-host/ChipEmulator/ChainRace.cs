using System.Numerics;
using Barrel.Boards;

namespace Barrel.ChipEmulator;

/// <summary>
/// Evaluates all chains. Recoding and swaps together make of PE i's difference its input's sign times that difference, so that the delay
/// at a chain's end is a sum; where all differences are one step, XOR and popcount give it.
/// </summary>
internal sealed class ChainRace
{
    private readonly ushort[] output;
    private readonly short[] margin;
    private readonly int marginMax;
    private readonly double sigmaJitter;
    private readonly SeededNoise jitter;
    private readonly SeededNoise coin;

    public ChainRace(BoardChip chip, ChipVariation variation)
    {
        output = new ushort[(chip.Segments + 15) / 16];
        margin = new short[chip.MarginBits == 0 ? 0 : chip.Segments];
        marginMax = (1 << Math.Max(chip.MarginBits - 1, 0)) - 1;
        // Two rails' deviations in each of a chain's PEs add up as their squares.
        sigmaJitter = variation.SigmaJitter * Math.Sqrt(2);
        jitter = new SeededNoise(variation.Seed, NoisePurpose.Jitter);
        coin = new SeededNoise(variation.Seed, NoisePurpose.Coin);
    }

    /// <summary>Bit s: 1 where the chain that ends in segment s came out negative.</summary>
    public ReadOnlySpan<ushort> Output => output;

    /// <summary>Sums in steps, rounded and saturated; empty without a converter.</summary>
    public ReadOnlySpan<short> Margin => margin;

    /// <summary>All results become 0.</summary>
    public void Clear()
    {
        Array.Clear(output);
        Array.Clear(margin);
    }

    /// <param name="inputs">Input bits of each bank, and one bank of zeros after them.</param>
    /// <param name="evaluation">Number of this evaluation, which jitter depends on.</param>
    public void Run(ChainPlan plan, ProcessingElements elements, ReadOnlySpan<ulong> inputs, long evaluation)
    {
        ReadOnlySpan<ulong> weights = elements.Effective;
        ReadOnlySpan<PlannedSegment> segments = plan.Segments;
        int begin = 0;
        foreach (PlannedChain chain in plan.Chains)
        {
            ReadOnlySpan<PlannedSegment> own = segments[begin..chain.EndIndex];
            begin = chain.EndIndex;
            if (elements.Delays is null)
            {
                int negative = 0;
                foreach (PlannedSegment part in own)
                    negative += BitOperations.PopCount((weights[part.Segment] ^ inputs[part.Bank]) & part.Mask);
                int steps = chain.LivePes - (2 * negative);
                Finish(chain, steps, evaluation);
            }
            else
                Finish(chain, SumOfDelays(own, elements.Delays, weights, inputs), evaluation);
        }
    }

    private static double SumOfDelays(ReadOnlySpan<PlannedSegment> own, PeDelays delays, ReadOnlySpan<ulong> weights, ReadOnlySpan<ulong> inputs)
    {
        int steps = 0;
        Vector<float> lanes = Vector<float>.Zero;
        foreach (PlannedSegment part in own)
        {
            if (delays.IsUneven(part.Segment))
                delays.Add(part.Segment, inputs[part.Bank], part.Mask, part.IsWhole, ref lanes);
            else
                steps += BitOperations.PopCount(part.Mask) - (2 * BitOperations.PopCount((weights[part.Segment] ^ inputs[part.Bank]) & part.Mask));
        }

        return steps + (double)Vector.Sum(lanes);
    }

    private void Finish(PlannedChain chain, double steps, long evaluation)
    {
        int segment = chain.LastSegment;
        if (sigmaJitter > 0)
            steps += sigmaJitter * Math.Sqrt(chain.Pes) * jitter.Gaussian(evaluation, segment);
        bool isNegative = steps == 0 ? (coin.Bits(evaluation, segment) & 1) != 0 : steps < 0;
        ushort bit = (ushort)(1 << (segment % 16));
        ref ushort word = ref output[segment / 16];
        word = (ushort)(isNegative ? word | bit : word & ~bit);
        if (margin.Length > 0)
            margin[segment] = (short)Math.Clamp(Math.Round(steps), -marginMax - 1, marginMax);
    }
}
