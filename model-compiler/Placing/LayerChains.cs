using Barrel.Runtime;

namespace Barrel.Compiler.Placing;

/// <summary>One layer's chains as they are to be placed.</summary>
internal sealed class LayerChains
{
    /// <param name="index">Of the layer in the model.</param>
    /// <param name="chains">One a row.</param>
    /// <param name="segmentPes">Processing elements (PEs) of a segment.</param>
    public LayerChains(int index, NeuronChains chains, int segmentPes)
    {
        Index = index;
        Chains = chains;
        SegmentsOf = [.. Enumerable.Range(0, chains.Layer.Rows).Select(row => (chains.PesOf(row) + segmentPes - 1) / segmentPes)];
        SegmentsMax = SegmentsOf.Max();
        Segments = SegmentsOf.Sum(s => (long)s);
    }

    public int Index { get; }

    public NeuronChains Chains { get; }

    /// <summary>[row]: segments of its chain, 0 for rows of fixed code, which take none.</summary>
    public int[] SegmentsOf { get; }

    /// <summary>Of the longest chain.</summary>
    public int SegmentsMax { get; }

    /// <summary>Of all chains.</summary>
    public long Segments { get; }

    /// <summary>Windows of the layer, each of which is an evaluation.</summary>
    public int Positions => Chains.Layer.GridHeight * Chains.Layer.GridWidth;
}
