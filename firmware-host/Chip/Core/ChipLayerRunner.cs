using Barrel.Runtime;

namespace Barrel.Host.Chip
{
    /// <summary>Runs one placed layer on a chip: for each pass the chains are loaded, for each position inputs go there and results come back.</summary>
    internal sealed class ChipLayerRunner
    {
        private readonly ChipProgram program;
        private readonly ChainLayer layer;
        private readonly ushort[] inputs;
        private readonly ushort[] results;
        private readonly Share[] shares;
        private ushort[]? margins;

        /// <param name="program">Fills the chip.</param>
        /// <param name="placed">The layer's chains.</param>
        /// <param name="model">The model.</param>
        /// <param name="arena">Inputs are taken from it, results written to it.</param>
        public ChipLayerRunner(ChipProgram program, PlacedLayer placed, Model model, byte[] arena)
        {
            this.program = program;
            Placed = placed;
            layer = new ChainLayer(model, (BinaryLayer)model.Layers[placed.Layer], arena);

            // Whole banks: constants read zeros, which a wider layer's inputs may have left otherwise.
            Placement placement = program.Placement;
            inputs = new ushort[placement.SegmentsOf(placed.Chains.PesMax) * placement.SegmentPes >> 4];
            shares = SharesOf(placement.Passes);
            int most = 0;
            for (int i = 0; i < shares.Length; i++)
                if (shares[i].ResultWords > most)
                    most = shares[i].ResultWords;
            results = new ushort[most];
            SumCount = placed.Chains.IsSign ? 0 : layer.Positions * placed.Chains.Layer.Rows;
            Input = model.Tensors[placed.Chains.Layer.Input];
            Output = model.Tensors[placed.Chains.Layer.Output];
        }

        public PlacedLayer Placed { get; }

        /// <summary>The tensor that the layer reads.</summary>
        public TensorInfo Input { get; }

        /// <summary>The tensor that the layer writes.</summary>
        public TensorInfo Output { get; }

        /// <summary>Passes in which the layer has chains, in order.</summary>
        public int ShareCount
        {
            get { return shares.Length; }
        }

        /// <summary>Sums that <see cref="Evaluate"/> leaves for <see cref="WriteOut"/>; 0 for layers of signs.</summary>
        public int SumCount { get; }

        /// <summary>Counts of margins by size, 0 first; null where they are not asked for.</summary>
        public long[]? Margins { get; private set; }

        /// <summary>From now on reads the margin of every chain, which takes as many words as there are segments between them.</summary>
        public void CountMargins()
        {
            Margins = new long[1 << (program.Placement.MarginBits - 1)];
            int most = 0;
            for (int i = 0; i < shares.Length; i++)
                if (shares[i].SegmentEnd - shares[i].FirstSegment > most)
                    most = shares[i].SegmentEnd - shares[i].FirstSegment;
            margins = new ushort[most];
        }

        /// <summary>Loads the chains of one share.</summary>
        public void Load(int share)
        {
            program.Load(shares[share].Pass);
        }

        /// <summary>Runs one share's chains for every position of the frame in the arena.</summary>
        /// <param name="share">Which.</param>
        /// <param name="sums">Takes <see cref="SumCount"/> sums.</param>
        /// <param name="firstSum">Where the first goes.</param>
        public void Evaluate(int share, int[] sums, int firstSum)
        {
            Share own = shares[share];
            bool isSign = Placed.Chains.IsSign;
            for (int position = 0; position < layer.Positions; position++)
            {
                layer.Gather(position);
                for (int i = 0; i < inputs.Length; i++)
                    inputs[i] = i >> 2 < layer.Inputs.Length ? (ushort)(layer.Inputs[i >> 2] >> ((i & 3) << 4)) : (ushort)0;
                program.Chip.Link.WriteThenRead(ChipRegisters.Input, inputs, inputs.Length, own.ResultAddress, results, own.ResultWords);
                for (int i = 0; i < own.Rows.Length; i++)
                {
                    int at = own.LastSegments[i] - own.FirstResult;
                    if (isSign)
                        layer.WriteSign(own.Rows[i], position, ((results[at >> 4] >> (at & 15)) & 1) == 0);
                    else
                        sums[firstSum + own.Rows[i]] = (short)results[at];
                }

                if (!isSign)
                    firstSum += Placed.Chains.Layer.Rows;
                if (Margins != null)
                    ReadMargins(own, Margins);
            }
        }

