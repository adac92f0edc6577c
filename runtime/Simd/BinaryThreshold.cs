namespace Barrel.Runtime.Simd;

/// <summary>
/// Rows whose write-out is a threshold: the code is Low + 1 up to some count of differing bits and Low above. That is what a sign becomes, whatever shifts
/// and clamps say it.
/// </summary>
internal sealed class BinaryThreshold
{
    private BinaryThreshold(int rows)
    {
        Counts = new short[rows];
        Low = new byte[rows];
    }

    /// <summary>[row]: the code is Low + 1 below this count.</summary>
    public short[] Counts { get; }

    /// <summary>[row].</summary>
    public byte[] Low { get; }

    /// <summary>The thresholds, or null if a row has more than two codes or needs more than its count of bits.</summary>
    public static BinaryThreshold? Of(BinaryLayer layer)
    {
        if (layer.Mode != AccumulatorLayer.ModeRequantize || layer.Skips.Length != 0 || layer.SlopeCount is not null || layer.Borders is not null)
            return null;
        BinaryThreshold made = new(layer.Rows);
        for (int row = 0; row < layer.Rows; row++)
        {
            int low = CodeOf(layer, row, layer.FanIn);
            int high = CodeOf(layer, row, 0);
            if (high > low + 1)
                return null;

            // Without a slope more differing bits never raise the code, so that the first count of the lower code is found by halves.
            int first = 0;
            int end = high == low ? 0 : layer.FanIn;
            while (first < end)
            {
                int middle = (first + end) >> 1;
                if (CodeOf(layer, row, middle) == low)
                    end = middle;
                else
                    first = middle + 1;
            }

            made.Counts[row] = (short)end;
            made.Low[row] = (byte)low;
        }

        return made;
    }

    private static int CodeOf(BinaryLayer layer, int row, int different) =>
        Requantizer.Requantize(layer, row, layer.Bias[row] + layer.FanIn - (different << 1));
}
