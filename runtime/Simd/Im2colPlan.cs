using System;
using System.Collections.Generic;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Where a layer's input lies in its tile. The grid's positions, row after row without gaps, are cut into blocks of a few vectors; for a block the tile
/// holds a cell for each (channel, ky, kx) that any tap reads: the codes which that weight meets at the block's positions. So a tap is an aligned load,
/// no lane is wasted between rows, and whatever the kernel's strides and dilations, summing is the same.
/// Cells are filled from planes in which neighbouring positions are neighbours: from the tensor itself where the grid has its width, with a mask for
/// the columns outside, else from the stage, where each kx has a plane of its own, made once a frame: strides taken apart, upsampled, padded, log codes decoded.
/// </summary>
internal sealed class Im2colPlan
{
    /// <summary>Where the cells cannot be taken in parts, a tile may fill a share of the second-level cache, rather than that few vectors share the work of a step.</summary>
    private const int TileBytesMax = ScratchBound.CellTileBytesMax;

    /// <summary>Codes of a part of the cells: as much as stays in the first-level cache, which gives two vectors a cycle, beside the sums.</summary>
    private const int PartBytesMax = 40 << 10;

    /// <summary>Vectors of a block whose cells are taken in parts, at least: fewer would not be worth a step's work.</summary>
    private const int PartVectorsMin = 4;

    /// <summary>
    /// Cells that are read less often on average are not worth copying. A copy is aligned, so that a tap reads it twice as fast, but costs as much as two
    /// taps and must be written back from the cache.
    /// </summary>
    private const int ReadsMax = 4;

    /// <summary>Vectors of a block where there is no tile to keep in a cache: the more, the less often a row's taps are not what the processor expects.</summary>
    private const int DirectVectors = ScratchBound.BlockVectorsMax;

    private readonly int[] _firstCell;

