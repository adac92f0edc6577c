using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>Where a block's codes go in the output: together where the layer has one phase, else interleaved with those of the other phases.</summary>
internal sealed class BlockPlacement
{
    private readonly TapLayer _layer;
    private readonly TensorInfo _made;
    private readonly byte[] _arena;
    private readonly int[] _start;
    private readonly int[] _pixel;
    private readonly int[] _linesOfRow;
    private readonly int[] _columnsOfRow;
    private readonly int _blockBytes;

    /// <param name="layer">The layer.</param>
    /// <param name="made">Its output.</param>
    /// <param name="blockBytes">Positions of a block.</param>
    /// <param name="arena">The executor's.</param>
    public BlockPlacement(TapLayer layer, TensorInfo made, int blockBytes, byte[] arena)
    {
        _layer = layer;
        _made = made;
        _arena = arena;
        _blockBytes = blockBytes;
        _start = new int[layer.Rows];
        _pixel = new int[layer.Rows];
        _linesOfRow = new int[layer.Rows];
        _columnsOfRow = new int[layer.Rows];
        int phases = layer.PhaseY * layer.PhaseX;
        int elementBytes = made.Bits == 32 ? 4 : 1;
        for (int row = 0; row < layer.Rows; row++)
        {
            int channel = layer.Mode == AccumulatorLayer.ModeArgMax ? 0 : row / phases;
            int phaseY = row % phases / layer.PhaseX;
            int phaseX = row % layer.PhaseX;
            _pixel[row] = (phaseY * made.Width) + phaseX;
            _start[row] = made.ArenaOffset + (((channel * made.Height * made.Width) + _pixel[row]) * elementBytes);

            // The last line or column of an odd-sized output has no second phase.
            _linesOfRow[row] = (layer.GridHeight - 1) * layer.PhaseY + phaseY >= made.Height ? layer.GridHeight - 1 : layer.GridHeight;
            _columnsOfRow[row] = (layer.GridWidth - 1) * layer.PhaseX + phaseX >= made.Width ? layer.GridWidth - 1 : layer.GridWidth;
        }

        LineGap = (made.Width * layer.PhaseY) - (layer.GridWidth * layer.PhaseX);
    }

    /// <summary>Pixels from behind the last of a grid row to the first of the next.</summary>
    public int LineGap { get; }

    /// <summary>Pixel of the plane that a row's first position makes.</summary>
    public int PixelOfRow(int row) => _pixel[row];

    /// <summary>Arena offset of that pixel.</summary>
    public int StartOf(int row) => _start[row];

    /// <summary>Whether the row's phase has a pixel there.</summary>
    public bool IsInside(int row, int line, int column) => line < _linesOfRow[row] && column < _columnsOfRow[row];

    /// <summary>Where a row's codes are packed: rows of two column phases lie together, so that they can be written together.</summary>
    public ref byte CodesOf(int row, BlockScratch scratch) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(scratch.Codes), _layer.PhaseX == 2 && (row & 1) != 0 ? _blockBytes : 0);

    /// <summary>Where the codes of a whole block lie.</summary>
    public ref byte TargetOf(int row, in Block block) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_arena), _start[row] + block.Pixel);

    /// <summary>Codes of a row's positions from a tensor of the output's shape; <paramref name="start"/> is that of the first.</summary>
    public void Gather(int row, int start, in Block block, byte[] codes)
    {
        int column = block.Column;
        int line = block.Row;
        int count = block.End - block.First;
        for (int i = 0; i < count; i++)
        {
            if (IsInside(row, line, column))
                codes[i] = _arena[start];
            start += _layer.PhaseX;
            if (++column == _layer.GridWidth)
            {
                column = 0;
                line++;
                start += LineGap;
            }
        }
    }

    public void Place<TLanes, TBytes, TWords, TInts>(int row, in Block block, BlockScratch scratch)
        where TLanes : ILanes<TBytes, TWords, TInts>
        where TBytes : struct
        where TWords : struct
        where TInts : struct
    {
        int count = block.End - block.First;
        int start = _start[row] + block.Pixel;
        if (_layer.PhaseX == 1 && _layer.PhaseY == 1)
        {
            scratch.Codes.AsSpan(0, count).CopyTo(_arena.AsSpan(start));
        }
        else if (_layer.PhaseX == 2)
        {
            if ((row & 1) == 0)
                return;
            Interleave<TLanes, TBytes, TWords, TInts>(block.Used, scratch);
            PlaceLines(row, start - 1, scratch.Pairs, 1, block);
        }
        else if (_layer.PhaseX == 1)
        {
            PlaceLines(row, start, scratch.Codes, 0, block);
        }
        else
        {
            Scatter(row, start, scratch.Codes, block);
        }
    }

    private void Interleave<TLanes, TBytes, TWords, TInts>(int vectors, BlockScratch scratch)
        where TLanes : ILanes<TBytes, TWords, TInts>
        where TBytes : struct
        where TWords : struct
        where TInts : struct
    {
        ref byte first = ref MemoryMarshal.GetArrayDataReference(scratch.Codes);
        ref byte pairs = ref MemoryMarshal.GetArrayDataReference(scratch.Pairs);
        for (int v = 0; v < vectors; v++)
        {
            TBytes left = TLanes.LoadBytes(ref first);
            TBytes right = TLanes.LoadBytes(ref Unsafe.Add(ref first, _blockBytes));
            TLanes.StoreBytes(TLanes.AsBytes(TLanes.Add(TLanes.WidenLower(left), TLanes.ShiftLeft(TLanes.WidenLower(right), 8))), ref pairs);
            pairs = ref Unsafe.Add(ref pairs, TLanes.Count);
            TLanes.StoreBytes(TLanes.AsBytes(TLanes.Add(TLanes.WidenUpper(left), TLanes.ShiftLeft(TLanes.WidenUpper(right), 8))), ref pairs);
            pairs = ref Unsafe.Add(ref pairs, TLanes.Count);
            first = ref Unsafe.Add(ref first, TLanes.Count);
        }
    }

    /// <summary>Copies what belongs to each line, 2^n pixels a position.</summary>
    private void PlaceLines(int row, int start, byte[] pixels, int pixelsLog2, in Block block)
    {
        int at = 0;
        int left = block.End - block.First;
        int column = block.Column;
        int line = block.Row;

        // The odd phase tells of a cut last column: its pair is then half a pair.
        int cut = _columnsOfRow[row] < _layer.GridWidth ? 1 : 0;
        while (left > 0)
        {
            int n = _layer.GridWidth - column;
            bool isEnd = n <= left;
            if (!isEnd)
                n = left;
            if (line < _linesOfRow[row])
                pixels.AsSpan(at, (n << pixelsLog2) - (isEnd ? cut : 0)).CopyTo(_arena.AsSpan(start));
            at += n << pixelsLog2;
            start += (n << pixelsLog2) + LineGap;
            left -= n;
            column = 0;
            line++;
        }
    }

    private void Scatter(int row, int start, byte[] codes, in Block block)
    {
        int column = block.Column;
        int line = block.Row;
        int count = block.End - block.First;
        for (int i = 0; i < count; i++)
        {
            if (IsInside(row, line, column))
                _arena[start] = codes[i];
            start += _layer.PhaseX;
            if (++column == _layer.GridWidth)
            {
                column = 0;
                line++;
                start += LineGap;
            }
        }
    }
}
