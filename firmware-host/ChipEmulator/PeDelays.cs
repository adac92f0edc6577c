using System.Numerics;
using System.Runtime.InteropServices;
using Barrel.Boards;

namespace Barrel.ChipEmulator;

/// <summary>
/// By how many steps each PE delays rail B more than rail A. Swaps turn what a PE adds into its input's sign times that difference, so a
/// chain's sum is the sum of inputs times differences. Made when weights are written; only needed where they are not all +1 or −1.
/// </summary>
internal sealed class PeDelays
{
    /// <summary>Differences of a segment, its PEs first, then zeros: whole vectors whatever the geometry.</summary>
    public const int Stride = 64;

    private readonly float[] differences;
    private readonly float[]? deviations;
    private readonly float[]? strengths;
    private readonly bool[] isUneven;
    private readonly double sigmaResistance;
    private readonly SeededNoise resistance;

    private PeDelays(BoardChip chip, ChipVariation variation, IReadOnlyList<PeFault> faults)
    {
        int peCount = chip.Segments * Stride;
        differences = new float[peCount];
        isUneven = new bool[chip.Segments];
        sigmaResistance = chip.IsReram ? variation.SigmaResistance : 0;
        resistance = new SeededNoise(variation.Seed, NoisePurpose.Resistance);
        if (variation.SigmaStatic > 0)
            deviations = Deviations(chip, variation);
        if (variation.SigmaStatic > 0 || sigmaResistance > 0)
            Array.Fill(isUneven, true);
        foreach (PeFault fault in faults.Where(f => f.Kind is PeFaultKind.Weak or PeFaultKind.Dead))
        {
            if (strengths is null)
                Array.Fill(strengths = new float[peCount], 1);
            strengths[(fault.Segment * Stride) + fault.Pe] = fault.Kind == PeFaultKind.Dead ? 0 : (float)fault.Strength;
            isUneven[fault.Segment] |= fault.Kind == PeFaultKind.Weak;
        }
    }

    /// <summary>The differences of a chip, or null where each is +1, −1 or, in a dead PE, 0.</summary>
    public static PeDelays? Of(BoardChip chip, ChipVariation variation, IReadOnlyList<PeFault> faults) =>
        variation.SigmaStatic > 0 || (chip.IsReram && variation.SigmaResistance > 0) || faults.Any(f => f.Kind == PeFaultKind.Weak)
            ? new PeDelays(chip, variation, faults)
            : null;

    /// <summary>Whether popcount cannot sum this segment.</summary>
    public bool IsUneven(int segment) => isUneven[segment];

    /// <summary>Sets one PE's difference.</summary>
    /// <param name="isNegative">Its state: a weight of −1, or stuck there.</param>
    /// <param name="programming">How many pulses its cell has had; 0 in SRAM.</param>
    public void Set(int segment, int pe, bool isNegative, int programming)
    {
        int index = (segment * Stride) + pe;
        float strength = strengths is null ? 1 : strengths[index];
        double difference = isNegative ? -strength : strength;
        if (sigmaResistance > 0)
            difference *= Math.Exp(sigmaResistance * resistance.Gaussian(index, programming));
        if (deviations is not null && strength != 0)
            difference += deviations[(2 * index) + (isNegative ? 1 : 0)];
        differences[index] = (float)difference;
    }

    /// <summary>Adds inputs times differences of a segment's PEs to lanes that the caller sums at the chain's end.</summary>
    /// <param name="inputBits">Bit of PE k: 1 where its input is −1.</param>
    /// <param name="mask">Bits of the PEs that belong to the chain.</param>
    /// <param name="isWhole">Whether they are all of the segment.</param>
    public void Add(int segment, ulong inputBits, ulong mask, bool isWhole, ref Vector<float> lanes)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(differences.AsSpan(segment * Stride, Stride));
        Vector<int> laneBits = LaneBits;
        Vector<int> sign = new(int.MinValue);
        Vector<float> sum = lanes;
        int vectorsPerHalf = 32 / Vector<float>.Count;
        for (int half = 0; half < 2; half++)
        {
            Vector<int> inputs = new((int)(inputBits >> (32 * half)));
            Vector<int> members = new((int)(mask >> (32 * half)));
            foreach (Vector<float> difference in vectors.Slice(half * vectorsPerHalf, vectorsPerHalf))
            {
                Vector<int> isPlus = Vector.Equals(inputs & laneBits, Vector<int>.Zero);
                Vector<int> term = difference.As<float, int>() ^ Vector.AndNot(sign, isPlus);
                if (!isWhole)
                    term = Vector.AndNot(term, Vector.Equals(members & laneBits, Vector<int>.Zero));
                sum += term.As<int, float>();
                inputs = Vector.ShiftRightLogical(inputs, Vector<int>.Count);
                members = Vector.ShiftRightLogical(members, Vector<int>.Count);
            }
        }

        lanes = sum;
    }

    // A lane looks at its own bit of what is shifted past it.
    private static readonly Vector<int> LaneBits = new([.. Sequence.Range(0, Vector<int>.Count).Select(lane => 1 << lane)]);

    private static float[] Deviations(BoardChip chip, ChipVariation variation)
    {
        SeededNoise noise = new(variation.Seed, NoisePurpose.Static);
        float[] deviations = new float[chip.Segments * Stride * 2];
        for (int i = 0; i < deviations.Length; i++)
        {
            (double railB, double railA) = noise.GaussianPair(i / 2, i % 2);
            deviations[i] = (float)(variation.SigmaStatic * (railB - railA));
        }

        return deviations;
    }
}
