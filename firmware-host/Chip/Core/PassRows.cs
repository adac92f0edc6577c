using Barrel.Runtime;

namespace Barrel.Host.Chip
{
    /// <summary>The chains of a placement by pass, and within a pass by segment.</summary>
    internal sealed class PassRows
    {
        private readonly Placement placement;
        private readonly PlacedLayer[] layers;
        private readonly int[] rows;
        private readonly int[] firstOfPass;

        public PassRows(Placement placement)
        {
            this.placement = placement;
            firstOfPass = new int[placement.Passes + 1];
            for (int i = 0; i < placement.Layers.Length; i++)
                for (int row = 0; row < placement.Layers[i].Pass.Length; row++)
                    if (HasChain(placement.Layers[i], row))
                        firstOfPass[placement.Layers[i].Pass[row] + 1]++;
            for (int pass = 0; pass < placement.Passes; pass++)
                firstOfPass[pass + 1] += firstOfPass[pass];
            int[] end = new int[placement.Passes];
            for (int pass = 0; pass < end.Length; pass++)
                end[pass] = firstOfPass[pass];
            layers = new PlacedLayer[firstOfPass[placement.Passes]];
            rows = new int[layers.Length];
            for (int i = 0; i < placement.Layers.Length; i++)
                for (int row = 0; row < placement.Layers[i].Pass.Length; row++)
                    if (HasChain(placement.Layers[i], row))
                        Insert(placement.Layers[i], row, end);
        }

        /// <summary>Index of a pass's first chain; of the number of passes: of the one behind the last.</summary>
        public int First(int pass)
        {
            return firstOfPass[pass];
        }

        public PlacedLayer LayerAt(int index)
        {
            return layers[index];
        }

        public int RowAt(int index)
        {
            return rows[index];
        }

        public int FirstSegmentAt(int index)
        {
            return layers[index].FirstSegment[rows[index]];
        }

        public int SegmentsAt(int index)
        {
            return placement.SegmentsOf(layers[index].Chains.PesOf(rows[index]));
        }

        private static bool HasChain(PlacedLayer layer, int row)
        {
            return layer.Chains.FixedCodeOf(row) < 0;
        }

        /// <summary>Placements come nearly in order, so that a chain is seldom moved.</summary>
        private void Insert(PlacedLayer layer, int row, int[] end)
        {
            int pass = layer.Pass[row];
            int at = end[pass]++;
            for (; at > firstOfPass[pass] && FirstSegmentAt(at - 1) > layer.FirstSegment[row]; at--)
            {
                layers[at] = layers[at - 1];
                rows[at] = rows[at - 1];
            }

            layers[at] = layer;
            rows[at] = row;
        }
    }
}
