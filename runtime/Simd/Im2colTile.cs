using System;
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
    private readonly Im2colPlan _plan;
    private readonly byte[] _arena;
    private readonly byte[] _stage;
    private readonly int _upperStage;

    /// <param name="plan">The layer's.</param>
    /// <param name="arena">The executor's.</param>
    /// <param name="stage">The executor's; upper halves of levels lie <see cref="Im2colPlan.StageBytes"/> behind the lower ones.</param>
    public Im2colTile(Im2colPlan plan, byte[] arena, byte[] stage)
    {
        _plan = plan;
        _arena = arena;
        _stage = stage;
        _upperStage = plan.StageBytes;
    }

    /// <param name="block">The positions.</param>
    /// <param name="tile">The thread's tile.</param>
    public void Fill(in Block block, ref byte tile)
    {
        ref byte target = ref tile;
        for (int i = 0; i < _plan.StageStart.Length; i++)
        {
            int end = _plan.InputOfCell[i + 1];
            byte[] source = _plan.StageStart[i] < 0 ? _arena : _stage;
            for (int cell = _plan.InputOfCell[i]; cell < end; cell++)
            {
                FillCell(cell, block, source, ref target);
                target = ref Unsafe.Add(ref target, _plan.CellBytes);
            }
        }

        MemoryMarshal.CreateSpan(ref target, _plan.CellBytes).Clear();
    }

    private void FillCell(int cell, in Block block, byte[] source, ref byte target)
    {
        int vector = TLanes.Count;
        int bytes = block.Vectors << TLanes.CountLog2;
        int from = block.First + _plan.Source[cell];

        // Whole vectors are read where all positions lie in rows of the input, and what is read behind them in the array.
        if (block.First < _plan.First[cell] || block.End > _plan.Last[cell] || from < 0 || from + bytes > source.Length)
        {
            FillPart(cell, block, source, ref target, bytes);
            return;
        }

        ref byte codes = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(source), from);
        int mask = _plan.Mask[cell];
        if (_plan.HoldsLevels)
        {
            SplitLevels(ref codes, ref Unsafe.Add(ref codes, _upperStage), ref target, bytes);
        }
        else if (mask < 0)
        {
            for (int i = 0; i < bytes; i += vector)
                TLanes.StoreBytes(TLanes.LoadBytes(ref Unsafe.Add(ref codes, i)), ref Unsafe.Add(ref target, i));
        }
        else
        {
            Masked(ref codes, ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_plan.Masks), mask + block.Column), _plan.Zero[cell], ref target, bytes);
        }
    }

    private void FillPart(int cell, in Block block, byte[] source, ref byte target, int bytes)
    {
        int vector = TLanes.Count;
        int first = block.First > _plan.First[cell] ? block.First : _plan.First[cell];
        int end = block.End < _plan.Last[cell] ? block.End : _plan.Last[cell];
        if (_plan.HoldsLevels)
        {
            FillPartOfLevels(cell, block, first, end, ref target, bytes);
            return;
        }

        byte zero = _plan.Zero[cell];
        TBytes zeros = TLanes.Broadcast(zero);
        for (int i = 0; i < bytes; i += vector)
            TLanes.StoreBytes(zeros, ref Unsafe.Add(ref target, i));
        if (first >= end)
            return;

        // A tap beside the first or the last row's end may point in front of the array or behind it; the mask hides that position.
        int from = first + _plan.Source[cell];
        if (from < 0)
        {
            first -= from;
            from = 0;
        }

        int count = end - first;
        if (count > source.Length - from)
            count = source.Length - from;
        if (count > 0)
            source.AsSpan(from, count).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref target, first - block.First), count));
        int mask = _plan.Mask[cell];
        if (mask >= 0)
            Masked(ref target, ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_plan.Masks), mask + block.Column), zero, ref target, bytes);
    }

    private void FillPartOfLevels(int cell, in Block block, int first, int end, ref byte target, int bytes)
    {
        int zero = _plan.ZeroLevel[cell];
        ref short words = ref Unsafe.As<byte, short>(ref target);
        int from = block.First + _plan.Source[cell];
        int position = block.First;
        int half = TLanes.Count >> 1;
        for (int v = 0; v < bytes; v += TLanes.Count)
        {
            for (int i = 0; i < half; i++)
            {
                for (int odd = 0; odd < 2; odd++)
                {
                    bool inside = position >= first && position < end;
                    Unsafe.Add(ref words, odd == 0 ? i : i + half) = (short)(inside ? _stage[from] | (_stage[from + _upperStage] << 8) : zero);
                    position++;
                    from++;
                }
            }

            words = ref Unsafe.Add(ref words, TLanes.Count);
        }
    }

    private static void Masked(ref byte codes, ref byte mask, byte zero, ref byte target, int bytes)
    {
        TBytes zeros = TLanes.Broadcast(zero);
        for (int i = 0; i < bytes; i += TLanes.Count)
        {
            TBytes inside = TLanes.LoadBytes(ref Unsafe.Add(ref mask, i));
            TLanes.StoreBytes(TLanes.Select(inside, TLanes.LoadBytes(ref Unsafe.Add(ref codes, i)), zeros), ref Unsafe.Add(ref target, i));
        }
    }

    /// <summary>Levels of even positions, then those of odd ones, vector after vector.</summary>
    private static void SplitLevels(ref byte lower, ref byte upper, ref byte target, int bytes)
    {
        int vector = TLanes.Count;
        TBytes even = TLanes.AsBytes(TLanes.Broadcast((short)255));
        for (int i = 0; i < bytes; i += vector)
        {
            TWords low = TLanes.AsWords(TLanes.LoadBytes(ref Unsafe.Add(ref lower, i)));
            TWords high = TLanes.AsWords(TLanes.LoadBytes(ref Unsafe.Add(ref upper, i)));
            TBytes evens = TLanes.Select(even, TLanes.AsBytes(low), TLanes.AsBytes(TLanes.ShiftLeft(high, 8)));
            TBytes odds = TLanes.Select(even, TLanes.AsBytes(TLanes.ShiftRightLogical(low, 8)), TLanes.AsBytes(high));
            ref byte pair = ref Unsafe.Add(ref target, i + i);
            TLanes.StoreBytes(evens, ref pair);
            TLanes.StoreBytes(odds, ref Unsafe.Add(ref pair, vector));
        }
    }
}

/// <summary>Consecutive positions that are summed together.</summary>
/// <param name="First">First position.</param>
/// <param name="End">Behind the last one that is in the grid.</param>
/// <param name="Used">Vectors that hold them.</param>
/// <param name="Vectors">Vectors that are summed: 1, 2 or 4.</param>
/// <param name="Row">Grid row of the first position.</param>
/// <param name="Column">Grid column of it.</param>
/// <param name="Pixel">Pixel of the output, in its channel's plane, that phase (0, 0) of the first position makes.</param>
internal readonly record struct Block(int First, int End, int Used, int Vectors, int Row, int Column, int Pixel);
