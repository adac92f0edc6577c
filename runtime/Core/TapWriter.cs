namespace Barrel.Runtime
{
    /// <summary>Writes a layer's sums to its output tensor, block by block: scalar, and the definition for the vector writers.</summary>
    public class TapWriter
    {
        private readonly byte[] _arena;
        private readonly int[] _rowStart;
        private readonly byte[] _channel;
        private readonly int[] _firstBest;
        private readonly bool[] _lastLineCut;
        private readonly bool[] _lastColumnCut;
        private readonly int[] _best;
        private readonly byte[] _bestIndex;
        private readonly int _phases;
        private readonly int _gridLineStep;
        private readonly int _tileLineStep;
        private readonly int _tileColumnStep;
        private readonly int _bestStride;
        private readonly int[][] _skipStart;
        private readonly ushort[]?[] _skipLevels;
        private readonly int _elementShift;
        private int _tileRowStart;
        private int _tileStart;
        private int _gridRow;
        private int _gridColumn;

        public TapWriter(Model model, TapLayer layer, TapPlan plan, byte[] arena)
        {
            Layer = layer;
            Plan = plan;
            _arena = arena;
            TensorInfo made = model.Tensors[layer.Output];
            Made = made;
            _phases = layer.PhaseY * layer.PhaseX;
            _elementShift = made.Bits == 32 ? 2 : 0;
            _rowStart = new int[layer.Rows];
            _channel = new byte[layer.Rows];
            _firstBest = new int[layer.Rows];
            _lastLineCut = new bool[layer.Rows];
            _lastColumnCut = new bool[layer.Rows];
            _skipStart = new int[layer.Skips.Length][];
            _skipLevels = new ushort[layer.Skips.Length][];
            for (int s = 0; s < layer.Skips.Length; s++)
            {
                _skipStart[s] = new int[layer.Rows];
                _skipLevels[s] = model.Tensors[layer.Skips[s].Tensor].LevelTable();
            }

            for (int row = 0; row < layer.Rows; row++)
            {
                int channel = layer.Mode == AccumulatorLayer.ModeArgMax ? 0 : row / _phases;
                int phase = row % _phases;
                int phaseY = phase / layer.PhaseX;
                int phaseX = phase % layer.PhaseX;
                int inPlane = phaseY * made.Width + phaseX;
                _lastLineCut[row] = (layer.GridHeight - 1) * layer.PhaseY + phaseY >= made.Height;
                _lastColumnCut[row] = (layer.GridWidth - 1) * layer.PhaseX + phaseX >= made.Width;
                _channel[row] = (byte)(row / _phases);
                _firstBest[row] = phase * plan.Positions;
                _rowStart[row] = made.ArenaOffset + (((channel * made.Height * made.Width) + inPlane) << _elementShift);
                for (int s = 0; s < layer.Skips.Length; s++)
                {
                    TensorInfo skip = model.Tensors[layer.Skips[s].Tensor];
                    _skipStart[s][row] = skip.ArenaOffset + (layer.Skips[s].FirstChannel + channel) * made.Height * made.Width + inPlane;
                }
            }

            _gridLineStep = made.Width * layer.PhaseY;
            _tileLineStep = _gridLineStep * plan.TileRows;
            _tileColumnStep = plan.TileColumns * layer.PhaseX;
            if (layer.Mode == AccumulatorLayer.ModeArgMax)
            {
                _bestStride = plan.Positions;
                _best = new int[_phases * plan.Positions];
                _bestIndex = new byte[_phases * plan.Positions];
            }
        }

        protected TapLayer Layer { get; }

        protected TapPlan Plan { get; }

        protected TensorInfo Made { get; }

        protected byte[] Arena
        {
            get { return _arena; }
        }

        /// <summary>Rows and columns of the present block.</summary>
        protected int Rows { get; private set; }

        protected int Columns { get; private set; }

        public void BeginFrame()
        {
            _tileRowStart = 0;
            _tileStart = 0;
            _gridRow = 0;
            _gridColumn = 0;
        }

        public void BeginTile(int rows, int columns)
        {
            Rows = rows;
            Columns = columns;
        }

        public void EndTile()
        {
            if (Layer.Mode == AccumulatorLayer.ModeArgMax)
                WriteBest();
            _tileStart += _tileColumnStep;
            _gridColumn += Plan.TileColumns;
        }

        public void EndTileRow()
        {
            _tileRowStart += _tileLineStep;
            _tileStart = _tileRowStart;
            _gridRow += Plan.TileRows;
            _gridColumn = 0;
        }

        /// <summary>Writes one row's sums; position (y, x) of the block is sums[y·RowStride + x]. Those between rows are garbage.</summary>
        public virtual void WriteRow(int row, int[] sums, int positions)
        {
            AddBiasAndSkips(row, sums);
            switch (Layer.Mode)
            {
                case AccumulatorLayer.ModeRaw:
                    WriteRaw(row, sums);
                    break;
                case AccumulatorLayer.ModeArgMax:
                    KeepBest(row, sums, positions);
                    break;
                default:
                    WriteCodes(row, sums, positions);
                    break;
            }
        }

        /// <summary>Bytes of the output from a grid line to the next.</summary>
        protected int GridLineStep
        {
            get { return _gridLineStep; }
        }

        /// <summary>Arena offset of a skip's first code for the row in the block.</summary>
        protected int SkipStartOf(int skip, int row)
        {
            return _skipStart[skip][row] + _tileStart;
        }

        /// <summary>[code]: level of a skip's code; null where it is the code.</summary>
        protected ushort[]? SkipLevelsOf(int skip)
        {
            return _skipLevels[skip];
        }

        /// <summary>Greatest sum so far of each (phase, position).</summary>
        protected int[] Best
        {
            get { return _best; }
        }

        /// <summary>Channel of <see cref="Best"/>.</summary>
        protected byte[] BestIndex
        {
            get { return _bestIndex; }
        }

        protected int FirstBestOf(int row)
        {
            return _firstBest[row];
        }

        protected int ChannelOf(int row)
        {
            return _channel[row];
        }

        /// <summary>Arena offset of the row's first pixel in the block.</summary>
        protected int StartOf(int row)
        {
            return _rowStart[row] + (_tileStart << _elementShift);
        }

        /// <summary>Lines of the block that this row's phase writes: the last line of an odd-sized output has no second phase.</summary>
        protected int LinesOf(int row)
        {
            return _gridRow + Rows == Layer.GridHeight && _lastLineCut[row] ? Rows - 1 : Rows;
        }

        /// <summary>Columns of the block that this row's phase writes.</summary>
        protected int ColumnsOf(int row)
        {
            return _gridColumn + Columns == Layer.GridWidth && _lastColumnCut[row] ? Columns - 1 : Columns;
        }

        protected virtual void AddBiasAndSkips(int row, int[] sums)
        {
            int lines = LinesOf(row);
            int columns = ColumnsOf(row);
            int bias = Layer.Bias[row];
            int stride = Plan.RowStride;
            int at = 0;
            for (int y = 0; y < lines; y++)
            {
                for (int x = 0; x < columns; x++)
                    sums[at + x] += bias;
                at += stride;
            }

            for (int s = 0; s < Layer.Skips.Length; s++)
            {
                int shift = Layer.SkipShift[s][row];
                if (shift == 255)
                    continue;
                ushort[]? levels = _skipLevels[s];
                int line = SkipStartOf(s, row);
                at = 0;
                for (int y = 0; y < lines; y++)
                {
                    int source = line;
                    for (int x = 0; x < columns; x++)
                    {
                        int code = _arena[source];
                        sums[at + x] += (levels == null ? code : levels[code]) << shift;
                        source += Layer.PhaseX;
                    }

                    at += stride;
                    line += _gridLineStep;
                }
            }
        }

        protected virtual void WriteCodes(int row, int[] sums, int positions)
        {
            int lines = LinesOf(row);
            int columns = ColumnsOf(row);
            int line = StartOf(row);
            int at = 0;
            for (int y = 0; y < lines; y++)
            {
                int target = line;
                for (int x = 0; x < columns; x++)
                {
                    _arena[target] = (byte)Requantizer.Requantize(Layer, row, sums[at + x]);
                    target += Layer.PhaseX;
                }

                at += Plan.RowStride;
                line += _gridLineStep;
            }
        }

        private void WriteRaw(int row, int[] sums)
        {
            int lines = LinesOf(row);
            int columns = ColumnsOf(row);
            int line = StartOf(row);
            int at = 0;
            for (int y = 0; y < lines; y++)
            {
                int target = line;
                for (int x = 0; x < columns; x++)
                {
                    int sum = sums[at + x];
                    _arena[target] = (byte)sum;
                    _arena[target + 1] = (byte)(sum >> 8);
                    _arena[target + 2] = (byte)(sum >> 16);
                    _arena[target + 3] = (byte)(sum >> 24);
                    target += Layer.PhaseX << 2;
                }

                at += Plan.RowStride;
                line += _gridLineStep << 2;
            }
        }

        protected virtual void KeepBest(int row, int[] sums, int positions)
        {
            int channel = _channel[row];
            int first = _firstBest[row];
            for (int p = 0; p < positions; p++)
                if (channel == 0 || sums[p] > _best[first + p])
                {
                    _best[first + p] = sums[p];
                    _bestIndex[first + p] = (byte)channel;
                }
        }

        private void WriteBest()
        {
            int first = 0;
            for (int phase = 0; phase < _phases; phase++)
            {
                int lines = LinesOf(phase);
                int columns = ColumnsOf(phase);
                int line = StartOf(phase);
                int at = first;
                for (int y = 0; y < lines; y++)
                {
                    int target = line;
                    for (int x = 0; x < columns; x++)
                    {
                        _arena[target] = _bestIndex[at + x];
                        target += Layer.PhaseX;
                    }

                    at += Plan.RowStride;
                    line += _gridLineStep;
                }

                first += _bestStride;
            }
        }
    }
}
