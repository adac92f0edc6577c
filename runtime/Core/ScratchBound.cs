namespace Barrel.Runtime
{
    /// <summary>
    /// What an executor of one thread allocates for layers besides the arena, at most: tile, stage, tables, sums. A few bytes of a blob can ask for any
    /// kernel over any tensor, so the loader adds these up and refuses the blob before anything is allocated. On vectors all layers share tile and stage,
    /// since they run one after the other; the plain executor's layers have a tile each.
    /// </summary>
    internal sealed class ScratchBound
    {
        /// <summary>A network may take so much, whatever its size.</summary>
        public const int BytesFree = 64 << 20;

        /// <summary>And so much more for each byte of its blob, because a tap of some bits becomes an offset and a step.</summary>
        public const int BytesOfBlobByte = 64;

        /// <summary>Codes of a tile that has more than one vector a cell.</summary>
        public const int CellTileBytesMax = 320 << 10;

        /// <summary>Vectors of a block that has a tile.</summary>
        public const int TileVectorsMax = 8;

        /// <summary>Vectors of a block that has none.</summary>
        public const int BlockVectorsMax = 16;

        // As it is kept, as an offset, and its steps.
        private const int BytesOfTap = 40;

        // Of a row that is a table of codes, which has taps.
        private const int TableBytesMax = 256;

        // Of any executor: positions of a vector, alignment of a tap, elements of a tile that need not be larger.
        private const int LanesMax = 64;
        private const int AlignmentMax = 8;
        private const int TileElementsMax = 32768;
        private const long Huge = 1L << 50;

        private long _plain;
        private long _own;
        private long _shared;

        /// <summary>Bytes for the layers so far, of the executor that takes most.</summary>
        public long Bytes
        {
            get { return _plain > _own + _shared ? _plain : _own + _shared; }
        }

        /// <summary>What all layers of a blob of so many bytes may take together.</summary>
        public static long BytesMax(int blobBytes)
        {
            return BytesFree + (long)blobBytes * BytesOfBlobByte;
        }

        /// <summary>More taps than that no blob of so many bytes may have.</summary>
        public static int TapsMax(int blobBytes)
        {
            return (int)(BytesMax(blobBytes) / BytesOfTap);
        }

        /// <summary>Adds a layer of a model; pools and resampling keep tables in proportion to their bytes in the blob.</summary>
        public void Add(Model model, Layer layer)
        {
            BinaryLayer? binary = layer as BinaryLayer;
            TapLayer? taps = layer as TapLayer;
            if (binary != null)
            {
                AddBits(binary, model.Tensors[binary.Input]);
            }
            else if (taps != null)
            {
                _plain += BytesOfRows(taps);
                AddCells(taps);
            }
        }

        private void Share(long bytes)
        {
            if (bytes > _shared)
                _shared = bytes;
        }

        /// <summary>Weights again, channels rounded up to a word; bits of the input, a plane for each kx; a tile; all with four channels a byte at worst.</summary>
        private void AddBits(BinaryLayer layer, TensorInfo source)
        {
            long words = (source.Channels + 63) >> 6;
            long area = Times(layer.KernelHeight, layer.KernelWidth);
            long cells = Times((source.Channels + 3) >> 2, area);
            long wordBytes = Times(8, Times(words, Times(layer.Rows + 1L, area) + Times(source.Height, source.Width)));
            long rowBytes = Times(cells + 48, layer.Rows + (long)BlockVectorsMax * LanesMax);
            long stage = Times(Times((source.Channels + 3) >> 2, layer.KernelWidth), Times(source.Height + layer.StrideY, layer.GridWidth) + 2 * LanesMax);
            long tile = Times(BlockVectorsMax * LanesMax + 8L, cells + 1);
            long blocks = Times(2, Times(layer.GridHeight, layer.GridWidth)) + 64;
            long own = wordBytes + rowBytes + blocks + 64L * layer.Rows;

            // As chains: up to twice the weights, an offset for each input of a window, a start for each window.
            _plain += own + Times(Times(layer.FanIn, 2) / 8 + 16, layer.Rows + 1L) + Times(4, (long)layer.FanIn) + Times(4, Times(layer.GridHeight, layer.GridWidth));
            _own += own;
            Share(stage + tile + source.Width + 64L * BlockVectorsMax * LanesMax);
        }

        /// <summary>Where the tile holds rows of the input: <see cref="TapPlan"/>.</summary>
        private static long BytesOfRows(TapLayer taps)
        {
            long planes = Least(taps.KernelWidth, (long)taps.StrideX * AlignmentMax);
            long reach = (long)(taps.KernelWidth - 1) * taps.DilationX / taps.StrideX + AlignmentMax;

            // The tile is the whole layer where that is small, else a block that fits the cache, or one row where not even that does.
            long rowStride = Least(taps.GridWidth, 2 * LanesMax) + reach;
            long row = Times(Times(taps.InputChannels, planes), Times(taps.KernelHeight, rowStride));
            long bands = Times(taps.KernelHeight, taps.GridHeight);
            long region = (long)(taps.KernelHeight - 1) * taps.DilationY + Times(taps.StrideY, taps.GridHeight + 1L);
            long whole = Times(Times(taps.InputChannels, planes), Times(Least(bands, region), taps.GridWidth + reach));
            long elements = Least(whole, row > TileElementsMax ? row : TileElementsMax);

            long block = TileElementsMax / taps.InputChannels;
            long positions = Least(Times(taps.GridHeight, taps.GridWidth + reach), block > 2 * LanesMax ? block : 2 * LanesMax);
            long best = taps.Mode == AccumulatorLayer.ModeArgMax ? Times(Times(taps.PhaseY, taps.PhaseX), positions) : 0;
            long sourceRows = Times(taps.Inputs.Length, Times(2, bands));
            return Times(2, elements) + Times(8, positions + rowStride) + Times(5, best) + Times(4, sourceRows)
                + 16L * (taps.KernelHeight + taps.KernelWidth) + 4L * taps.GridHeight + taps.InputChannels + 12L * taps.TapCount
                    + 64L * taps.Rows;
        }

        /// <summary>
        /// Where the tile holds a cell for each (channel, ky, kx) that taps read: one vector of positions, or eight where that is no more than a share of the
        /// second-level cache; where cells are taken in parts, with sums of all rows. What is not read from the tensor itself is copied to the stage, a plane for each channel and kx.
        /// </summary>
        private void AddCells(TapLayer taps)
        {
            long area = Times(taps.KernelHeight, taps.KernelWidth);
            long cells = Least(taps.TapCount, Times(taps.InputChannels, area)) + 1;
            long small = Times(2L * TileVectorsMax * LanesMax, cells);
            long large = Times(2L * LanesMax, cells);
            long tile = Least(small, large > 2 * CellTileBytesMax ? large : 2 * CellTileBytesMax);
            long windows = Least(cells, Times(2, area));
            long masks = Times(TileVectorsMax * LanesMax, windows);
            long columns = Times(taps.KernelWidth, taps.GridWidth + (long)TileVectorsMax * LanesMax);
            long stage = Times(Least(cells, Times(taps.InputChannels, taps.KernelWidth)), Times(taps.InputHeight, taps.GridWidth));
            long blocks = Times(2, Times(taps.GridHeight, taps.GridWidth)) + 64;
            long best = taps.Mode == AccumulatorLayer.ModeArgMax
                ? Times(8L * TileVectorsMax * LanesMax, Times(taps.PhaseY, taps.PhaseX)) : 0;
            _own += columns + blocks + Times(48, windows) + Times(96, cells) + Times(8L * taps.Inputs.Length + 8, taps.InputHeight)
                + (long)BytesOfTap * taps.TapCount + 64L * taps.Rows + Times(TableBytesMax, Least(taps.Rows, taps.TapCount));
            Share(tile + masks + Times(2, stage) + best + Times(4L * TileVectorsMax * LanesMax, taps.Rows) + 16L * BlockVectorsMax * LanesMax);
        }

        private static long Least(long a, long b)
        {
            return a < b ? a : b;
        }

        /// <summary>The product, or <see cref="Huge"/> where it is more.</summary>
        private static long Times(long a, long b)
        {
            return b != 0 && a > Huge / b ? Huge : a * b;
        }
    }
}
