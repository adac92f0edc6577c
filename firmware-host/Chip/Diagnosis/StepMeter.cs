using System.Numerics;

namespace Barrel.Host.Chip.Diagnosis;

/// <summary>
/// Measures the delay step of every processing element (PE) by signs alone. F(v) being how often a chain's sign is positive where its sum should be v,
/// a PE of step d that pushes up instead of down moves the sum by 2d, and over a lattice of sums two apart the differences F(v + d) − F(v − d)
/// add up to d. That holds whatever the shape of F: bad PEs in the same chain, variation and jitter only widen it. On a chip without any variation
/// F is a staircase, and a step between 0 and 1 is measured as 0 over even sums, as 1 over odd ones: the mean of both says "between".
/// </summary>
internal sealed class StepMeter
{
    /// <summary>Below this a segment's signs do not follow its inputs.</summary>
    private const float CoverageMin = 0.25f;

    private const float UnitMin = 0.6f;
    private const float UnitMax = 1.6f;

    private readonly TdnnChip chip;
    private readonly int segments;
    private readonly int pes;
    private readonly ushort[] config;
    private readonly ushort[] input;
    private readonly ushort[] output;
    private readonly ulong[] signs;
    private readonly float[] steps;
    private readonly float[] coverage;
    private readonly float[] sorted;

    public StepMeter(TdnnChip chip)
    {
        this.chip = chip;
        segments = chip.Identity.Segments;
        pes = chip.Identity.SegmentPes;
        config = new ushort[segments];
        input = new ushort[(pes / 16) + 1];
        output = new ushort[(segments + 15) / 16];
        signs = new ulong[output.Length * 16];
        steps = new float[segments * pes];
        coverage = new float[segments];
        sorted = new float[pes];
    }

    public long EvaluationCount { get; private set; }

    /// <summary>Measures the chip as its weights are now.</summary>
    /// <param name="weights">They are these, in every segment: bit k, PE k.</param>
    /// <param name="effort">How long to look, 1 or more.</param>
    /// <param name="random">Where patterns come from.</param>
    /// <returns>For each segment's PEs the step in the direction of its weight: 1 for a good one. All of a segment that follows nothing are NaN.</returns>
    public float[] Measure(ulong weights, int effort, Random random)
    {
        float[] result = new float[steps.Length];
        MeasureEven(weights, effort, random, result);

        // The helper's input needs a bank of its own.
        if (chip.Identity.InputBits >= 2 * pes)
        {
            MeasureOdd(weights, effort, random, 0, result);
            MeasureOdd(weights, effort, random, 1, result);
        }

        return result;
    }

    /// <summary>No chains any more.</summary>
    public void TurnOff()
    {
        Array.Clear(config);
        chip.Link.Write(ChipRegisters.Config, config);
    }

    /// <summary>Each segment a chain.</summary>
    private void MeasureEven(ulong weights, int effort, Random random, float[] result)
    {
        Array.Fill(config, (ushort)(ChipRegisters.ConfigStart | (pes << ChipRegisters.ConfigLengthShift)));
        Evaluate(new SumPatterns(weights, pes, false, effort, random));
        for (int segment = 0; segment < segments; segment++)
        {
            float unit = UnitOf(segment);
            for (int pe = 0; pe < pes; pe++)
                result[(segment * pes) + pe] = steps[(segment * pes) + pe] / unit;
        }
    }

    /// <summary>
    /// Every second segment a chain, with one PE of the segment behind it: so the last PE too is in a chain of odd length. The chip's last segment
    /// has none behind it and does with its even sums.
    /// </summary>
    private void MeasureOdd(ulong weights, int effort, Random random, int first, float[] result)
    {
        Array.Clear(config);
        for (int segment = first; segment + 1 < segments; segment += 2)
        {
            config[segment] = (ushort)(ChipRegisters.ConfigStart | (pes << ChipRegisters.ConfigLengthShift));
            config[segment + 1] = (1 << ChipRegisters.ConfigLengthShift) | 1;
        }

        Evaluate(new SumPatterns(weights, pes, true, effort, random));
        for (int segment = first; segment + 1 < segments; segment += 2)
        {
            float unit = UnitOf(segment + 1);
            if (float.IsNaN(unit))
                continue;
            for (int pe = 0; pe < pes; pe++)
            {
                ref float step = ref result[(segment * pes) + pe];
                step = (step + (steps[((segment + 1) * pes) + pe] / unit)) / 2;
            }
        }
    }

    /// <summary>
    /// What a good PE of the segment gives: with bad ones beside it the sums lie closer than drawn, and some signs change beyond the lattice. Most PEs
    /// are good; where not, the coverage says it nearly. NaN for a segment that follows nothing.
    /// </summary>
    private float UnitOf(int segment)
    {
        if (coverage[segment] < CoverageMin)
            return float.NaN;
        steps.AsSpan(segment * pes, pes).CopyTo(sorted);
        Array.Sort(sorted);
        float median = (sorted[(pes / 2) - 1] + sorted[pes / 2]) / 2;
        return median > UnitMin * coverage[segment] && median < UnitMax * coverage[segment] ? median : coverage[segment];
    }

    private void Evaluate(SumPatterns patterns)
    {
        chip.Link.Write(ChipRegisters.Config, config);
        Array.Clear(steps);
        Array.Clear(coverage);
        foreach (PatternBlock block in patterns.Blocks)
        {
            Array.Clear(signs);
            for (int pattern = 0; pattern < SumPatterns.BlockSize; pattern++)
                EvaluateOne(block, pattern);
            EvaluationCount += SumPatterns.BlockSize;
            for (int segment = 0; segment < segments; segment++)
                Count(block, segment);
        }
    }

    private void EvaluateOne(PatternBlock block, int pattern)
    {
        for (int word = 0; word < pes / 16; word++)
            input[word] = (ushort)(block.Inputs[pattern] >> (16 * word));
        input[pes / 16] = (ushort)(block.Helpers >> pattern & 1);
        chip.Link.WriteThenRead(ChipRegisters.Input, input, chip.Identity.InputBits > pes ? input.Length : pes / 16, ChipRegisters.Output, output, output.Length);
        for (int word = 0; word < output.Length; word++)
        {
            // Here 1 is a positive sign.
            ulong bits = (ushort)~output[word];
            Span<ulong> own = signs.AsSpan(word * 16, 16);
            for (int i = 0; i < own.Length; i++)
                own[i] |= (bits >> i & 1) << pattern;
        }
    }

    private void Count(PatternBlock block, int segment)
    {
        ulong positive = signs[segment];
        int count = BitOperations.PopCount(positive);
        coverage[segment] += count * block.CoverageWeight;
        Span<float> own = steps.AsSpan(segment * pes, pes);
        for (int pe = 0; pe < own.Length; pe++)
        {
            int up = BitOperations.PopCount(positive & block.Pushes[pe]);
            own[pe] += (up * block.UpWeights[pe]) - ((count - up) * block.DownWeights[pe]);
        }
    }
}
