using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>Fills a layer's tile for a block of positions, as <see cref="Im2colPlan"/> lays it out.</summary>
internal sealed class Im2colTile<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private const byte Inside = 0;
    private const byte Mixed = 1;
    private const byte Padding = 2;

    private readonly Im2colPlan _plan;
    private readonly byte[] _arena;
    private readonly byte[] _stage;
    private readonly byte[] _ramp;
    private readonly int[][] _targetOfInput;
    private readonly int _blockBytes;
    private readonly int _blockLog2;

    /// <param name="plan">The layer's.</param>
    /// <param name="arena">The executor's.</param>
    /// <param name="stage">The executor's; upper halves of levels lie <see cref="Im2colPlan.StageBytes"/> behind the lower ones.</param>
    public Im2colTile(Im2colPlan plan, byte[] arena, byte[] stage)
    {
        _plan = plan;
        _arena = arena;
        _stage = stage;
        _blockBytes = plan.BlockVectors << TLanes.CountLog2;
        _blockLog2 = BitOperations.Log2((uint)_blockBytes);
        _targetOfInput = new int[plan.Parts][];
        for (int part = 0; part < plan.Parts; part++)
        {
            _targetOfInput[part] = new int[plan.IsStaged.Length];
            for (int i = 0; i < plan.IsStaged.Length; i++)
                _targetOfInput[part][i] = Math.Max(0, plan.InputOfCell[i] - plan.FirstCell(part)) * plan.CellBytes;
        }

        _ramp = new byte[2 * _blockBytes];
        Array.Fill(_ramp, (byte)255, _blockBytes, _blockBytes);
    }

    /// <summary>Sees what each window is at a block's positions.</summary>
    /// <param name="block">The positions.</param>
    /// <param name="scratch">The thread's.</param>
    public void Begin(in Block block, BlockScratch scratch)
    {
        for (int i = 0; i < _plan.Windows.Length; i++)
            scratch.WindowKinds[i] = MakeMask(_plan.Windows[i], block, ref scratch.MaskAt(i << _blockLog2));
    }

    /// <param name="part">Which cells.</param>
    /// <param name="block">The positions that were begun.</param>
    /// <param name="scratch">The thread's: its tile is filled.</param>
    public void Fill(int part, in Block block, BlockScratch scratch)
    {
        int[] targets = _targetOfInput[part];
        int cell = _plan.FirstCell(part);
        int end = _plan.FirstCell(part + 1);
        for (int i = 0; cell < end; i++)
        {
            int inputEnd = _plan.InputOfCell[i + 1];
            if (inputEnd > end)
                inputEnd = end;
            ref byte target = ref Unsafe.Add(ref scratch.Tile, targets[i]);
            byte[] source = _plan.IsStaged[i] ? _stage : _arena;
            if (_plan.HoldsLevels)
                FillLevels(cell, inputEnd, block, scratch, ref target);
            else if (block.Vectors == 8)
                FillCodes<EightVectors>(cell, inputEnd, block, source, scratch, ref target);
            else if (block.Vectors == 4)
                FillCodes<FourVectors>(cell, inputEnd, block, source, scratch, ref target);
            else if (block.Vectors == 2)
                FillCodes<TwoVectors>(cell, inputEnd, block, source, scratch, ref target);
            else
                FillCodes<OneVector>(cell, inputEnd, block, source, scratch, ref target);
            if (cell < inputEnd)
                cell = inputEnd;
        }
    }

    /// <summary>What a window is at a block's positions, and its mask where it is mixed.</summary>
    private byte MakeMask(in Window window, in Block block, ref byte mask)
    {
        int first = window.First - block.First;
        int last = window.Last - block.First;
        if (first < 0)
            first = 0;
        if (first >= last || first >= _blockBytes)
            return Padding;

        // Positions behind the grid's last are summed for nothing and may hold anything.
        if (block.End <= window.Last || last > _blockBytes)
            last = _blockBytes;
        if (first == 0 && last == _blockBytes && window.Mask < 0 && !_plan.HoldsLevels)
            return Inside;
        ref byte ramp = ref MemoryMarshal.GetArrayDataReference(_ramp);
        ref byte begin = ref Unsafe.Add(ref ramp, _blockBytes - first);
        ref byte end = ref Unsafe.Add(ref ramp, _blockBytes - last);
        TBytes all = TLanes.Broadcast((byte)255);
        for (int i = 0; i < _blockBytes; i += TLanes.Count)
        {
            TBytes columns = window.Mask < 0 ? all
                : TLanes.LoadBytes(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_plan.Masks), window.Mask + block.Column + i));
            TBytes rows = TLanes.Select(TLanes.LoadBytes(ref Unsafe.Add(ref end, i)), default, TLanes.LoadBytes(ref Unsafe.Add(ref begin, i)));
            TLanes.StoreBytes(TLanes.Select(rows, columns, default), ref Unsafe.Add(ref mask, i));
        }

        return Mixed;
    }

    private void FillCodes<TBlock>(int cell, int end, in Block block, byte[] source, BlockScratch scratch, ref byte target)
        where TBlock : IBlockSize
    {
        int bytes = TBlock.Vectors << TLanes.CountLog2;
        int fromMax = source.Length - bytes;
        int cellBytes = _plan.CellBytes;
        int blockFirst = block.First;
        int blockLog2 = _blockLog2;
        ref byte codes = ref MemoryMarshal.GetArrayDataReference(source);
        ref byte kinds = ref MemoryMarshal.GetArrayDataReference(scratch.WindowKinds);
        ref byte masks = ref scratch.MaskAt(0);
        ref int sourceOf = ref MemoryMarshal.GetArrayDataReference(_plan.Source);
        ref int windowOf = ref MemoryMarshal.GetArrayDataReference(_plan.Window);
        ref byte zeroOf = ref MemoryMarshal.GetArrayDataReference(_plan.Zero);
        for (; cell < end; cell++)
        {
            int window = Unsafe.Add(ref windowOf, cell);
            byte kind = Unsafe.Add(ref kinds, window);
            int from = blockFirst + Unsafe.Add(ref sourceOf, cell);
            if (kind == Padding)
            {
                TBytes zeros = TLanes.Broadcast(Unsafe.Add(ref zeroOf, cell));
                for (int i = 0; i < bytes; i += TLanes.Count)
                    TLanes.StoreBytes(zeros, ref Unsafe.Add(ref target, i));
            }
            else if (from < 0 || from > fromMax)
            {
                FillEdge<TBlock>(source, from, cell, scratch, ref target);
            }
            else if (kind == Mixed)
            {
                Select<TBlock>(ref Unsafe.Add(ref codes, (uint)from), ref Unsafe.Add(ref masks, window << blockLog2), Unsafe.Add(ref zeroOf, cell), ref target);
            }
            else
            {
                Copy<TBlock>(ref Unsafe.Add(ref codes, (uint)from), ref target);
            }

            target = ref Unsafe.Add(ref target, cellBytes);
        }
    }

    /// <summary>Whole vectors would begin in front of the array or end behind it; what is outside of it the mask hides, or it lies behind the grid's end.</summary>
    private void FillEdge<TBlock>(byte[] source, int from, int cell, BlockScratch scratch, ref byte target)
        where TBlock : IBlockSize
    {
        int window = _plan.Window[cell];
        CopyWhatIsThere(source, from, TBlock.Vectors << TLanes.CountLog2, ref target);
        if (scratch.WindowKinds[window] == Mixed)
            Select<TBlock>(ref target, ref scratch.MaskAt(window << _blockLog2), _plan.Zero[cell], ref target);
    }

    private static void CopyWhatIsThere(byte[] source, int from, int bytes, ref byte target)
    {
        int at = 0;
        if (from < 0)
            at = -from;
        for (; at < bytes && from + at < source.Length; at++)
            Unsafe.Add(ref target, at) = source[from + at];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy<TBlock>(ref byte codes, ref byte target)
        where TBlock : IBlockSize
    {
        CopyTwo<TBlock>(ref codes, ref target, 0);
        if (TBlock.Vectors > 2)
            CopyTwo<TBlock>(ref codes, ref target, 2 << TLanes.CountLog2);
        if (TBlock.Vectors > 4)
        {
            CopyTwo<TBlock>(ref codes, ref target, 4 << TLanes.CountLog2);
            CopyTwo<TBlock>(ref codes, ref target, 6 << TLanes.CountLog2);
        }
    }

    /// <summary>Loads side by side and stores side by side are one instruction each where the processor has such.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyTwo<TBlock>(ref byte codes, ref byte target, int at)
        where TBlock : IBlockSize
    {
        int next = at + TLanes.Count;
        TBytes first = TLanes.LoadBytes(ref Unsafe.Add(ref codes, at));
        TBytes second = TBlock.Vectors > 1 ? TLanes.LoadBytes(ref Unsafe.Add(ref codes, next)) : default;
        TLanes.StoreBytes(first, ref Unsafe.Add(ref target, at));
        if (TBlock.Vectors > 1)
            TLanes.StoreBytes(second, ref Unsafe.Add(ref target, next));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Select<TBlock>(ref byte codes, ref byte mask, byte zero, ref byte target)
        where TBlock : IBlockSize
    {
        TBytes zeros = TLanes.Broadcast(zero);
        SelectTwo<TBlock>(ref codes, ref mask, zeros, ref target, 0);
        if (TBlock.Vectors > 2)
            SelectTwo<TBlock>(ref codes, ref mask, zeros, ref target, 2 << TLanes.CountLog2);
        if (TBlock.Vectors > 4)
        {
            SelectTwo<TBlock>(ref codes, ref mask, zeros, ref target, 4 << TLanes.CountLog2);
            SelectTwo<TBlock>(ref codes, ref mask, zeros, ref target, 6 << TLanes.CountLog2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SelectTwo<TBlock>(ref byte codes, ref byte mask, TBytes zeros, ref byte target, int at)
        where TBlock : IBlockSize
    {
        int next = at + TLanes.Count;
        TBytes firstMask = TLanes.LoadBytes(ref Unsafe.Add(ref mask, at));
        TBytes secondMask = TBlock.Vectors > 1 ? TLanes.LoadBytes(ref Unsafe.Add(ref mask, next)) : default;
        TBytes first = TLanes.LoadBytes(ref Unsafe.Add(ref codes, at));
        TBytes second = TBlock.Vectors > 1 ? TLanes.LoadBytes(ref Unsafe.Add(ref codes, next)) : default;
        first = TLanes.Select(firstMask, first, zeros);
        second = TLanes.Select(secondMask, second, zeros);
        TLanes.StoreBytes(first, ref Unsafe.Add(ref target, at));
        if (TBlock.Vectors > 1)
            TLanes.StoreBytes(second, ref Unsafe.Add(ref target, next));
    }

    private void FillLevels(int cell, int end, in Block block, BlockScratch scratch, ref byte target)
    {
        int vector = TLanes.Count;
        int bytes = block.Vectors << TLanes.CountLog2;
        int fromMax = _plan.StageBytes - bytes;
        ref byte stage = ref MemoryMarshal.GetArrayDataReference(_stage);
        TBytes even = TLanes.AsBytes(TLanes.Broadcast((short)255));
        for (; cell < end; cell++)
        {
            int from = block.First + _plan.Source[cell];
            int window = _plan.Window[cell];
            int zero = _plan.ZeroLevel[cell];
            bool isPadding = scratch.WindowKinds[window] == Padding;
            ref byte lower = ref Unsafe.Add(ref stage, from);
            ref byte upper = ref Unsafe.Add(ref lower, _plan.StageBytes);
            if (from < 0 || from > fromMax)
            {
                lower = ref MemoryMarshal.GetArrayDataReference(scratch.Skip);
                upper = ref MemoryMarshal.GetArrayDataReference(scratch.Codes);
                if (!isPadding)
                {
                    CopyWhatIsThere(_stage, from, bytes, ref lower);
                    CopyWhatIsThere(_stage, from + _plan.StageBytes, bytes, ref upper);
                }
            }

            ref byte mask = ref scratch.MaskAt(window << _blockLog2);
            TBytes lowerZero = TLanes.Broadcast((byte)zero);
            TBytes upperZero = TLanes.Broadcast((byte)(zero >> 8));
            for (int i = 0; i < bytes; i += vector)
            {
                TBytes inside = isPadding ? default : TLanes.LoadBytes(ref Unsafe.Add(ref mask, i));
                TWords low = TLanes.AsWords(TLanes.Select(inside, TLanes.LoadBytes(ref Unsafe.Add(ref lower, i)), lowerZero));
                TWords high = TLanes.AsWords(TLanes.Select(inside, TLanes.LoadBytes(ref Unsafe.Add(ref upper, i)), upperZero));
                ref byte pair = ref Unsafe.Add(ref target, i + i);

                // Levels of even positions, then those of odd ones.
                TLanes.StoreBytes(TLanes.Select(even, TLanes.AsBytes(low), TLanes.AsBytes(TLanes.ShiftLeft(high, 8))), ref pair);
                TLanes.StoreBytes(TLanes.Select(even, TLanes.AsBytes(TLanes.ShiftRightLogical(low, 8)), TLanes.AsBytes(high)), ref Unsafe.Add(ref pair, vector));
            }

            target = ref Unsafe.Add(ref target, _plan.CellBytes);
        }
    }
}

/// <summary>Consecutive positions that are summed together.</summary>
/// <param name="First">First position.</param>
/// <param name="End">Behind the last one that is in the grid.</param>
/// <param name="Used">Vectors that hold them.</param>
/// <param name="Vectors">Vectors that are summed: 1, 2, 4 or 8, or any without a tile.</param>
/// <param name="Row">Grid row of the first position.</param>
/// <param name="Column">Grid column of it.</param>
/// <param name="IsWhole">Whether its vectors are full and its codes lie together in the output, so that they need not be packed elsewhere first.</param>
/// <param name="Pixel">Pixel of the output, in its channel's plane, that phase (0, 0) of the first position makes.</param>
internal readonly record struct Block(int First, int End, int Used, int Vectors, int Row, int Column, bool IsWhole, int Pixel);
