using System;
using System.Collections.Generic;

namespace Barrel.Runtime.Simd;

/// <summary>
/// How a layer's work is cut: into blocks of positions, and these, or else its rows, into a part for each thread. Parts of blocks are whole ones: a short block
/// costs nearly as much as a long one. Where there are too few for equal parts each thread takes some of the rows, and fills a tile for all positions.
/// </summary>
internal static class WorkShares
{
    /// <summary>Taps that copying a cell costs as much as, and that writing out a row does.</summary>
    private const int TapsOfCell = 2;
    private const int TapsOfRow = 12;

    /// <summary>Blocks are no shorter where what costs is that branches are not the expected ones.</summary>
    private const int VectorsMin = 4;

    /// <returns>For each part its blocks and its rows, in the order that they are summed; and all blocks.</returns>
    public static (Share[] Blocks, Share[] Rows, Block[] All) Of(Model model, TapLayer layer, Im2colPlan plan, Setting setting)
    {
        Block[] all = [.. BlocksOf(model, layer, plan, setting)];
        int rowUnit = layer.PhaseY * layer.PhaseX;
        bool byRows = IsByRows(layer, plan, all.Length, layer.Rows / rowUnit, setting.Parts);
        Share[] blocks = new Share[setting.Parts];
        Share[] rows = new Share[setting.Parts];
        for (int part = 0; part < setting.Parts; part++)
        {
            blocks[part] = byRows ? new Share(0, all.Length) : Share.Of(all.Length, part, setting.Parts);
            Share channels = Share.Of(layer.Rows / rowUnit, part, setting.Parts);
            rows[part] = byRows ? new Share(channels.First * rowUnit, channels.End * rowUnit) : new Share(0, layer.Rows);
        }

        return (blocks, rows, all);
    }

    /// <summary>Whether the thread that has most then has less. Where the greatest channel is sought, all rows are one thread's.</summary>
    private static bool IsByRows(TapLayer layer, Im2colPlan plan, int blocks, int channels, int parts)
    {
        if (parts == 1 || layer.Mode == AccumulatorLayer.ModeArgMax)
            return false;
        long copy = plan.IsDirect ? 0 : (long)TapsOfCell * plan.Cells;
        long sums = layer.TapCount + ((long)TapsOfRow * layer.Rows);
        double ofBlocks = (copy + sums) * Most(blocks, parts);
        double ofRows = copy + (sums * Most(channels, parts));
        return ofRows < ofBlocks;
    }

    /// <summary>The greatest share of so many.</summary>
    private static double Most(int count, int parts) => (double)((count + parts - 1) / parts) / Math.Max(1, count);

    private static IEnumerable<Block> BlocksOf(Model model, TapLayer layer, Im2colPlan plan, Setting setting)
    {
        TensorInfo made = model.Tensors[layer.Output];
        int least = setting.AvoidsShort ? VectorsMin : 1;
        int vector = 0;
        while (vector < plan.Vectors)
        {
            // The rest is rounded up to a block where that sums no more than one vector for nothing, else cut. Behind the arena there is only one, and without a
            // tile a block may have any length.
            int left = plan.Vectors - vector;
            int vectors = plan.BlockVectors;
            if (plan.IsDirect)
                vectors = Math.Min(Math.Min(vectors, (plan.Vectors + setting.Parts - 1) / setting.Parts), left);
            while (!plan.IsDirect && vectors > least && vectors > left + (vectors > 2 ? 1 : 0))
                vectors >>= 1;
            int first = vector << setting.CountLog2;
            int row = first / layer.GridWidth;
            int column = first % layer.GridWidth;
            int used = Math.Min(vectors, left);
            vector += used;
            int end = Math.Min(vector << setting.CountLog2, plan.Positions);
            bool isWhole = layer.PhaseX == 1 && layer.PhaseY == 1 && end == vector << setting.CountLog2;
            yield return new Block(first, end, used, vectors, row, column, isWhole, (row * layer.PhaseY * made.Width) + (column * layer.PhaseX));
        }
    }

    /// <param name="Parts">One for each thread.</param>
    /// <param name="CountLog2">A vector has 2^CountLog2 bytes.</param>
    /// <param name="AvoidsShort">Whether what is left at the end is rounded up rather than cut into blocks of one and two vectors.</param>
    internal readonly record struct Setting(int Parts, int CountLog2, bool AvoidsShort);
}

/// <summary>Some of a list: from First to before End.</summary>
internal readonly record struct Share(int First, int End)
{
    /// <summary>One of so many parts that differ by one at most.</summary>
    public static Share Of(int count, int part, int parts) => new((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts));
}
