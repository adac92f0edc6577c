namespace Barrel.Runtime
{
    /// <summary>Runs a <see cref="BinaryLayer"/>: XNOR and a count of ones, 64 weights at a time.</summary>
    internal sealed class BinaryRunner : LayerRunner
    {
        private readonly BinaryLayer _layer;
        private readonly byte[] _arena;
        private readonly int _inputOffset;
        private readonly TensorInfo _made;
        private readonly ulong[] _bits;
        private readonly ulong _lastMask;
        private readonly int[] _skipOffset;
        private readonly ushort[]?[] _skipLevels;

        public BinaryRunner(Model model, BinaryLayer layer, byte[] arena)
        {
            _layer = layer;
            _arena = arena;
            _inputOffset = model.Tensors[layer.Input].ArenaOffset;
            _made = model.Tensors[layer.Output];
            _bits = new ulong[layer.WordsPerRow];
            int used = layer.FanIn & 63;
            _lastMask = used == 0 ? ~0UL : (1UL << used) - 1;
            _skipOffset = new int[layer.Skips.Length];
            _skipLevels = new ushort[layer.Skips.Length][];
            for (int i = 0; i < _skipOffset.Length; i++)
            {
                _skipLevels[i] = model.Tensors[layer.Skips[i].Tensor].LevelTable();
                _skipOffset[i] = model.Tensors[layer.Skips[i].Tensor].ArenaOffset + layer.Skips[i].FirstChannel;
            }
        }

        public override void Run()
        {
            PackInput();
            BinaryLayer layer = _layer;
            ulong[] weights = layer.Weights;
            int words = layer.WordsPerRow;
            int first = 0;
            int best = 0;
            int bestRow = -1;
            for (int row = 0; row < layer.Rows; row++)
            {
                int ones = 0;
                for (int i = 0; i < words; i++)
                {
                    ulong same = ~(weights[first + i] ^ _bits[i]);
                    if (i == words - 1)
                        same &= _lastMask;
                    ones += CountOnes(same);
                }

                first += words;
                int acc = layer.Bias[row] + (ones << 1) - layer.FanIn;
                for (int s = 0; s < _skipOffset.Length; s++)
                    if (layer.SkipShift[s][row] != 255)
                        acc += Level(_skipLevels[s], _arena[_skipOffset[s] + row]) << layer.SkipShift[s][row];
                if (layer.Mode == AccumulatorLayer.ModeRequantize)
                    _arena[_made.ArenaOffset + row] = (byte)Requantizer.Requantize(layer, row, acc);
                else if (layer.Mode == AccumulatorLayer.ModeRaw)
                    StoreRaw(_made.ArenaOffset + (row << 2), acc);
                else if (bestRow < 0 || acc > best)
                {
                    best = acc;
                    bestRow = row;
                }
            }

            if (layer.Mode == AccumulatorLayer.ModeArgMax)
                _arena[_made.ArenaOffset] = (byte)bestRow;
        }

        private static int Level(ushort[]? levels, int code)
        {
            return levels == null ? code : levels[code];
        }

        /// <summary>Ones of a word by halves: pairs, nibbles, bytes, then a sum of the bytes by folding.</summary>
        private static int CountOnes(ulong x)
        {
            x -= (x >> 1) & 0x5555555555555555UL;
            x = (x & 0x3333333333333333UL) + ((x >> 2) & 0x3333333333333333UL);
            x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0FUL;
            x += x >> 8;
            x += x >> 16;
            x += x >> 32;
            return (int)(x & 0x7F);
        }

        private void PackInput()
        {
            int at = _inputOffset;
            int left = _layer.FanIn;
            for (int w = 0; w < _bits.Length; w++)
            {
                ulong word = 0;
                int n = left < 64 ? left : 64;
                for (int i = 0; i < n; i++)
                    word |= (ulong)_arena[at + i] << i;
                _bits[w] = word;
                at += n;
                left -= n;
            }
        }

        private void StoreRaw(int at, int acc)
        {
            _arena[at] = (byte)acc;
            _arena[at + 1] = (byte)(acc >> 8);
            _arena[at + 2] = (byte)(acc >> 16);
            _arena[at + 3] = (byte)(acc >> 24);
        }
    }
}
