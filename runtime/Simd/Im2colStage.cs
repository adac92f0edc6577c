using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Makes the planes of a layer's stage from its inputs: for each channel and kx, the column that each grid column meets, row by row, rows sorted by the phase of their stride.
/// </summary>
internal sealed class Im2colStage<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    /// <summary>Codes from here on have the level of the one before: exponents have ended.</summary>
    private const int CodesMax = 32;

    /// <summary>Bytes of a table: the widest vector.</summary>
    private const int TableBytes = 64;

    /// <summary>16 shifted by it is <see cref="TableBytes"/>.</summary>
    private const int TableShift = 2;

    private readonly TapLayer _layer;
    private readonly Im2colPlan _plan;
    private readonly byte[] _arena;
    private readonly byte[] _stage;
    private readonly Plane[] _planes;
    private readonly int[] _sourceRow;
    private readonly int _planeBytes;

    public Im2colStage(Model model, TapLayer layer, Im2colPlan plan, byte[] arena, byte[] stage)
    {
        _layer = layer;
        _plan = plan;
        _arena = arena;
        _stage = stage;
        _planeBytes = layer.InputHeight * layer.GridWidth;
        _sourceRow = new int[layer.InputHeight];
        for (int phase = 0, at = 0; phase < plan.StageRow.Length; phase++)
            for (int row = phase; row < layer.InputHeight; row += layer.StrideY)
                _sourceRow[at++] = row;
        int[][] rowOffset = new int[layer.Inputs.Length][];
        byte[]?[] levels = new byte[layer.Inputs.Length][];
        _planes = new Plane[plan.StagePlanes.Length];
        for (int p = 0; p < _planes.Length; p++)
        {
            StagePlane plane = plan.StagePlanes[p];
            TapInput input = layer.Inputs[plane.Input];
            TensorInfo tensor = model.Tensors[input.Tensor];
            if (rowOffset[plane.Input] is null)
            {
                levels[plane.Input] = tensor.IsLog ? LevelTables(tensor) : null;
                rowOffset[plane.Input] = new int[layer.InputHeight];
                for (int row = 0; row < layer.InputHeight; row++)
                    rowOffset[plane.Input][row] = (row >> input.UpsampleShiftY) * tensor.Width;
            }

            // Columns in front of the tensor, columns of it, columns behind.
            int width = tensor.Width << input.UpsampleShiftX;
            int column = plane.Column;
            int lead = 0;
            for (; lead < layer.GridWidth && column < 0; lead++)
                column += layer.StrideX;
            int inside = Math.Clamp((width - column + layer.StrideX - 1) / layer.StrideX, 0, layer.GridWidth - lead);
            Way way = inside == 0 ? Way.Single
                : input.UpsampleShiftX == 0 && layer.StrideX == 2 ? Way.Pairs
                : input.UpsampleShiftX == 1 && layer.StrideX == 1 && (column & 1) == 0 ? Way.Double : Way.Single;
            _planes[p] = new Plane(
                tensor.ArenaOffset + (plane.Channel * tensor.Height * tensor.Width), width, rowOffset[plane.Input], input.UpsampleShiftX, plane.Column,
                plane.Start, plane.Zero, levels[plane.Input], way, lead, inside);
        }
    }

    /// <summary>How many planes there are to make.</summary>
    public int Planes => _planes.Length;

    public void Make(int first, int end)
    {
        for (int i = first; i < end; i++)
        {
            Plane plane = _planes[i];
            int target = plane.Target + _planeBytes;
            if (plane.Way == Way.Single)
                CopyRows(plane);
            else
                CopyVectors(plane);
            if (plane.Levels is byte[] levels)
                Decode(levels, plane.Target, target);
            else if (_plan.HoldsLevels)
                _stage.AsSpan(plane.Target + _plan.StageBytes, target - plane.Target).Clear();
        }
    }

    private void CopyRows(Plane plane)
    {
        int target = plane.Target;
        foreach (int row in _sourceRow)
        {
            TileRow.Copy(
                _arena, plane.Source + plane.RowOffset[row], plane.Width, plane.UpsampleX, plane.Column, _layer.StrideX, plane.Zero, _stage, target, _layer.GridWidth);
            target += _layer.GridWidth;
        }
    }

    /// <summary>Strides and upsampling by two. Vectors may end behind their row, where the next row is written after them.</summary>
    private void CopyVectors(Plane plane)
    {
        int grid = _layer.GridWidth;
        int lead = plane.Lead;
        int inside = plane.Inside;
        int behind = lead + inside;
        bool isDouble = plane.Way == Way.Double;
        int step = isDouble ? TLanes.Count << 1 : TLanes.Count;
        int written = (inside + step - 1) & -step;
        int read = isDouble ? written >> 1 : written << 1;
        int column = isDouble ? (plane.Column + lead) >> 1 : plane.Column + lead + lead;
        int target = plane.Target;
        int lastLoose = target + _planeBytes - lead - written;
        int lastRead = _arena.Length - read;
        ref byte arena = ref MemoryMarshal.GetArrayDataReference(_arena);
        ref byte stage = ref MemoryMarshal.GetArrayDataReference(_stage);
        byte zero = plane.Zero;
        foreach (int row in _sourceRow)
        {
            int source = plane.Source + plane.RowOffset[row] + column;
            ref byte from = ref Unsafe.Add(ref arena, source);
            ref byte to = ref Unsafe.Add(ref stage, target + lead);
            bool isLoose = target <= lastLoose && source <= lastRead;
            if (isDouble)
                Double(ref from, ref to, isLoose ? written : inside);
            else
                Pairs(ref from, ref to, isLoose ? written : inside);
            for (int i = 0; i < lead; i++)
                Unsafe.Add(ref stage, target + i) = zero;
            for (int i = behind; i < grid; i++)
                Unsafe.Add(ref stage, target + i) = zero;
            target += grid;
        }
    }

    /// <summary>Each code twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Double(ref byte from, ref byte to, int count)
    {
        int vector = TLanes.Count;
        int i = 0;
        for (; count - i >= vector + vector; i += vector + vector)
        {
            TBytes codes = TLanes.LoadBytes(ref Unsafe.Add(ref from, i >> 1));
            TWords lower = TLanes.WidenLower(codes);
            TWords upper = TLanes.WidenUpper(codes);
            TLanes.StoreBytes(TLanes.AsBytes(TLanes.Add(lower, TLanes.ShiftLeft(lower, 8))), ref Unsafe.Add(ref to, i));
            TLanes.StoreBytes(TLanes.AsBytes(TLanes.Add(upper, TLanes.ShiftLeft(upper, 8))), ref Unsafe.Add(ref to, i + vector));
        }

        for (; i < count; i++)
            Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i >> 1);
    }

    /// <summary>Every second code, beginning with the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pairs(ref byte from, ref byte to, int count)
    {
        int vector = TLanes.Count;
        int i = 0;
        for (; count - i >= vector; i += vector)
        {
            ref byte pairs = ref Unsafe.Add(ref from, i + i);
            TLanes.StoreBytes(TLanes.NarrowEven(TLanes.LoadBytes(ref pairs), TLanes.LoadBytes(ref Unsafe.Add(ref pairs, vector))), ref Unsafe.Add(ref to, i));
        }

        for (; i < count; i++)
            Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i + i);
    }

    /// <summary>Codes become the lower halves of their levels, and the upper halves go behind all planes.</summary>
    private void Decode(byte[] tables, int first, int end)
    {
        int vector = TLanes.Count;
        ref byte table = ref MemoryMarshal.GetArrayDataReference(tables);
        ref byte codes = ref MemoryMarshal.GetArrayDataReference(_stage);
        TBytes low = TLanes.LoadBytes(ref table);
        TBytes lowRest = TLanes.LoadBytes(ref Unsafe.Add(ref table, TableBytes));
        TBytes high = TLanes.LoadBytes(ref Unsafe.Add(ref table, TableBytes + TableBytes));
        TBytes highRest = TLanes.LoadBytes(ref Unsafe.Add(ref table, TableBytes + TableBytes + TableBytes));
        TBytes most = TLanes.Broadcast((byte)(CodesMax - 1));
        TBytes sixteen = TLanes.Broadcast((byte)16);
        for (; end - first >= vector; first += vector)
        {
            ref byte at = ref Unsafe.Add(ref codes, first);
            TBytes code = TLanes.Min(TLanes.LoadBytes(ref at), most);
            TBytes rest = TLanes.Xor(code, sixteen);
            TLanes.StoreBytes(TLanes.Or(TLanes.LookUp(low, code), TLanes.LookUp(lowRest, rest)), ref at);
            TLanes.StoreBytes(TLanes.Or(TLanes.LookUp(high, code), TLanes.LookUp(highRest, rest)), ref Unsafe.Add(ref at, _plan.StageBytes));
        }

        for (; first < end; first++)
        {
            int code = _stage[first] < CodesMax ? _stage[first] : CodesMax - 1;
            int entry = ((code & 16) << TableShift) + (code & 15);
            _stage[first] = tables[entry];
            _stage[first + _plan.StageBytes] = tables[entry + TableBytes + TableBytes];
        }
    }

    /// <summary>Four tables of a vector each: lower bytes of the levels of codes 0 to 15 and of 16 to 31, then their upper bytes.</summary>
    private static byte[] LevelTables(TensorInfo tensor)
    {
        byte[] tables = new byte[4 * TableBytes];
        for (int code = 0; code < CodesMax; code++)
        {
            int level = tensor.LevelOf(code);
            int at = ((code >> 4) * TableBytes) + (code & 15);
            tables[at] = (byte)level;
            tables[at + (2 * TableBytes)] = (byte)(level >> 8);
        }

        return tables;
    }

    /// <param name="Source">Arena offset of the channel.</param>
    /// <param name="Width">Columns of the tensor after upsampling.</param>
    /// <param name="RowOffset">[row of the input]: offset in the channel.</param>
    /// <param name="UpsampleX">Columns are read 2^n times each.</param>
    /// <param name="Column">Input column of grid column 0.</param>
    /// <param name="Target">Where in the stage.</param>
    /// <param name="Zero">Code of padding.</param>
    /// <param name="Levels">Null where codes are their own levels.</param>
    /// <param name="Way">How its rows are copied.</param>
    /// <param name="Lead">Grid columns in front of the input.</param>
    /// <param name="Inside">Grid columns that meet it.</param>
    private sealed record Plane(
        int Source, int Width, int[] RowOffset, int UpsampleX, int Column, int Target, byte Zero, byte[]? Levels, Way Way, int Lead, int Inside);

    private enum Way
    {
        /// <summary>Code by code.</summary>
        Single,

        /// <summary>Every second code.</summary>
        Pairs,

        /// <summary>Each code twice.</summary>
        Double,
    }
}
