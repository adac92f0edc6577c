namespace Barrel.Runtime
{
    /// <summary>What runs a binary layer by chains shares: the inputs of a position brought together as bits, and results written out.</summary>
    public sealed class ChainLayer
    {
        private readonly byte[] _arena;
        private readonly BinaryWriter _writer;
        private readonly int[] _offsets;
        private readonly int[] _starts;
        private readonly int[] _outputs;

        public ChainLayer(Model model, BinaryLayer layer, byte[] arena)
        {
            TensorInfo source = model.Tensors[layer.Input];
            TensorInfo output = model.Tensors[layer.Output];
            Chains = new NeuronChains(layer, output);
            Inputs = new ulong[Chains.WordsPerRow];
            _arena = arena;
            _writer = new BinaryWriter(model, layer, arena);
            Positions = layer.GridHeight * layer.GridWidth;
            _starts = new int[Positions];
            for (int i = 0; i < Positions; i++)
                _starts[i] = source.ArenaOffset + i / layer.GridWidth * layer.StrideY * source.Width + i % layer.GridWidth * layer.StrideX;

            // A window that is the whole input is a vector of channels; so it is in any case, since its planes follow each other.
            _offsets = new int[layer.FanIn];
            int area = layer.KernelHeight * layer.KernelWidth;
            for (int i = 0; i < _offsets.Length; i++)
            {
                int k = i % area;
                _offsets[i] = i / area * source.Height * source.Width + k / layer.KernelWidth * layer.DilationY * source.Width + k % layer.KernelWidth * layer.DilationX;
            }

            _outputs = new int[layer.Rows];
            for (int row = 0; row < layer.Rows; row++)
                _outputs[row] = output.ArenaOffset + row * Positions;
        }

        public NeuronChains Chains { get; }

        /// <summary>Input bits of the position that was gathered last; constant PEs read the zeros behind them.</summary>
        public ulong[] Inputs { get; }

        /// <summary>Positions of the layer's windows.</summary>
        public int Positions { get; }

        /// <summary>Brings the inputs of a position to <see cref="Inputs"/>.</summary>
        public void Gather(int position)
        {
            byte[] arena = _arena;
            int start = _starts[position];
            ulong word = 0;
            int count = _offsets.Length;
            for (int i = 0; i < count; i++)
            {
                word |= (ulong)(arena[start + _offsets[i]] ^ 1) << (i & 63);
                if ((i & 63) == 63 || i == count - 1)
                {
                    Inputs[i >> 6] = word;
                    word = 0;
                }
            }
        }

        /// <summary>Writes a row's code at a position, for layers of signs.</summary>
        public void WriteSign(int row, int position, bool isPlus)
        {
            _arena[_outputs[row] + position] = (byte)(isPlus ? 1 : 0);
        }

        /// <summary>For layers of sums: all rows of this position follow, in order, by <see cref="WriteSum"/>.</summary>
        public void BeginSums(int position)
        {
            _writer.Begin(position);
        }

        /// <param name="row">The row.</param>
        /// <param name="sum">The sum of its chain.</param>
        public void WriteSum(int row, int sum)
        {
            _writer.Write(row, (Chains.Layer.FanIn - sum) >> 1);
        }
    }
}
