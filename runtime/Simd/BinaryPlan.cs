namespace Barrel.Runtime.Simd;

/// <summary>
/// Where the packed input of a binary layer lies. The stage has a plane for each group of channels and each kx, of lines as long as the grid's and sorted by
/// their remainder by the stride, so that a cell, which is a (group, ky, kx), is consecutive bytes for consecutive positions.
/// </summary>
internal sealed class BinaryPlan
{
    /// <summary>Bytes of a tile: four vectors a cell are worth reading from the second-level cache, since operands are then loaded for four.</summary>
    private const int TileBytesMax = 128 << 10;

    public BinaryPlan(BinaryLayer layer, TensorInfo source, int cellBits, int vectorBytes)
    {
        Groups = (source.Channels + cellBits - 1) / cellBits;
        int area = layer.KernelHeight * layer.KernelWidth;
        Cells = Groups * area;
        LinesOfPhase = (source.Height + layer.StrideY - 1) / layer.StrideY;
        IsPhaseRead = new bool[layer.StrideY];

        // Lines are written in whole vectors, from the first to the last; what runs over the end is of the next line or behind them all.
        PlaneBytes = (layer.StrideY * LinesOfPhase * layer.GridWidth) + vectorBytes;
        Source = new int[Cells];
        for (int ky = 0; ky < layer.KernelHeight; ky++)
            IsPhaseRead[ky * layer.DilationY % layer.StrideY] = true;
        int cell = 0;
        for (int group = 0; group < Groups; group++)
            for (int ky = 0; ky < layer.KernelHeight; ky++)
                for (int kx = 0; kx < layer.KernelWidth; kx++)
                {
                    int line = ky * layer.DilationY;
                    line = (line % layer.StrideY * LinesOfPhase) + (line / layer.StrideY);
                    Source[cell++] = (((group * layer.KernelWidth) + kx) * PlaneBytes) + (line * layer.GridWidth);
                }

        Positions = layer.GridHeight * layer.GridWidth;
        Vectors = (Positions + vectorBytes - 1) / vectorBytes;
        int room = TileBytesMax / (Cells * vectorBytes);
        BlockVectors = room >= 4 && Vectors > 2 ? 4 : room >= 2 && Vectors > 1 ? 2 : 1;
        TileBytes = Cells * BlockVectors * vectorBytes;

        // A block may begin at the last position.
        StageBytes = (Groups * layer.KernelWidth * PlaneBytes) + (4 * vectorBytes);
        Weights = new byte[layer.Rows * Cells];
        int at = 0;
        for (int row = 0; row < layer.Rows; row++)
            for (int group = 0; group < Groups; group++)
                for (int k = 0; k < area; k++, at++)
                    for (int c = group * cellBits, bit = 0; bit < cellBits && c < source.Channels; c++, bit++)
                        if (layer.IsPlus(row, (c * area) + k))
                            Weights[at] |= (byte)(1 << bit);
    }

    /// <summary>Groups of channels that share a cell.</summary>
    public int Groups { get; }

    /// <summary>Cells of a window.</summary>
    public int Cells { get; }

    /// <summary>Lines of the input of one remainder by the stride.</summary>
    public int LinesOfPhase { get; }

    /// <summary>[remainder]: whether any ky reads such lines.</summary>
    public bool[] IsPhaseRead { get; }

    public int PlaneBytes { get; }

    public int StageBytes { get; }

    public int TileBytes { get; }

    /// <summary>[cell]: its byte at the first position in the stage.</summary>
    public int[] Source { get; }

    public int Positions { get; }

    /// <summary>Vectors of positions.</summary>
    public int Vectors { get; }

    /// <summary>Vectors of a block, 1, 2 or 4.</summary>
    public int BlockVectors { get; }

    /// <summary>[row][cell].</summary>
    public byte[] Weights { get; }
}
