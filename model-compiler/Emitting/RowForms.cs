using System.Numerics;
using Barrel.Runtime;

namespace Barrel.Compiler.Emitting;

/// <summary>Reads a layer's taps out of the blob into <see cref="RowForm"/>s.</summary>
internal sealed class RowForms(HotLayer hot)
{
    private TapLayer Layer => hot.Layer;

    public RowForm[] Make()
    {
        List<CellTap>[] taps = ReadTaps();
        if (Layer.Mode == AccumulatorLayer.ModeArgMax)
            return ToCompare(taps);

        return [.. taps.Select((t, row) =>
        {
            int unit = Math.Min(t.Select(x => x.Exponent).DefaultIfEmpty(Layer.Shift[row]).Min(), Layer.Shift[row]);
            return Form(row, t, unit, ((long)Layer.Bias[row] + Layer.Post[row]) >> unit, Layer.Shift[row] - unit, Layer.Low[row], Layer.High[row]);
        })];
    }

    /// <summary>
    /// Sums that are compared with each other are in one unit. What biases have below it only decides between equal ones: its rank among the rows does the same
    /// in fewer bits.
    /// </summary>
    private RowForm[] ToCompare(List<CellTap>[] taps)
    {
        int unit = taps.SelectMany(t => t).Select(t => t.Exponent).DefaultIfEmpty(0).Min();
        long[] below = [.. Layer.Bias.Select(b => b - ((long)(b >> unit) << unit))];
        long[] ranks = [.. below.Distinct().Order()];
        int bits = BitOperations.Log2((uint)(2 * ranks.Length) - 1);
        return [.. taps.Select((t, row) => Form(
            row, t, unit - bits, ((long)(Layer.Bias[row] >> unit) << bits) + Array.IndexOf(ranks, below[row]), 0, 0, 0))];
    }

    private static RowForm Form(int row, List<CellTap> taps, int unit, long offset, int shift, int low, int high) => new(
        row, [.. taps.OrderByDescending(t => t.Exponent).ThenBy(t => t.IsNegative).Select(t => t with { Exponent = t.Exponent - unit })],
        unit, offset, shift, low, high);

    private List<CellTap>[] ReadTaps()
    {
        TapReader reader = new(hot.Model, Layer);
        int perGroup = Layer.InputChannels / Layer.Groups;
        int rowsPerGroup = Layer.Rows / Layer.Groups;
        int area = Layer.KernelHeight * Layer.KernelWidth;
        List<CellTap>[] taps = new List<CellTap>[Layer.Rows];
        for (int row = 0; row < Layer.Rows; row++)
        {
            taps[row] = [];
            int runs = reader.BeginRow();
            for (int run = 0; run < runs; run++)
                for (int left = reader.BeginRun(); left > 0; left--)
                {
                    int index = reader.NextTap();
                    int channel = (row / rowsPerGroup * perGroup) + (index / area);
                    Cell cell = new(channel, index % area / Layer.KernelWidth, index % area % Layer.KernelWidth);
                    taps[row].Add(new CellTap(reader.Exponent, reader.Negative, cell, hot.CodeMaxOf(channel)));
                }

            for (int s = 0; s < Layer.Skips.Length; s++)
                if (Layer.SkipShift[s][row] != 255)
                    taps[row].Add(new CellTap(Layer.SkipShift[s][row], false, new Cell(s, -1, 0), HotLayer.CodeMax(hot.Model.Tensors[Layer.Skips[s].Tensor])));
        }

        return taps;
    }
}
