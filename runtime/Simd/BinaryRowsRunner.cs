using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>
/// A binary layer whose window is the whole input, so that it has one position: lanes are rows. Bit b of cell k is input b·cells + k, which makes packing
/// shifts and ors of vectors; the weights lie in the same order.
/// </summary>
internal sealed class BinaryRowsRunner<TLanes, TBytes, TWords, TInts> : BinaryPartedRunner
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private readonly BinaryLayer _layer;
    private readonly byte[] _arena;
    private readonly BinaryWriter _writer;
    private readonly BinaryThreshold? _threshold;
    private readonly int _input;
    private readonly int _output;
    private readonly int _cells;
    private readonly int _planes;
    private readonly int _vectors;
    private readonly int[] _unusedCell;
    private readonly byte[] _unusedMask;
    private readonly AlignedBytes _weights;
    private readonly AlignedBytes _borders;
    private readonly AlignedBytes _lows;
    private readonly int[] _blockAt;
    private int[] _firstBlock = [];
    private byte[] _stage = [];
    private BinaryScratch[] _scratch = [];

    public BinaryRowsRunner(Model model, BinaryLayer layer, byte[] arena)
    {
        _layer = layer;
        _arena = arena;
        _writer = new BinaryWriter(model, layer, arena);
        _threshold = BinaryThreshold.Of(layer);
        _input = model.Tensors[layer.Input].ArenaOffset;
        _output = model.Tensors[layer.Output].ArenaOffset;
        int bits = TLanes.CellBits;
        _cells = (layer.FanIn + bits - 1) / bits;
        _planes = (layer.FanIn + _cells - 1) / _cells;
        int unused = (_cells * _planes) - layer.FanIn;
        _unusedCell = new int[unused];
        _unusedMask = new byte[unused];
        for (int i = 0; i < unused; i++)
        {
            _unusedCell[i] = (layer.FanIn + i) % _cells;
            _unusedMask[i] = (byte)~(1 << ((layer.FanIn + i) / _cells));
        }

        _vectors = (layer.Rows + TLanes.Count - 1) >> TLanes.CountLog2;
        _blockAt = new int[(_vectors + BlockVectorsMax - 1) / BlockVectorsMax];
        _weights = new AlignedBytes(((_vectors & 3) == 3 ? _vectors + 1 : _vectors) * (_cells << TLanes.CountLog2));
        _borders = new AlignedBytes((2 * _vectors) << TLanes.CountLog2);
        _lows = new AlignedBytes(_vectors << TLanes.CountLog2);
        Arrange();
    }

    public override int StageBytes => _cells + TLanes.Count;

    public override int TileBytes => 0;

    public override int LineBytes => 0;

    public override void Attach(byte[] stage, BinaryScratch[] scratch, BlockScratch[] blocks)
    {
        base.Attach(stage, scratch, blocks);
        _stage = stage;
        _scratch = scratch;
        _firstBlock = new int[Parts + 1];

        // One thread has to see all sums in order unless each row's code is its own matter.
        for (int part = 1; part <= Parts; part++)
            _firstBlock[part] = _threshold is null ? _blockAt.Length : Share(_blockAt.Length, part);
    }

    public override void MakeStage(int part)
    {
        if (part != 0)
            return;
        ref byte stage = ref MemoryMarshal.GetArrayDataReference(_stage);
        BinaryPack<TLanes, TBytes, TWords, TInts>.Run(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_arena), _input), _cells, _planes, _cells, ref stage);
        for (int i = 0; i < _unusedCell.Length; i++)
            Unsafe.Add(ref stage, _unusedCell[i]) &= _unusedMask[i];
    }

    public override void MakeOutput(int part)
    {
        ref byte stage = ref MemoryMarshal.GetArrayDataReference(_stage);
        ref byte sums = ref _scratch[part].Sums;
        if (_threshold is null && part == 0)
            _writer.Begin(0);
        int end = _firstBlock[part + 1];
        for (int block = _firstBlock[part]; block < end; block++)
        {
            ref byte weights = ref Unsafe.Add(ref _weights.Start, _blockAt[block]);
            int vectors = _vectors - (block << 2);
            if (vectors > 2)
                BinarySum<TLanes, TBytes, TWords, TInts>.Run<FourVectors>(ref weights, ref stage, 0, _cells, ref sums);
            else if (vectors == 2)
                BinarySum<TLanes, TBytes, TWords, TInts>.Run<TwoVectors>(ref weights, ref stage, 0, _cells, ref sums);
            else
                BinarySum<TLanes, TBytes, TWords, TInts>.Run<OneVector>(ref weights, ref stage, 0, _cells, ref sums);
            int first = block << 2 << TLanes.CountLog2;
            if (_threshold is not null)
                WriteCodes(first, ref sums);
            else
                WriteSums(first, ref sums);
        }
    }

    private void WriteCodes(int row, ref byte sums)
    {
        ref byte lows = ref Unsafe.Add(ref _lows.Start, row);
        ref byte borders = ref Unsafe.Add(ref _borders.Start, row + row);
        int end = EndOf(row);
        while (row < end)
        {
            TBytes codes = BinaryCodes<TLanes, TBytes, TWords, TInts>.Of(
                ref sums, TLanes.AsWords(TLanes.LoadBytes(ref borders)), TLanes.AsWords(TLanes.LoadBytes(ref Unsafe.Add(ref borders, TLanes.Count))), TLanes.LoadBytes(ref lows));
            if (end - row >= TLanes.Count)
            {
                TLanes.StoreBytes(codes, ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_arena), _output + row));
            }
            else
            {
                // The counts of the last vector have been read, so its codes may take their place.
                TLanes.StoreBytes(codes, ref sums);
                for (int i = 0; i < end - row; i++)
                    _arena[_output + row + i] = Unsafe.Add(ref sums, i);
            }

            row += TLanes.Count;
            sums = ref Unsafe.Add(ref sums, TLanes.Count + TLanes.Count);
            lows = ref Unsafe.Add(ref lows, TLanes.Count);
            borders = ref Unsafe.Add(ref borders, TLanes.Count + TLanes.Count);
        }
    }

    private void WriteSums(int row, ref byte sums)
    {
        int end = EndOf(row);
        while (row < end)
        {
            for (int i = 0; i < TLanes.Count && row < end; i++, row++)
            {
                ref byte count = ref Unsafe.Add(ref sums, ((i & 1) << TLanes.CountLog2) + (i & ~1));
                _writer.Write(row, count | (Unsafe.Add(ref count, 1) << 8));
            }

            sums = ref Unsafe.Add(ref sums, TLanes.Count + TLanes.Count);
        }
    }

    private int EndOf(int row)
    {
        int end = row + (BlockVectorsMax << TLanes.CountLog2);
        return end < _layer.Rows ? end : _layer.Rows;
    }

    /// <summary>Weights as [block][cell][row of the block], thresholds as counts lie: those of even rows of a vector, then those of odd ones.</summary>
    private void Arrange()
    {
        Span<byte> weights = _weights.Span;
        int at = 0;
        for (int block = 0; block < _blockAt.Length; block++)
        {
            _blockAt[block] = at;
            int first = block << 2 << TLanes.CountLog2;
            int vectors = _vectors - (block << 2);
            int cellBytes = TLanes.Count << (vectors > 2 ? 2 : vectors - 1);
            for (int row = first; row < first + cellBytes && row < _layer.Rows; row++)
                for (int i = 0; i < _layer.FanIn; i++)
                    if (_layer.IsPlus(row, i))
                        weights[at + (i % _cells * cellBytes) + row - first] |= (byte)(1 << (i / _cells));
            at += cellBytes * _cells;
        }

        if (_threshold is null)
            return;
        Span<short> borders = MemoryMarshal.Cast<byte, short>(_borders.Span);
        for (int row = 0; row < _layer.Rows; row++)
        {
            int lane = row & (TLanes.Count - 1);
            borders[row - lane + ((lane & 1) << (TLanes.CountLog2 - 1)) + (lane >> 1)] = _threshold.Counts[row];
            _lows.Span[row] = _threshold.Low[row];
        }
    }
}