    /// <param name="model">The model, for the widths of the layer's inputs.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="taps">Its taps.</param>
    /// <param name="vectorBytes">Bytes of a vector.</param>
    /// <param name="holdsLevels">Whether the tile holds 16-bit levels instead of codes.</param>
    /// <param name="hasParts">Whether sums of a part of the cells can be added to those of the parts before.</param>
    public Im2colPlan(Model model, TapLayer layer, TapList taps, int vectorBytes, bool holdsLevels, bool hasParts)
    {
        HoldsLevels = holdsLevels;
        int[] kernelIndex = taps.Distinct;
        Cells = kernelIndex.Length;
        Positions = layer.GridHeight * layer.GridWidth;
        Vectors = (Positions + vectorBytes - 1) / vectorBytes;

        // What is read once or twice, as in a depthwise layer, is no faster for staying in a cache.
        hasParts &= taps.Index.Length > ReadsMax * Cells;
        int vectorsMin = hasParts ? PartVectorsMin : 1;
        int tileBytesMax = hasParts ? PartBytesMax : TileBytesMax;
        BlockVectors = ScratchBound.TileVectorsMax;
        while (BlockVectors > 1 && ((BlockVectors > vectorsMin && (long)Cells * BlockVectors * vectorBytes > tileBytesMax) || BlockVectors >= 2 * Vectors))
            BlockVectors >>= 1;
        int most = PartBytesMax / (BlockVectors * vectorBytes);
        Parts = hasParts ? Math.Max(1, (Cells + most - 1) / most) : 1;
        long stride = BlockVectors * vectorBytes << (holdsLevels ? 1 : 0);
        if ((Cells + Parts - 1) / Parts * stride > Array.MaxLength)
            throw new BarrelException(ModelErrors.TooLarge, $"layer '{layer.Name}' needs a tile of more than 2 GiB");
        CellBytes = (int)stride;

        Source = new int[Cells];
        Window = new int[Cells];
        List<Window> windows = [];
        Dictionary<Window, int> windowOf = [];
        Zero = new byte[Cells];
        ZeroLevel = new ushort[Cells];
        InputOfCell = new int[layer.Inputs.Length + 1];
        IsStaged = new bool[layer.Inputs.Length];
        List<StagePlane> planes = [];
        int[] planeOf = new int[layer.KernelWidth];
        long planeBytes = (long)layer.InputHeight * layer.GridWidth;
        StageRow = StageRows(layer);
        MaskBytes = layer.GridWidth + (BlockVectors * vectorBytes);
        int area = layer.KernelHeight * layer.KernelWidth;
        int cell = 0;
        int firstChannel = 0;
        long masks = 0;
        int[] maskOf = new int[layer.KernelWidth];
        for (int i = 0; i < layer.Inputs.Length; i++)
        {
            TapInput input = layer.Inputs[i];
            TensorInfo tensor = model.Tensors[input.Tensor];
            bool direct = !holdsLevels && layer.StrideX == 1 && layer.StrideY == 1 && input.UpsampleShiftX == 0 && input.UpsampleShiftY == 0
                && tensor.Width == layer.GridWidth;
            IsStaged[i] = !direct;
            InputOfCell[i] = cell;
            int lastChannel = -1;
            for (; cell < Cells && kernelIndex[cell] < (firstChannel + input.Channels) * area; cell++)
            {
                int channel = (kernelIndex[cell] / area) - firstChannel;
                int ky = kernelIndex[cell] / layer.KernelWidth % layer.KernelHeight;
                int kx = kernelIndex[cell] % layer.KernelWidth;
                Zero[cell] = (byte)tensor.ZeroOf(input.FirstChannel + channel);
                ZeroLevel[cell] = (ushort)tensor.LevelOf(Zero[cell]);
                long row = ((long)ky * layer.DilationY) - layer.PadTop;
                long column = ((long)kx * layer.DilationX) - layer.PadLeft;
                long phase = ((row % layer.StrideY) + layer.StrideY) % layer.StrideY;
                long down = (row - phase) / layer.StrideY;
                long rows = phase < layer.InputHeight ? (layer.InputHeight - phase + layer.StrideY - 1) / layer.StrideY : 0;
                long first = Math.Clamp(-down, 0, layer.GridHeight) * layer.GridWidth;
                long last = Math.Clamp(rows - down, 0, layer.GridHeight) * layer.GridWidth;
                int mask = -1;
                if (direct && Math.Abs(column) >= layer.GridWidth)
                    last = first;
                long start = down * layer.GridWidth;
                if (last <= first)
                {
                    first = last = start = 0;
                }
                else if (direct)
                {
                    start += tensor.ArenaOffset + ((long)(input.FirstChannel + channel) * tensor.Height * tensor.Width) + column;
                    if (column != 0)
                    {
                        if (maskOf[kx] == 0)
                        {
                            masks += MaskBytes;
                            maskOf[kx] = (int)masks;
                        }

                        mask = maskOf[kx] - MaskBytes;
                    }
                }
                else
                {
                    if (channel != lastChannel)
                        Array.Clear(planeOf);
                    lastChannel = channel;
                    if (planeOf[kx] == 0)
                    {
                        planes.Add(new StagePlane(i, input.FirstChannel + channel, (int)column, (int)(planes.Count * planeBytes), Zero[cell]));
                        planeOf[kx] = planes.Count;
                    }

                    start += (planeOf[kx] - 1) * planeBytes;
                    start += (long)(StageRow.Length > 0 ? StageRow[phase] : 0) * layer.GridWidth;
                }

                Source[cell] = (int)start;
                Window window = new((int)first, (int)last, mask);
                if (!windowOf.TryGetValue(window, out int index))
                {
                    index = windows.Count;
                    windows.Add(window);
                    windowOf.Add(window, index);
                }

                Window[cell] = index;
            }

            firstChannel += input.Channels;
            if (planes.Count * planeBytes > Array.MaxLength / 2)
                throw new BarrelException(ModelErrors.TooLarge, $"layer '{layer.Name}' needs a stage of more than 1 GiB");
        }

        InputOfCell[layer.Inputs.Length] = cell;
        // Parts are alike, so that none has only a few taps of a row.
        _firstCell = new int[Parts + 1];
        for (int part = 0; part <= Parts; part++)
            _firstCell[part] = (int)((long)Cells * part / Parts);
        IsDirect = !holdsLevels && planes.Count == 0 && taps.Index.Length <= ReadsMax * Cells && windows.TrueForAll(w => w == new Window(0, Positions, -1));
        if (IsDirect && layer.Mode != AccumulatorLayer.ModeArgMax)
            BlockVectors = DirectVectors;
        Windows = [.. windows];
        StagePlanes = [.. planes];
        StageBytes = (int)(planes.Count * planeBytes);
        Masks = new byte[masks];
        for (int kx = 0; kx < layer.KernelWidth; kx++)
            if (maskOf[kx] > 0)
                FillMask(Masks.AsSpan(maskOf[kx] - MaskBytes, MaskBytes), layer.GridWidth, (kx * layer.DilationX) - layer.PadLeft);
    }

