namespace Barrel.Runtime
{
    /// <summary>Where the chains of a model's binary layers lie on a TDNN chip.</summary>
    public sealed class Placement
    {
        public const int KindSram = 1;
        public const int KindReram = 2;

        /// <summary>Name of the board whose chip it was placed for.</summary>
        public string Board;

        /// <summary>KindSram or KindReram.</summary>
        public int Kind;

        /// <summary>Segments of the chip, 1 to 65,536.</summary>
        public int Segments;

        /// <summary>Processing elements (PEs) of a segment, a multiple of 16, at most 64.</summary>
        public int SegmentPes;

        /// <summary>Bits of the chip's input buffer, at most 256 banks of SegmentPes.</summary>
        public int InputBits;

        /// <summary>Bits of a margin, sign included; 0 where the chip reads none.</summary>
        public int MarginBits;

        /// <summary>How often the chip is filled. With one its weights are loaded once and stay.</summary>
        public int Passes;

        /// <summary>In order of execution.</summary>
        public PlacedLayer[] Layers;

        /// <summary>The placed form of a layer of the model, or null.</summary>
        public PlacedLayer? Of(int layer)
        {
            for (int i = 0; i < Layers.Length; i++)
                if (Layers[i].Layer == layer)
                    return Layers[i];
            return null;
        }

        /// <summary>Segments of a chain.</summary>
        public int SegmentsOf(int pes)
        {
            return (pes + SegmentPes - 1) / SegmentPes;
        }

        /// <summary>Null, or why a chip such as this cannot run a layer.</summary>
        public string? WhyNot(NeuronChains chains)
        {
            int most = InputBits < Segments * SegmentPes ? InputBits : Segments * SegmentPes;
            if (chains.PesMax > most)
                return "a chain of " + chains.PesMax + " PEs, and the chip has room for " + most;
            if (!chains.IsSign && MarginBits == 0)
                return "sums of chains, and the chip gives only signs";
            if (!chains.IsSign && chains.PesMax >= 1 << (MarginBits - 1))
                return "sums up to " + chains.PesMax + ", and the chip reads " + MarginBits + " bits";
            return null;
        }
    }

    /// <summary>The chains of one binary layer on the chip, one a row; see <see cref="NeuronChains"/>.</summary>
    public sealed class PlacedLayer
    {
        /// <summary>Index of the layer in the model.</summary>
        public int Layer;

        /// <summary>What the chains hold.</summary>
        public NeuronChains Chains;

        /// <summary>[row]: in which filling of the chip its chain is there, from 0; meaningless for rows of fixed code.</summary>
        public int[] Pass;

        /// <summary>[row]: the first segment of its chain; the others follow it.</summary>
        public int[] FirstSegment;
    }
}
