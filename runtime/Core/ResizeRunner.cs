namespace Barrel.Runtime
{
    /// <summary>Runs a <see cref="ResizeLayer"/>: differences of neighbours times sixteenths, by adding shifted differences.</summary>
    internal sealed class ResizeRunner : LayerRunner
    {
        private readonly ResizeLayer _layer;
        private readonly TensorInfo _source;
        private readonly TensorInfo _made;
        private readonly byte[] _arena;
        private readonly int _plane;
        private readonly int[] _rowStart;
        private readonly int[] _nextRow;
        private readonly int[] _nextColumn;

        public ResizeRunner(Model model, ResizeLayer layer, byte[] arena)
        {
            _layer = layer;
            _source = model.Tensors[layer.Input];
            _made = model.Tensors[layer.Output];
            _arena = arena;
            _plane = _source.Height * _source.Width;
            _rowStart = new int[_made.Height];
            _nextRow = new int[_made.Height];
            for (int y = 0; y < _made.Height; y++)
            {
                _rowStart[y] = layer.RowIndex[y] * _source.Width;
                _nextRow[y] = layer.RowIndex[y] + 1 < _source.Height ? _source.Width : 0;
            }

            _nextColumn = new int[_made.Width];
            for (int x = 0; x < _made.Width; x++)
                _nextColumn[x] = layer.ColumnIndex[x] + 1 < _source.Width ? 1 : 0;
        }

        public override void Run()
        {
            byte[] arena = _arena;
            int target = _made.ArenaOffset;
            int plane = _source.ArenaOffset;
            const int half = 1 << (2 * ResizeLayer.FractionBits - 1);
            for (int c = 0; c < _made.Channels; c++)
            {
                for (int y = 0; y < _made.Height; y++)
                {
                    int row = plane + _rowStart[y];
                    int down = _nextRow[y];
                    int fy = _layer.RowFraction[y];
                    for (int x = 0; x < _made.Width; x++)
                    {
                        int at = row + _layer.ColumnIndex[x];
                        int right = at + _nextColumn[x];
                        int fx = _layer.ColumnFraction[x];
                        if ((fx | fy) == 0)
                        {
                            arena[target++] = arena[at];
                            continue;
                        }

                        int upper = (arena[at] << ResizeLayer.FractionBits) + Part(arena[right] - arena[at], fx);
                        int lower = (arena[at + down] << ResizeLayer.FractionBits) + Part(arena[right + down] - arena[at + down], fx);
                        int sum = (upper << ResizeLayer.FractionBits) + Part(lower - upper, fy);
                        arena[target++] = (byte)((sum + half) >> (2 * ResizeLayer.FractionBits));
                    }
                }

                plane += _plane;
            }
        }

        /// <summary>difference times fraction sixteenths, in sixteenths: a shifted difference for each bit of the fraction.</summary>
        private static int Part(int difference, int fraction)
        {
            int sum = 0;
            while (fraction != 0)
            {
                if ((fraction & 1) != 0)
                    sum += difference;
                difference <<= 1;
                fraction >>= 1;
            }

            return sum;
        }
    }
}
