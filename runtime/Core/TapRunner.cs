namespace Barrel.Runtime
{
    /// <summary>
    /// Drives one tap layer tile by tile: fill the tile, sum each row's taps over the block's positions, write the sums out.
    /// Executors differ in how they fill and sum.
    /// </summary>
    public abstract class TapRunner : LayerRunner
    {
        private readonly TapInput[] _inputs;
        private readonly int[] _inputStart;
        private readonly int[] _inputPlane;
        private readonly int[] _inputWidth;
        private readonly byte[][] _zeros;
        private readonly ushort[]?[] _levels;
        private readonly int _tileStepX;

        protected TapRunner(Model model, TapLayer layer, byte[] arena, int alignment, int lanes, int slack, int elementsMax)
        {
            Layer = layer;
            Arena = arena;
            Plan = new TapPlan(model, layer, alignment, lanes, slack, elementsMax);
            if (Plan.Elements >= 0x3FFFFFFF)
                throw new BarrelException(ModelErrors.TooLarge, "layer '" + layer.Name + "' needs a tile of more than 1 GiB");
            CodeMax = TapProgram.CodeMaxOf(model, layer);
            _inputs = layer.Inputs;
            _inputStart = new int[_inputs.Length];
            _inputPlane = new int[_inputs.Length];
            _inputWidth = new int[_inputs.Length];
            _zeros = new byte[_inputs.Length][];
            _levels = new ushort[_inputs.Length][];
            for (int i = 0; i < _inputs.Length; i++)
            {
                TapInput input = _inputs[i];
                TensorInfo tensor = model.Tensors[input.Tensor];
                _inputPlane[i] = tensor.Height * tensor.Width;
                _inputStart[i] = tensor.ArenaOffset + input.FirstChannel * _inputPlane[i];
                _inputWidth[i] = tensor.Width << input.UpsampleShiftX;
                _levels[i] = tensor.LevelTable();
                _zeros[i] = new byte[input.Channels];
                for (int c = 0; c < input.Channels; c++)
                    _zeros[i][c] = (byte)tensor.ZeroOf(input.FirstChannel + c);
            }

            _tileStepX = Plan.TileColumns * layer.StrideX;
            Sums = new int[Plan.Positions + slack + Plan.RowStride];
        }

        protected TapLayer Layer { get; }

        protected byte[] Arena { get; }

        protected TapPlan Plan { get; }

        /// <summary>Set by the executor's own constructor.</summary>
        protected TapWriter Writer { get; set; }

        /// <summary>[code]: level of a code of the rows that are stored now; null where it is the code. Byte tiles hold no levels.</summary>
        protected ushort[]? Levels { get; private set; }

        /// <summary>Greatest code or level of any input.</summary>
        protected int CodeMax { get; }

        /// <summary>The row's sums, one a position, without the bias.</summary>
        protected int[] Sums { get; }

        public override void Run()
        {
            TapPlan plan = Plan;
            Writer.BeginFrame();
            int rowsLeft = Layer.GridHeight;
            int firstSlot = 0;
            for (int down = 0; down < plan.TilesDown; down++)
            {
                int rows = rowsLeft < plan.TileRows ? rowsLeft : plan.TileRows;
                int columnsLeft = Layer.GridWidth;
                int firstColumn = -Layer.PadLeft;
                for (int across = 0; across < plan.TilesAcross; across++)
                {
                    int columns = columnsLeft < plan.TileColumns ? columnsLeft : plan.TileColumns;
                    FillTile(firstSlot, firstColumn);
                    Writer.BeginTile(rows, columns);
                    int positions = plan.PositionsOfRows[rows];
                    for (int row = 0; row < Layer.Rows; row++)
                    {
                        SumRow(row, positions);
                        Writer.WriteRow(row, Sums, positions);
                    }

                    Writer.EndTile();
                    columnsLeft -= plan.TileColumns;
                    firstColumn += _tileStepX;
                }

                Writer.EndTileRow();
                rowsLeft -= plan.TileRows;
                firstSlot += plan.Slots;
            }
        }

        /// <summary>Sums of the row's taps at every position into <see cref="Sums"/>.</summary>
        protected abstract void SumRow(int row, int positions);

        /// <summary>Takes one finished row of the tile, RowStride codes from <paramref name="at"/> of <paramref name="row"/> on.</summary>
        protected abstract void StoreTileRow(byte[] row, int at, int element);

        /// <summary>Where rows are made: the tile itself where it holds bytes, else a scratch row.</summary>
        protected abstract byte[] TileBytes { get; }

        /// <summary>True where <see cref="TileBytes"/> is the tile.</summary>
        protected abstract bool TileIsBytes { get; }

        private void FillTile(int firstSlot, int firstColumn)
        {
            TapPlan plan = Plan;
            byte[] bytes = TileBytes;
            int stride = plan.RowStride;
            int element = 0;
            for (int i = 0; i < _inputs.Length; i++)
            {
                TapInput input = _inputs[i];
                int[] sourceRow = plan.SourceRow[i];
                int start = _inputStart[i];
                int width = _inputWidth[i];
                int upsample = input.UpsampleShiftX;
                byte[] zeros = _zeros[i];
                Levels = _levels[i];
                for (int c = 0; c < zeros.Length; c++)
                {
                    byte zero = zeros[c];
                    for (int p = 0; p < plan.Planes; p++)
                    {
                        int column = firstColumn + plan.PlaneFirstColumn[p];
                        for (int s = 0; s < plan.Slots; s++)
                        {
                            int at = TileIsBytes ? element : 0;
                            int row = sourceRow[firstSlot + s];
                            if (row < 0)
                                TileRow.Fill(zero, bytes, at, stride);
                            else
                                TileRow.Copy(Arena, start + row, width, upsample, column, Layer.StrideX, zero, bytes, at, stride);
                            if (!TileIsBytes)
                                StoreTileRow(bytes, at, element);
                            element += stride;
                        }
                    }

                    start += _inputPlane[i];
                }
            }
        }
    }
}
