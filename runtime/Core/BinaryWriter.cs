namespace Barrel.Runtime
{
    /// <summary>Writes the sums of a <see cref="BinaryLayer"/> out, one at a time.</summary>
    internal sealed class BinaryWriter
    {
        private readonly BinaryLayer _layer;
        private readonly byte[] _arena;
        private readonly int _output;
        private readonly int _plane;
        private readonly int[] _skipOffset;
        private readonly ushort[]?[] _skipLevels;
        private int _at;
        private int _skipAt;
        private int _best;
        private int _bestRow;

        public BinaryWriter(Model model, BinaryLayer layer, byte[] arena)
        {
            _layer = layer;
            _arena = arena;
            _output = model.Tensors[layer.Output].ArenaOffset;
            _plane = layer.GridHeight * layer.GridWidth;
            _skipOffset = new int[layer.Skips.Length];
            _skipLevels = new ushort[layer.Skips.Length][];
            for (int i = 0; i < _skipOffset.Length; i++)
            {
                TensorInfo skip = model.Tensors[layer.Skips[i].Tensor];
                _skipLevels[i] = skip.LevelTable();
                _skipOffset[i] = skip.ArenaOffset + layer.Skips[i].FirstChannel * _plane;
            }
        }

        /// <summary>All rows of one position follow, in order.</summary>
        public void Begin(int position)
        {
            _at = _output + (_layer.Mode == AccumulatorLayer.ModeRaw ? position << 2 : position);
            _skipAt = position;
            _bestRow = -1;
        }

        /// <param name="row">The row.</param>
        /// <param name="different">Its weights that differ from their inputs: each counts −1, all others +1.</param>
        public void Write(int row, int different)
        {
            BinaryLayer layer = _layer;
            int acc = layer.Bias[row] + layer.FanIn - (different << 1);
            for (int s = 0; s < _skipOffset.Length; s++)
                if (layer.SkipShift[s][row] != 255)
                    acc += Level(_skipLevels[s], _arena[_skipOffset[s] + _skipAt]) << layer.SkipShift[s][row];
            if (layer.Mode == AccumulatorLayer.ModeRequantize)
            {
                _arena[_at] = (byte)Requantizer.Requantize(layer, row, acc);
                _at += _plane;
            }
            else if (layer.Mode == AccumulatorLayer.ModeRaw)
            {
                StoreRaw(_at, acc);
                _at += _plane << 2;
            }
            else if (_bestRow < 0 || acc > _best)
            {
                _best = acc;
                _bestRow = row;
                _arena[_at] = (byte)row;
            }

            _skipAt += _plane;
        }

        private static int Level(ushort[]? levels, int code)
        {
            return levels == null ? code : levels[code];
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
