using Barrel.Runtime;

namespace Barrel.Compiler.Placing;

/// <summary>How often a placement of several passes programs a ReRAM chip's cells.</summary>
internal static class CellWear
{
    /// <summary>Changes of the cell that changes most in a frame, frame after frame; each takes at least one pulse.</summary>
    public static int PulsesPerFrame(Placement placement)
    {
        // Cells that chains of the first pass leave alone still hold what the last frame's later passes wrote: so the first weight is met again at the end.
        int[] most = new int[placement.Segments * placement.SegmentPes];
        sbyte[] first = new sbyte[most.Length], last = new sbyte[most.Length];
        foreach ((PlacedLayer placed, int row) in InOrder(placement))
        {
            int at = placed.FirstSegment[row] * placement.SegmentPes;
            int pes = placed.Chains.PesOf(row);
            for (int i = 0; i < pes; i++)
            {
                sbyte weight = IsMinus(placed.Chains, row, i) ? (sbyte)-1 : (sbyte)1;
                if (first[at + i] == 0)
                    first[at + i] = weight;
                else if (last[at + i] != weight)
                    most[at + i]++;
                last[at + i] = weight;
            }
        }

        for (int cell = 0; cell < most.Length; cell++)
            if (first[cell] != last[cell])
                most[cell]++;
        return most.Max();
    }

    private static IEnumerable<(PlacedLayer Placed, int Row)> InOrder(Placement placement) =>
        from placed in placement.Layers
        from row in Enumerable.Range(0, placed.Pass.Length)
        where placed.Chains.FixedCodeOf(row) < 0
        orderby placed.Pass[row]
        select (placed, row);

    private static bool IsMinus(NeuronChains chains, int row, int pe) => ((chains.Weights[(row * chains.WordsPerRow) + (pe >> 6)] >> (pe & 63)) & 1) != 0;
}