    public bool HoldsLevels { get; }

    /// <summary>Positions of the grid.</summary>
    public int Positions { get; }

    /// <summary>Vectors of all positions, the last one perhaps not full.</summary>
    public int Vectors { get; }

    /// <summary>Vectors of a block at most: 1, 2, 4 or 8, or 16 without a tile.</summary>
    public int BlockVectors { get; }

    /// <summary>Cells that hold codes.</summary>
    public int Cells { get; }

    /// <summary>Bytes from a cell to the next.</summary>
    public int CellBytes { get; }

    /// <summary>Bytes of a tile.</summary>
    public int TileBytes => IsDirect ? 0 : (Cells + Parts - 1) / Parts * CellBytes;

    /// <summary>In how many parts cells are taken, one after the other, so that a part stays in the first-level cache.</summary>
    public int Parts { get; }

    /// <summary>First cell of a part.</summary>
    public int FirstCell(int part) => _firstCell[part];

    /// <summary>Whether there is no tile: taps read the arena, since no cell meets padding and few are read often.</summary>
    public bool IsDirect { get; }

    /// <summary>Offset of a cell in the tile that holds a part; where there is none, in the arena for position 0.</summary>
    public int OffsetOf(int cell, int part) => IsDirect ? Source[cell] : (cell - _firstCell[part]) * CellBytes;

    /// <summary>[cell]: where position 0 would lie, in the arena or the stage.</summary>
    public int[] Source { get; }

    /// <summary>[cell]: which of <see cref="Windows"/> it has; most channels share theirs.</summary>
    public int[] Window { get; }

    /// <summary>Where cells meet no padding.</summary>
    public Window[] Windows { get; }

    /// <summary>[cell]: code of padding.</summary>
    public byte[] Zero { get; }

    /// <summary>[cell]: level of that code.</summary>
    public ushort[] ZeroLevel { get; }

    /// <summary>[input]: its first cell; one more entry at the end.</summary>
    public int[] InputOfCell { get; }

    /// <summary>[input]: whether its cells are filled from the stage, not from the tensor.</summary>
    public bool[] IsStaged { get; }

    /// <summary>Planes of the stage, [row][column].</summary>
    public StagePlane[] StagePlanes { get; }

    /// <summary>[row of the input's phase 0, 1 …]: first row in a plane, whose rows are sorted by row phase.</summary>
    public int[] StageRow { get; }

    /// <summary>Bytes of the stage; levels take as many again, for their upper halves.</summary>
    public int StageBytes { get; }

    /// <summary>For each kx that can meet padding: 255 at the columns that it finds inside, beginning with column 0 and on for a block behind the last.</summary>
    public byte[] Masks { get; }

    /// <summary>Bytes of a mask.</summary>
    public int MaskBytes { get; }

    private static int[] StageRows(TapLayer layer)
    {
        int[] first = new int[Math.Min(layer.StrideY, layer.InputHeight)];
        for (int phase = 1; phase < first.Length; phase++)
            first[phase] = first[phase - 1] + ((layer.InputHeight - (phase - 1) + layer.StrideY - 1) / layer.StrideY);
        return first;
    }

    private static void FillMask(Span<byte> mask, int width, int column)
    {
        int x = 0;
        for (int i = 0; i < mask.Length; i++)
        {
            mask[i] = x + column >= 0 && x + column < width ? (byte)255 : (byte)0;
            x = x + 1 == width ? 0 : x + 1;
        }
    }
}

/// <summary>The positions at which a cell meets the input, not padding.</summary>
/// <param name="First">First position whose row is inside.</param>
/// <param name="Last">Behind the last one; no greater where there is none.</param>
/// <param name="Mask">Start of the mask of its columns; −1 where all are inside.</param>
internal readonly record struct Window(int First, int Last, int Mask);

/// <summary>A plane of the stage: the column of a channel that each grid column meets for one kx.</summary>
/// <param name="Input">Which of the layer's inputs.</param>
/// <param name="Channel">Channel of its tensor.</param>
/// <param name="Column">Input column that grid column 0 meets.</param>
/// <param name="Start">Where in the stage.</param>
/// <param name="Zero">Code of padding.</param>
internal readonly record struct StagePlane(int Input, int Channel, int Column, int Start, byte Zero);
