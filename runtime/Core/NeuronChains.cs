namespace Barrel.Runtime
{
    /// <summary>
    /// The chains that a TDNN chip needs for a binary layer, one a row: its weights, and where the row's output is a sign, constant PEs that put the
    /// threshold at zero. PE i of the weights has kernel index i; constant PEs, whose input is +1, follow. Bits of 0 are +1, bits of 1 are −1.
    /// </summary>
    public sealed class NeuronChains
    {
        private readonly int[] _constant;
        private readonly sbyte[] _fixed;

        public NeuronChains(BinaryLayer layer, TensorInfo output)
        {
            Layer = layer;
            IsSign = layer.Mode == AccumulatorLayer.ModeRequantize && output.Bits == 1 && layer.Skips.Length == 0 && layer.SlopeCount == null && layer.Borders == null;
            _constant = new int[layer.Rows];
            _fixed = new sbyte[layer.Rows];
            int most = layer.FanIn;
            for (int row = 0; row < layer.Rows; row++)
            {
                _fixed[row] = -1;
                if (!IsSign)
                    continue;
                FindThreshold(row);
                if (PesOf(row) > most)
                    most = PesOf(row);
            }

            PesMax = most;
            WordsPerRow = (most + 63) >> 6;
            Weights = new ulong[layer.Rows * WordsPerRow];
            for (int row = 0; row < layer.Rows; row++)
                for (int i = 0; i < layer.FanIn || i < PesOf(row); i++)
                    if (i < layer.FanIn ? !layer.IsPlus(row, i) : _constant[row] < 0)
                        Weights[row * WordsPerRow + (i >> 6)] |= 1UL << (i & 63);
        }

        public BinaryLayer Layer { get; }

        /// <summary>True where the sign of a chain's sum is the row's code (+ is 1); else the layer needs sums, which a chip with margins reads.</summary>
        public bool IsSign { get; }

        /// <summary>PEs of the longest chain.</summary>
        public int PesMax { get; }

        public int WordsPerRow { get; }

        /// <summary>[row·WordsPerRow + i]: weight bits, constant PEs included; PE k of a row is bit k mod 64 of word k / 64.</summary>
        public ulong[] Weights { get; }

        /// <summary>Sum of the row's constant PEs; its sign is that of all of them.</summary>
        public int ConstantOf(int row)
        {
            return _constant[row];
        }

        /// <summary>0 or 1 where the row has this code for every input and takes no chain, else −1.</summary>
        public int FixedCodeOf(int row)
        {
            return _fixed[row];
        }

        /// <summary>PEs of the row's chain, odd where its sign is used; 0 for a row of fixed code.</summary>
        public int PesOf(int row)
        {
            if (_fixed[row] >= 0)
                return 0;
            int constant = _constant[row];
            return Layer.FanIn + (constant < 0 ? -constant : constant);
        }

        /// <summary>
        /// The least sum of the weights for which the row's code is 1. Sums are odd or even as the fan-in is; with 1 less this one as constant, the whole
        /// chain's sum is odd, at least 1 from the threshold on, at most −1 below.
        /// </summary>
        private void FindThreshold(int row)
        {
            int low = 0;
            int high = Layer.FanIn + 1;
            while (low < high)
            {
                int middle = (low + high) >> 1;
                if (middle <= Layer.FanIn && CodeOf(row, middle) == 0)
                    low = middle + 1;
                else
                    high = middle;
            }

            if (low == 0)
                _fixed[row] = 1;
            else if (low > Layer.FanIn)
                _fixed[row] = 0;
            else
                _constant[row] = 1 - ((low << 1) - Layer.FanIn);
        }

        /// <summary>The code where so many weights agree with their inputs; it never falls as they grow.</summary>
        private int CodeOf(int row, int agreeing)
        {
            return Requantizer.Requantize(Layer, row, Layer.Bias[row] + (agreeing << 1) - Layer.FanIn);
        }
    }
}
