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
        {
            // Sums are compared with each other, so all are in one unit, that of the finest bias.
            int unit = Math.Min(taps.SelectMany(t => t).Select(t => t.Exponent).DefaultIfEmpty(0).Min(), Layer.Bias.Min(b => HotLayer.TrailingZeros((long)b - Layer.Bias[0])));
            return [.. taps.Select((t, row) => Form(row, t, unit, (long)Layer.Bias[row] - Layer.Bias[0], unit, 0, 0))];
        }

        return [.. taps.Select((t, row) => Form(
            row, t, Math.Min(t.Select(x => x.Exponent).DefaultIfEmpty(Layer.Shift[row]).Min(), Layer.Shift[row]),
            (long)Layer.Bias[row] + Layer.Post[row], Layer.Shift[row], Layer.Low[row], Layer.High[row]))];
    }

    private static RowForm Form(int row, List<CellTap> taps, int unit, long offset, int shift, int low, int high) => new(
        row, [.. taps.OrderByDescending(t => t.Exponent).ThenBy(t => t.IsNegative).Select(t => t with { Exponent = t.Exponent - unit })],
        unit, offset >> unit, shift - unit, low, high);

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
