using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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

    public Im2colStage(Model model, TapLayer layer, Im2colPlan plan, byte[] arena, byte[] stage)
    {
        _layer = layer;
        _plan = plan;
        _arena = arena;
        _stage = stage;
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

            _planes[p] = new Plane(
                tensor.ArenaOffset + (plane.Channel * tensor.Height * tensor.Width), tensor.Width, rowOffset[plane.Input], input.UpsampleShiftX, plane.Column,
                plane.Start, plane.Zero, levels[plane.Input]);
        }
    }

    /// <summary>How many planes there are to make.</summary>
    public int Planes => _planes.Length;

    public void Make(int first, int end)
    {
        for (int i = first; i < end; i++)
        {
            Plane plane = _planes[i];
            int target = plane.Target;
            int width = plane.Width << plane.UpsampleX;
            foreach (int row in _sourceRow)
            {
                int source = plane.Source + plane.RowOffset[row];
                CopyRow(source, width, plane, target);
                target += _layer.GridWidth;
            }

            if (plane.Levels is byte[] levels)
                Decode(levels, plane.Target, target);
            else if (_plan.HoldsLevels)
                _stage.AsSpan(plane.Target + _plan.StageBytes, target - plane.Target).Clear();
        }
    }

    private void CopyRow(int source, int width, in Plane plane, int target)
    {
        int count = _layer.GridWidth;
        int column = plane.Column;
        int end = target + count;
        byte zero = plane.Zero;
        while (target < end && column < 0)
        {
            _stage[target++] = zero;
            column += _layer.StrideX;
        }

        if (plane.UpsampleX == 0 && _layer.StrideX == 2)
        {
            // Pairs: the second of the last may lie behind the row's end, but not behind the array's.
            int pairs = (width - column + 1) >> 1;
            int n = pairs < end - target ? pairs : end - target;
            if (n > 0)
            {
                Deinterleave(source + column, target, n);
                target += n;
            }
        }
        else if (plane.UpsampleX == 1 && _layer.StrideX == 1 && (column & 1) == 0)
        {
            int n = width - column < end - target ? width - column : end - target;
            if (n > 0)
            {
                Double(source + (column >> 1), target, n);
                target += n;
            }
        }
        else if (target < end)
        {
            TileRow.Copy(_arena, source, width, plane.UpsampleX, column, _layer.StrideX, zero, _stage, target, end - target);
            return;
        }

        while (target < end)
            _stage[target++] = zero;
    }

    /// <summary>Each code twice.</summary>
    private void Double(int source, int target, int count)
    {
        int vector = TLanes.Count;
        ref byte from = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_arena), source);
        ref byte to = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_stage), target);
        int i = DoubleVectors(ref from, ref to, count);
        if (vector > 16 && i == 0)
            i = Im2colStage<Lanes128, Vector128<byte>, Vector128<short>, Vector128<int>>.DoubleVectors(ref from, ref to, count);
        for (; i < count; i++)
            Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i >> 1);
    }

    /// <summary>As many pairs as there are, the last vectors overlapping the ones before; returns where they end: at 0 where there is not a whole vector.</summary>
    private static int DoubleVectors(ref byte from, ref byte to, int count)
    {
        int vector = TLanes.Count;
        int end = count & ~1;
        int last = end - vector - vector;
        if (last < 0)
            return 0;
        for (int i = 0; ; i += vector + vector)
        {
            if (i > last)
                i = last;
            TBytes codes = TLanes.LoadBytes(ref Unsafe.Add(ref from, i >> 1));
            TWords lower = TLanes.WidenLower(codes);
            TWords upper = TLanes.WidenUpper(codes);
            TLanes.StoreBytes(TLanes.AsBytes(TLanes.Add(lower, TLanes.ShiftLeft(lower, 8))), ref Unsafe.Add(ref to, i));
            TLanes.StoreBytes(TLanes.AsBytes(TLanes.Add(upper, TLanes.ShiftLeft(upper, 8))), ref Unsafe.Add(ref to, i + vector));
            if (i == last)
                return end;
        }
    }

    /// <summary>Every second code, beginning with the first.</summary>
    private void Deinterleave(int source, int target, int count)
    {
        int vector = TLanes.Count;
        ref byte from = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_arena), source);
        ref byte to = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_stage), target);
        if (count < vector)
        {
            if (vector > 16 && count >= 16)
                Im2colStage<Lanes128, Vector128<byte>, Vector128<short>, Vector128<int>>.Vectors(ref from, ref to, count);
            else
                for (int i = 0; i < count; i++)
                    Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i + i);
            return;
        }

        Vectors(ref from, ref to, count);
    }

    /// <summary>At least a vector of them; the last vector overlaps the one before.</summary>
    private static void Vectors(ref byte from, ref byte to, int count)
    {
        int vector = TLanes.Count;
        int last = count - vector;
        for (int i = 0; ; i += vector)
        {
            if (i > last)
                i = last;
            ref byte pairs = ref Unsafe.Add(ref from, i + i);
            TLanes.StoreBytes(TLanes.NarrowEven(TLanes.LoadBytes(ref pairs), TLanes.LoadBytes(ref Unsafe.Add(ref pairs, vector))), ref Unsafe.Add(ref to, i));
            if (i == last)
                return;
        }
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
    /// <param name="Width">Columns of the tensor.</param>
    /// <param name="RowOffset">[row of the input]: offset in the channel.</param>
    /// <param name="UpsampleX">Columns are read 2^n times each.</param>
    /// <param name="Column">Input column of grid column 0.</param>
    /// <param name="Target">Where in the stage.</param>
    /// <param name="Zero">Code of padding.</param>
    /// <param name="Levels">Null where codes are their own levels.</param>
    private sealed record Plane(int Source, int Width, int[] RowOffset, int UpsampleX, int Column, int Target, byte Zero, byte[]? Levels);
}