        private void ReadMargins(Share own, long[] counts)
        {
            program.Chip.Link.Read(ChipRegisters.Margin + own.FirstSegment, margins!, 0, own.SegmentEnd - own.FirstSegment);
            for (int i = 0; i < own.LastSegments.Length; i++)
            {
                int margin = (short)margins![own.LastSegments[i] - own.FirstSegment];
                if (margin < 0)
                    margin = -margin;
                counts[margin < counts.Length ? margin : counts.Length - 1]++;
            }
        }

        /// <summary>What is left when all shares are done: rows without a chain, and the write-out of sums.</summary>
        /// <param name="sums">What <see cref="Evaluate"/> left.</param>
        /// <param name="firstSum">Where the first lies.</param>
        public void WriteOut(int[] sums, int firstSum)
        {
            NeuronChains chains = Placed.Chains;
            int rows = chains.Layer.Rows;
            for (int position = 0; position < layer.Positions; position++)
            {
                if (!chains.IsSign)
                    layer.BeginSums(position);
                for (int row = 0; row < rows; row++)
                {
                    if (!chains.IsSign)
                        layer.WriteSum(row, sums[firstSum++]);
                    else if (chains.FixedCodeOf(row) >= 0)
                        layer.WriteSign(row, position, chains.FixedCodeOf(row) == 1);
                }
            }
        }

        private Share[] SharesOf(int passes)
        {
            int count = 0;
            for (int pass = 0; pass < passes; pass++)
                if (RowsIn(pass) > 0)
                    count++;
            Share[] made = new Share[count];
            count = 0;
            for (int pass = 0; pass < passes; pass++)
                if (RowsIn(pass) > 0)
                    made[count++] = ShareOf(pass);
            return made;
        }

        private int RowsIn(int pass)
        {
            int count = 0;
            for (int i = program.Rows.First(pass); i < program.Rows.First(pass + 1); i++)
                if (program.Rows.LayerAt(i) == Placed)
                    count++;
            return count;
        }

        private Share ShareOf(int pass)
        {
            Share made = new Share();
            made.Pass = pass;
            made.Rows = new int[RowsIn(pass)];
            made.LastSegments = new int[made.Rows.Length];
            PassRows all = program.Rows;
            int count = 0;
            for (int i = all.First(pass); i < all.First(pass + 1); i++)
            {
                if (all.LayerAt(i) != Placed)
                    continue;
                made.Rows[count] = all.RowAt(i);
                made.LastSegments[count] = all.FirstSegmentAt(i) + all.SegmentsAt(i) - 1;
                count++;
            }

            // Chains of a pass come by segment.
            made.FirstSegment = made.LastSegments[0];
            made.SegmentEnd = made.LastSegments[count - 1] + 1;
            made.FirstResult = Placed.Chains.IsSign ? made.FirstSegment & ~15 : made.FirstSegment;
            int results = made.SegmentEnd - made.FirstResult;
            made.ResultWords = Placed.Chains.IsSign ? (results + 15) >> 4 : results;
            made.ResultAddress = Placed.Chains.IsSign ? ChipRegisters.Output + (made.FirstResult >> 4) : ChipRegisters.Margin + made.FirstResult;
            return made;
        }

        /// <summary>What a layer has in one pass.</summary>
        private sealed class Share
        {
            public int Pass;

            /// <summary>Rows whose chains are there.</summary>
            public int[] Rows;

            /// <summary>Where each of them ends.</summary>
            public int[] LastSegments;

            /// <summary>The least of those, and one behind the greatest.</summary>
            public int FirstSegment;
            public int SegmentEnd;

            /// <summary>The segment of the first result that is read.</summary>
            public int FirstResult;

            /// <summary>Where results are read.</summary>
            public int ResultAddress;

            public int ResultWords;
        }
    }
}
