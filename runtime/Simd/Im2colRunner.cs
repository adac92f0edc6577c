using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>Runs one tap layer on vectors: for each block of positions fill the tile, sum each row's taps, write the sums out.</summary>
internal sealed class Im2colRunner<TLanes, TBytes, TWords, TInts> : PartedRunner
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private readonly Model _model;
    private readonly TapLayer _layer;
    private readonly byte[] _arena;
    private readonly Im2colPlan _plan;
    private readonly Im2colProgram _program;
    private readonly BlockWriter<TLanes, TBytes, TWords, TInts> _writer;
    private readonly int[] _order;
    private readonly bool[] _words;
    private readonly DirectSum? _direct;
    private readonly CodeTables? _tables;
    private readonly bool _sumsBytes;
    private readonly int[] _sumsOfRow;
    private Im2colTile<TLanes, TBytes, TWords, TInts> _tile = null!;
    private Im2colStage<TLanes, TBytes, TWords, TInts> _stage = null!;
    private BlockScratch[] _scratch = [];
    private Block[] _blocks = [];
    private Share[] _blocksOfPart = [];
    private Share[] _rowsOfPart = [];
    private int[] _firstPlane = [];

    public Im2colRunner(Model model, TapLayer layer, byte[] arena)
    {
        _model = model;
        _layer = layer;
        _arena = arena;
        bool holdsLevels = false;
        foreach (TapInput input in layer.Inputs)
            holdsLevels |= model.Tensors[input.Tensor].IsLog;
        int codeMax = TapProgram.CodeMaxOf(model, layer);
        _sumsBytes = TapProgram.FitsBytes(model, layer);
        TapList taps = new(model, layer);
        bool mixesSigns = _sumsBytes && TLanes.AddsFromMemory;
        WordRows words = new(model, layer, taps);
        _plan = new Im2colPlan(model, layer, taps, TLanes.Count, holdsLevels, mixesSigns);
        _program = new Im2colProgram(taps, _plan, words, codeMax, _sumsBytes, mixesSigns);
        _words = words.Has;
        _order = words.Order;
        if (_plan.IsDirect)
            _direct = new DirectSum(taps, _plan, words);
        _tables = TLanes.HasTables && _plan.IsDirect ? new CodeTables(model, layer, taps, _plan) : null;
        _sumsOfRow = new int[layer.Rows];
        for (int row = 0; row < layer.Rows && _plan.Parts > 1; row++)
            _sumsOfRow[row] = row * BlockBytes;
        _writer = new BlockWriter<TLanes, TBytes, TWords, TInts>(model, layer, words, BlockBytes, arena);
    }

    public override bool HasStage => _plan.StageBytes > 0;

    public int TileBytes => _plan.TileBytes;

    /// <summary>Sums of all rows of a block, where its cells are taken in parts; else those of one.</summary>
    public int SumInts => _plan.Parts > 1 ? _layer.Rows * BlockBytes : BlockBytes;

    public int BlockBytes => _plan.BlockVectors << TLanes.CountLog2;

    /// <summary>Bytes of stage that the layer needs, with room for a vector behind.</summary>
    public int StageBytes => (_plan.StageBytes << (_plan.HoldsLevels ? 1 : 0)) + TLanes.Count;

    public int Windows => _plan.Windows.Length;

    /// <summary>Of all windows, for a block.</summary>
    public int MaskBytes => _plan.IsDirect ? 0 : _plan.Windows.Length * BlockBytes;

    /// <summary>Positions of a block in all phases, where the greatest channel is kept.</summary>
    public int BestInts => _layer.Mode == AccumulatorLayer.ModeArgMax ? _layer.PhaseY * _layer.PhaseX * BlockBytes : 0;

    /// <summary>Gives the layer what it shares with all others, and cuts its work into as many parts as there are threads.</summary>
    /// <param name="stage">Of at least <see cref="StageBytes"/>.</param>
    /// <param name="scratch">One for each part.</param>
    public void Attach(byte[] stage, BlockScratch[] scratch)
    {
        _scratch = scratch;
        _tile = new(_plan, _arena, stage);
        _stage = new(_model, _layer, _plan, _arena, stage);
        _firstPlane = new int[scratch.Length + 1];
        for (int part = 0; part < scratch.Length; part++)
            _firstPlane[part + 1] = Share.Of(_stage.Planes, part, scratch.Length).End;
        (_blocksOfPart, _rowsOfPart, _blocks) = WorkShares.Of(_model, _layer, _plan, new WorkShares.Setting(scratch.Length, TLanes.CountLog2, TLanes.AddsFromMemory));
    }

    public override void Run()
    {
        for (int part = 0; part < _scratch.Length; part++)
            MakeStage(part);
        for (int part = 0; part < _scratch.Length; part++)
            MakeOutput(part);
    }

    public override void MakeStage(int part) => _stage.Make(_firstPlane[part], _firstPlane[part + 1]);

    public override void MakeOutput(int part)
    {
        BlockScratch scratch = _scratch[part];
        Share rows = _rowsOfPart[part];
        int end = _blocksOfPart[part].End;
        for (int i = _blocksOfPart[part].First; i < end; i++)
        {
            ref Block block = ref _blocks[i];
            if (!_plan.IsDirect)
                _tile.Begin(block, scratch);
            if (_plan.Parts > 1)
                MakeInParts(block, rows, scratch);
            else
                MakeAtOnce(block, rows, scratch);
            _writer.EndBlock(block, scratch);
        }
    }

    private void MakeAtOnce(in Block block, Share rows, BlockScratch scratch)
    {
        if (!_plan.IsDirect)
            _tile.Fill(0, block, scratch);
        ref byte tile = ref _plan.IsDirect ? ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_arena), block.First) : ref scratch.Tile;
        for (int i = rows.First; i < rows.End; i++)
        {
            int row = _order[i];
            if (_tables is not null && _tables.Has(row))
            {
                _tables.Run<TLanes, TBytes, TWords, TInts>(row, block.Used, ref tile, ref _writer.CodesOf(row, block, scratch));
                _writer.EndCodes(row, block, scratch);
                continue;
            }

            Sum(row, block.Vectors, ref tile, ref scratch.Sums);
            _writer.WriteRow(row, block, scratch, ref scratch.Sums);
        }
    }

    /// <summary>All rows' sums of a part of the cells, then those of the next: only the part need stay in the first-level cache.</summary>
    private void MakeInParts(in Block block, Share rows, BlockScratch scratch)
    {
        int first = 0;
        for (int part = 0; part < _plan.Parts; part++)
        {
            _tile.Fill(part, block, scratch);
            for (int row = rows.First; row < rows.End; row++)
                Sum<SmallCodes>(first + row, block.Vectors, ref scratch.Tile, ref Unsafe.Add(ref scratch.Sums, _sumsOfRow[row]));
            first += _order.Length;
        }

        for (int i = rows.First; i < rows.End; i++)
            _writer.WriteRow(_order[i], block, scratch, ref Unsafe.Add(ref scratch.Sums, _sumsOfRow[_order[i]]));
    }

    private void Sum(int row, int vectors, ref byte tile, ref int sums)
    {
        if (_direct is not null && _words[row])
            _direct.Run<TLanes, TBytes, TWords, TInts>(row, vectors, ref tile, ref sums);
        else if (_sumsBytes)
            Sum<SmallCodes>(row, vectors, ref tile, ref sums);
        else if (_plan.HoldsLevels)
            Sum<Levels>(row, vectors, ref tile, ref sums);
        else
            Sum<WideCodes>(row, vectors, ref tile, ref sums);
    }

    /// <param name="row">The row; with parts, of a part.</param>
    private void Sum<TKind>(int row, int vectors, ref byte tile, ref int sums)
        where TKind : ITileKind
    {
        ref int tap = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_program.Offsets), _program.FirstTap[row]);
        ref int steps = ref MemoryMarshal.GetArrayDataReference(_program.Steps);
        ref int step = ref Unsafe.Add(ref steps, _program.FirstStep[row]);
        ref int stepEnd = ref Unsafe.Add(ref steps, _program.FirstStep[row + 1]);
        while (vectors > 0)
        {
            int size = vectors >= 8 ? 8 : vectors >= 4 ? 4 : vectors >= 2 ? 2 : 1;
            if (size == 8)
                Sum<EightVectors, TKind>(ref tile, ref tap, ref step, ref stepEnd, ref sums);
            else if (size == 4)
                Sum<FourVectors, TKind>(ref tile, ref tap, ref step, ref stepEnd, ref sums);
            else if (size == 2)
                Sum<TwoVectors, TKind>(ref tile, ref tap, ref step, ref stepEnd, ref sums);
            else
                Sum<OneVector, TKind>(ref tile, ref tap, ref step, ref stepEnd, ref sums);
            vectors -= size;
            tile = ref Unsafe.Add(ref tile, size << TLanes.CountLog2);
            sums = ref Unsafe.Add(ref sums, size << TLanes.CountLog2);
        }
    }

    private static void Sum<TBlock, TKind>(ref byte tile, ref int tap, ref int step, ref int stepEnd, ref int sums)
        where TBlock : IBlockSize
        where TKind : ITileKind
    {
        if (TKind.SumsBytes)
            ByteTapSum<TLanes, TBytes, TWords, TInts>.Run<TBlock>(ref tile, ref tap, ref step, ref stepEnd, ref sums);
        else
            WordTapSum<TLanes, TBytes, TWords, TInts>.Run<TBlock, TKind>(ref tile, ref tap, ref step, ref stepEnd, ref sums);
    }
}
