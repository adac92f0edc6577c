using Barrel.Runtime;

namespace Barrel.Compiler.Placing;

/// <summary>One neuron's chain where it lies on a chip.</summary>
/// <param name="Chains">Those of its layer.</param>
/// <param name="Row">The neuron.</param>
/// <param name="First">Its first segment.</param>
/// <param name="End">The segment behind its last.</param>
internal readonly record struct PlacedChain(NeuronChains Chains, int Row, int First, int End)
{
    /// <summary>Processing elements (PEs) of the chain in one of its segments.</summary>
    public int PesIn(int segment, int segmentPes) => Math.Min(segmentPes, Chains.PesOf(Row) - ((segment - First) * segmentPes));

    /// <summary>Weight bits of the chain in one of its segments, PE k at bit k, 1 for −1; 0 behind the chain's end.</summary>
    public ulong WeightsIn(int segment, int segmentPes)
    {
        // Segments need not begin with a word.
        int before = (segment - First) * segmentPes;
        int at = (Row * Chains.WordsPerRow) + (before >> 6), shift = before & 63;
        ulong bits = Chains.Weights[at] >> shift;
        if (shift + segmentPes > 64 && (before >> 6) + 1 < Chains.WordsPerRow)
            bits |= Chains.Weights[at + 1] << (64 - shift);
        int pes = PesIn(segment, segmentPes);
        return pes == 64 ? bits : bits & ((1UL << pes) - 1);
    }

    /// <summary>What the link's CONFIG has for one of its segments.</summary>
    public int ConfigurationIn(int segment, int segmentPes) => (segment == First ? 1 << 15 : 0) | (PesIn(segment, segmentPes) << 8) | (segment - First);
}
