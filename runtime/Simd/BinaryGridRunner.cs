using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>A binary layer of many positions: lanes are positions, and for each block of them two rows are counted at once.</summary>
internal sealed class BinaryGridRunner<TLanes, TBytes, TWords, TInts> : BinaryPartedRunner
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private readonly BinaryLayer _layer;
    private readonly TensorInfo _source;
    private readonly byte[] _arena;
    private readonly BinaryPlan _plan;
    private readonly BinaryThreshold? _threshold;
    private readonly BlockWriter<TLanes, TBytes, TWords, TInts> _writer;
    private readonly BlockPlacement _placement;
    private readonly int _planePitch;
    private byte[] _stage = [];
    private BinaryScratch[] _scratch = [];
    private BlockScratch[] _blockScratch = [];
    private Block[] _blocks = [];
    private int[] _firstBlock = [];
    private int[] _firstGroup = [];

    public BinaryGridRunner(Model model, BinaryLayer layer, byte[] arena)
    {
        _layer = layer;
        _arena = arena;
        _source = model.Tensors[layer.Input];
        _planePitch = _source.Height * _source.Width;
        _plan = new BinaryPlan(layer, _source, TLanes.CellBits, TLanes.Count);
        _threshold = BinaryThreshold.Of(layer);

        // To the write-out this is a layer whose sums are −2 for each bit that differs.
        TapLayer sums = new()
        {
            Mode = layer.Mode, Rows = layer.Rows, Output = layer.Output, Groups = 1, PhaseY = 1, PhaseX = 1, GridHeight = layer.GridHeight, GridWidth = layer.GridWidth,
            Bias = Array.ConvertAll(layer.Bias, b => b + layer.FanIn), Shift = layer.Shift, Post = layer.Post, Low = layer.Low, High = layer.High, Borders = layer.Borders,
            SlopeCount = layer.SlopeCount, SlopeTerms = layer.SlopeTerms, SlopeFirst = layer.SlopeFirst, Skips = layer.Skips, SkipShift = layer.SkipShift,
        };
        _writer = new BlockWriter<TLanes, TBytes, TWords, TInts>(model, sums, WordRows.None(model, sums), BlockBytes, arena);
        _placement = new BlockPlacement(sums, model.Tensors[layer.Output], BlockBytes, arena);
    }

    public override int StageBytes => _plan.StageBytes;

    public override int TileBytes => _plan.TileBytes;

    public override int LineBytes => _source.Width + (4 * TLanes.Count);

    private int BlockBytes => _plan.BlockVectors << TLanes.CountLog2;

    public override void Attach(byte[] stage, BinaryScratch[] scratch, BlockScratch[] blocks)
    {
        base.Attach(stage, scratch, blocks);
        (_stage, _scratch, _blockScratch) = (stage, scratch, blocks);
        _firstBlock = new int[Parts + 1];
        _firstGroup = new int[Parts + 1];
        List<Block> made = [];
        for (int part = 0; part < Parts; part++)
        {
            int vector = Share(_plan.Vectors, part);
            int end = Share(_plan.Vectors, part + 1);
            while (vector < end)
            {
                int used = Math.Min(_plan.BlockVectors, end - vector);
                int first = vector << TLanes.CountLog2;
                vector += used;
                int behind = Math.Min(vector << TLanes.CountLog2, _plan.Positions);
                made.Add(new Block(
                    first, behind, used, used == 3 ? 4 : used, first / _layer.GridWidth, first % _layer.GridWidth, behind == vector << TLanes.CountLog2, first));
            }

            _firstBlock[part + 1] = made.Count;
            _firstGroup[part + 1] = Share(_plan.Groups, part + 1);
        }

        _blocks = [.. made];
    }

    public override void MakeStage(int part)
    {
        ref byte planes = ref MemoryMarshal.GetArrayDataReference(_stage);
        for (int group = 0; group < _firstGroup[part + 1]; group++)
        {
            if (group >= _firstGroup[part])
                PackGroup(group, ref planes, ref _scratch[part].Line);
            for (int kx = 0; kx < _layer.KernelWidth; kx++)
                planes = ref Unsafe.Add(ref planes, _plan.PlaneBytes);
        }
    }

    public override void MakeOutput(int part)
    {
        BinaryScratch scratch = _scratch[part];
        int end = _firstBlock[part + 1];
        for (int i = _firstBlock[part]; i < end; i++)
        {
            ref Block block = ref _blocks[i];
            Fill(block, ref scratch.Tile);
            ref byte bits = ref MemoryMarshal.GetArrayDataReference(_plan.Weights);
            int row = 0;
            while (row < _layer.Rows)
            {
                int rows = CountRows(_layer.Rows - row, block.Vectors, ref bits, scratch);
                ref byte sums = ref scratch.Sums;
                for (; rows > 0; rows--)
                {
                    Write(row++, block, ref sums, _blockScratch[part]);
                    sums = ref Unsafe.Add(ref sums, block.Vectors << TLanes.CountLog2 << 1);
                    bits = ref Unsafe.Add(ref bits, _plan.Cells);
                }
            }

            _writer.EndBlock(block, _blockScratch[part]);
        }
    }

    /// <summary>Counts as many of the next rows as suits the block, eight, two or one.</summary>
    private int CountRows(int left, int vectors, ref byte bits, BinaryScratch scratch)
    {
        int cells = _plan.Cells;
        if (vectors == 1 && left >= 8)
        {
            BinarySum<TLanes, TBytes, TWords, TInts>.RunEightRows(ref scratch.Tile, ref bits, cells, ref scratch.Sums);
            return 8;
        }

        int pitch = left > 1 ? cells : 0;
        if (vectors == 4)
            BinarySum<TLanes, TBytes, TWords, TInts>.Run<FourVectors>(ref scratch.Tile, ref bits, pitch, cells, ref scratch.Sums);
        else if (vectors == 2)
            BinarySum<TLanes, TBytes, TWords, TInts>.Run<TwoVectors>(ref scratch.Tile, ref bits, pitch, cells, ref scratch.Sums);
        else
            BinarySum<TLanes, TBytes, TWords, TInts>.Run<OneVector>(ref scratch.Tile, ref bits, pitch, cells, ref scratch.Sums);
        return left > 1 ? 2 : 1;
    }

    /// <summary>Packs a group's channels line by line and brings for each kx what it reads of a line together.</summary>
    private void PackGroup(int group, ref byte planes, ref byte packed)
    {
        int channel = 0;
        int input = _source.ArenaOffset;
        for (; group > 0; group--)
        {
            for (int i = 0; i < TLanes.CellBits; i++)
                input += _planePitch;
            channel += TLanes.CellBits;
        }

        int channels = _source.Channels - channel;
        if (channels > TLanes.CellBits)
            channels = TLanes.CellBits;
        int target = 0;
        for (int phase = 0; phase < _plan.IsPhaseRead.Length; phase++)
        {
            int y = phase;
            int from = input;
            for (int i = 0; i < phase; i++)
                from += _source.Width;
            for (int line = 0; line < _plan.LinesOfPhase; line++)
            {
                if (y < _source.Height && _plan.IsPhaseRead[phase])
                {
                    BinaryPack<TLanes, TBytes, TWords, TInts>.Run(
                        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_arena), from), _planePitch, channels, _source.Width, ref packed);
                    ref byte reads = ref packed;
                    ref byte plane = ref Unsafe.Add(ref planes, target);
                    for (int kx = 0; kx < _layer.KernelWidth; kx++)
                    {
                        TakeColumns(ref reads, ref plane);
                        reads = ref Unsafe.Add(ref reads, _layer.DilationX);
                        plane = ref Unsafe.Add(ref plane, _plan.PlaneBytes);
                    }
                }

                for (int i = 0; i < _layer.StrideY; i++, y++)
                    from += _source.Width;
                target += _layer.GridWidth;
            }
        }
    }

    /// <summary>Every StrideX-th byte of a packed line.</summary>
    private void TakeColumns(ref byte line, ref byte target)
    {
        int width = _layer.GridWidth;
        if (_layer.StrideX == 1)
        {
            for (int i = 0; i < width; i += TLanes.Count)
                TLanes.StoreBytes(TLanes.LoadBytes(ref Unsafe.Add(ref line, i)), ref Unsafe.Add(ref target, i));
        }
        else if (_layer.StrideX == 2)
        {
            for (int i = 0; i < width; i += TLanes.Count)
            {
                ref byte pairs = ref Unsafe.Add(ref line, i + i);
                TLanes.StoreBytes(TLanes.NarrowEven(TLanes.LoadBytes(ref pairs), TLanes.LoadBytes(ref Unsafe.Add(ref pairs, TLanes.Count))), ref Unsafe.Add(ref target, i));
            }
        }
        else
        {
            for (int i = 0; i < width; i++)
            {
                Unsafe.Add(ref target, i) = line;
                line = ref Unsafe.Add(ref line, _layer.StrideX);
            }
        }
    }

    private void Fill(in Block block, ref byte tile)
    {
        ref byte stage = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_stage), block.First);
        int bytes = block.Vectors << TLanes.CountLog2;
        for (int cell = 0; cell < _plan.Source.Length; cell++)
        {
            ref byte source = ref Unsafe.Add(ref stage, _plan.Source[cell]);
            for (int i = 0; i < bytes; i += TLanes.Count)
                TLanes.StoreBytes(TLanes.LoadBytes(ref Unsafe.Add(ref source, i)), ref Unsafe.Add(ref tile, i));
            tile = ref Unsafe.Add(ref tile, bytes);
        }
    }

    private void Write(int row, in Block block, ref byte counts, BlockScratch scratch)
    {
        if (_threshold is null)
        {
            ToSums(block.Used, ref counts, ref scratch.Sums);
            _writer.WriteRow(row, block, scratch, ref scratch.Sums);
            return;
        }

        TWords border = TLanes.Broadcast(_threshold.Counts[row]);
        TBytes low = TLanes.Broadcast(_threshold.Low[row]);
        bool isWhole = block.End - block.First == block.Used << TLanes.CountLog2;
        ref byte codes = ref _placement.CodesOf(row, scratch);
        if (isWhole)
            codes = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_arena), _placement.StartOf(row) + block.Pixel);
        for (int v = 0; v < block.Used; v++)
        {
            TLanes.StoreBytes(BinaryCodes<TLanes, TBytes, TWords, TInts>.Of(ref counts, border, border, low), ref codes);
            counts = ref Unsafe.Add(ref counts, TLanes.Count + TLanes.Count);
            codes = ref Unsafe.Add(ref codes, TLanes.Count);
        }

        if (!isWhole)
            _placement.Place<TLanes, TBytes, TWords, TInts>(row, block, scratch);
    }

    /// <summary>sums = −2·counts, in four planes a vector: plane k has positions 4·i + k.</summary>
    private static void ToSums(int vectors, ref byte counts, ref int sums)
    {
        TInts low = TLanes.Broadcast(0xFFFF);
        int quarter = TLanes.Count >> 2;
        for (int v = 0; v < vectors; v++)
        {
            TInts even = TLanes.AsInts(TLanes.LoadBytes(ref counts));
            TInts odd = TLanes.AsInts(TLanes.LoadBytes(ref Unsafe.Add(ref counts, TLanes.Count)));
            Store(TLanes.And(even, low), ref sums);
            Store(TLanes.And(odd, low), ref Unsafe.Add(ref sums, quarter));
            Store(TLanes.ShiftRight(even, 16), ref Unsafe.Add(ref sums, quarter + quarter));
            Store(TLanes.ShiftRight(odd, 16), ref Unsafe.Add(ref sums, quarter + quarter + quarter));
            sums = ref Unsafe.Add(ref sums, TLanes.Count);
            counts = ref Unsafe.Add(ref counts, TLanes.Count + TLanes.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TInts count, ref int sum) => TLanes.StoreInts(TLanes.Subtract(default, TLanes.Add(count, count)), ref sum);
}
