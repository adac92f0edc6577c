namespace Barrel.Runtime
{
    /// <summary>
    /// Where a layer's input lies in its tile, the compact scratch that the tap loop reads. A tile holds, for a block of
    /// TileRows × TileColumns grid positions, all channels of the input rows that the taps reach: [channel][plane][slot][RowStride].
    /// Strides are taken apart when the tile is filled (a plane for each column phase, slots grouped by row phase), so a tap is one offset, and
    /// neighbouring grid positions are neighbouring elements, across row ends too: position (y, x) of the block is element y·RowStride + x.
    /// </summary>
    public sealed class TapPlan
    {
        private const int ElementsMax = 0x3FFFFFFF;

        private readonly TapLayer _layer;
        private readonly int[] _rowsByPhase;
        private readonly int[] _slotOfKernelRow;
        private readonly int[] _planeOfKernelColumn;
        private readonly int[] _shiftOfKernelColumn;

        /// <param name="model">The model, for the widths of the layer's inputs.</param>
        /// <param name="layer">The layer.</param>
        /// <param name="alignment">
        /// 1 where lanes may be loaded from any element; n where only multiples of n may be (n lanes in an integer): then each residue of
        /// a column shift gets a plane of its own, filled shifted.
        /// </param>
        /// <param name="lanes">Elements of a vector: blocks of columns are multiples of it.</param>
        /// <param name="slack">Elements that the tap loop may read behind the last position.</param>
        /// <param name="elementsMax">Elements that a tile should hold, so that it stays in the first-level cache; one row may take more.</param>
        public TapPlan(Model model, TapLayer layer, int alignment, int lanes, int slack, int elementsMax)
        {
            _layer = layer;
            int columns = layer.KernelWidth;
            _planeOfKernelColumn = new int[columns];
            _shiftOfKernelColumn = new int[columns];
            int[] phases = new int[columns];
            int[] residues = new int[columns];
            int[] planeAfter = new int[layer.StrideX * alignment];
            int planes = 0;
            int widest = 0;
            for (int kx = 0; kx < columns; kx++)
            {
                int at = kx * layer.DilationX;
                int phase = at % layer.StrideX;
                int shift = at / layer.StrideX;
                int residue = shift % alignment;
                _shiftOfKernelColumn[kx] = shift - residue;
                if (shift - residue > widest)
                    widest = shift - residue;
                int kind = phase * alignment + residue;
                if (planeAfter[kind] == 0)
                {
                    phases[planes] = phase;
                    residues[planes] = residue;
                    planes++;
                    planeAfter[kind] = planes;
                }

                _planeOfKernelColumn[kx] = planeAfter[kind] - 1;
            }

            // Column of the input, relative to the block's first, that a plane's element 0 holds.
            PlaneFirstColumn = new int[planes];
            for (int p = 0; p < planes; p++)
                PlaneFirstColumn[p] = phases[p] + residues[p] * layer.StrideX;
            Planes = planes;

            _slotOfKernelRow = new int[layer.KernelHeight];
            _rowsByPhase = RowsByPhase(layer);
            TileColumns = layer.GridWidth;
            TileRows = 1;
            Lay(alignment, widest);
            while (TileColumns > 2 * lanes && ElementsOf() > elementsMax)
            {
                TileColumns = (TileColumns + 1) / 2;
                TileColumns = (TileColumns + lanes - 1) / lanes * lanes;
                Lay(alignment, widest);
            }

            // As many rows as fit, at least one. More rows never take fewer elements, so halving finds the greatest number.
            int fits = 1;
            int tooMany = layer.GridHeight + 1;
            while (tooMany - fits > 1)
            {
                TileRows = fits + (tooMany - fits) / 2;
                Lay(alignment, widest);
                if (ElementsOf() > elementsMax)
                    tooMany = TileRows;
                else
                    fits = TileRows;
            }

            TileRows = fits;

            // Even blocks: 30 rows in tiles of 8 are four tiles; four tiles of 8, 8, 7, 7 waste nothing.
            int tiles = (layer.GridHeight + TileRows - 1) / TileRows;
            TileRows = (layer.GridHeight + tiles - 1) / tiles;
            Lay(alignment, widest);
            SlotRow = new int[Slots];
            LaySlots(SlotRow);
            TilesDown = (layer.GridHeight + TileRows - 1) / TileRows;
            TilesAcross = (layer.GridWidth + TileColumns - 1) / TileColumns;
            Positions = (TileRows - 1) * RowStride + TileColumns;
            Elements = ElementsOf() + slack;
            MakeTables(model);
        }

        /// <summary>Grid rows of a tile.</summary>
        public int TileRows { get; private set; }

        /// <summary>Grid columns of a tile.</summary>
        public int TileColumns { get; private set; }

        public int TilesDown { get; private set; }

        public int TilesAcross { get; private set; }

        /// <summary>Elements from a row to the next.</summary>
        public int RowStride { get; private set; }

        /// <summary>Rows of input in a plane.</summary>
        public int Slots { get; private set; }

        /// <summary>Planes of a channel.</summary>
        public int Planes { get; private set; }

        /// <summary>From the first position of a block to behind its last, those between rows included.</summary>
        public int Positions { get; private set; }

        /// <summary>Elements of the tile with its slack; int.MaxValue where it does not fit an int.</summary>
        public int Elements { get; private set; }

        /// <summary>[plane]: input column of element 0, relative to the block's first column times the stride.</summary>
        public int[] PlaneFirstColumn { get; private set; }

        /// <summary>[slot]: input row relative to the block's first row times the stride.</summary>
        public int[] SlotRow { get; private set; }

        /// <summary>[input][tile down · Slots + slot]: offset of the input row within a channel of the tensor; −1 where it is padding.</summary>
        public int[][] SourceRow { get; private set; }

        /// <summary>[rows]: positions from the first to behind the last of so many rows.</summary>
        public int[] PositionsOfRows { get; private set; }

        /// <summary>Offset of a tap from a position, for a channel of the layer's input.</summary>
        public int OffsetOf(int channel, int ky, int kx)
        {
            return ((channel * Planes + _planeOfKernelColumn[kx]) * Slots + _slotOfKernelRow[ky]) * RowStride + _shiftOfKernelColumn[kx];
        }

        private int ElementsOf()
        {
            long rows = (long)_layer.InputChannels * Planes;
            if (rows <= ElementsMax)
                rows *= Slots;
            if (rows <= ElementsMax)
                rows *= RowStride;
            return rows > ElementsMax ? ElementsMax : (int)rows;
        }

        /// <summary>Lays out rows for the present TileRows and TileColumns.</summary>
        private void Lay(int alignment, int widest)
        {
            RowStride = (TileColumns + widest + alignment - 1) / alignment * alignment;
            Slots = LaySlots(null);
        }

        /// <summary>
        /// Kernel rows reach bands of TileRows consecutive rows in one row phase; bands that touch share slots. Returns how many slots that takes, and fills
        /// <paramref name="rowOfSlot"/> where it is given.
        /// </summary>
        private int LaySlots(int[]? rowOfSlot)
        {
            TapLayer layer = _layer;
            int slots = 0;
            int lastPhase = -1;
            int regionFirst = 0;
            int regionSlot = 0;
            int regionEnd = 0;
            for (int i = 0; i < layer.KernelHeight; i++)
            {
                int ky = _rowsByPhase[i];
                int at = ky * layer.DilationY;
                int phase = at % layer.StrideY;
                int first = at / layer.StrideY;
                if (phase != lastPhase || first > regionEnd)
                {
                    lastPhase = phase;
                    regionFirst = first;
                    regionSlot = slots;
                    regionEnd = first;
                }

                _slotOfKernelRow[ky] = regionSlot + first - regionFirst;
                int end = first + TileRows;
                if (rowOfSlot != null)
                    for (int row = regionEnd; row < end; row++)
                        rowOfSlot[slots + row - regionEnd] = row * layer.StrideY + phase;
                slots += end - regionEnd;
                regionEnd = end;
            }

            return slots;
        }

        /// <summary>Kernel rows, those of one row phase together and rising.</summary>
        private static int[] RowsByPhase(TapLayer layer)
        {
            int[] next = new int[layer.StrideY + 1];
            for (int ky = 0; ky < layer.KernelHeight; ky++)
                next[ky * layer.DilationY % layer.StrideY + 1]++;
            for (int phase = 0; phase < layer.StrideY; phase++)
                next[phase + 1] += next[phase];
            int[] rows = new int[layer.KernelHeight];
            for (int ky = 0; ky < layer.KernelHeight; ky++)
                rows[next[ky * layer.DilationY % layer.StrideY]++] = ky;
            return rows;
        }

        private void MakeTables(Model model)
        {
            TapLayer layer = _layer;
            SourceRow = new int[layer.Inputs.Length][];
            for (int i = 0; i < layer.Inputs.Length; i++)
            {
                TapInput input = layer.Inputs[i];
                int width = model.Tensors[input.Tensor].Width;
                int[] rows = new int[TilesDown * Slots];
                for (int tile = 0; tile < TilesDown; tile++)
                    for (int slot = 0; slot < Slots; slot++)
                    {
                        int row = tile * TileRows * layer.StrideY + SlotRow[slot] - layer.PadTop;
                        rows[tile * Slots + slot] = row < 0 || row >= layer.InputHeight ? -1 : (row >> input.UpsampleShiftY) * width;
                    }

                SourceRow[i] = rows;
            }

            PositionsOfRows = new int[TileRows + 1];
            for (int rows = 1; rows <= TileRows; rows++)
                PositionsOfRows[rows] = (rows - 1) * RowStride + TileColumns;
        }
    }
}
