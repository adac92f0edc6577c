namespace Barrel.Compiler.Packing;

/// <summary>Writes rows of taps as <c>TapReader</c> reads them: runs of one exponent and sign, exponents falling, gaps between kernel indices.</summary>
internal static class TapCode
{
    public static byte[] Encode(TapRow[] rows)
    {
        BlobBuilder taps = new();
        foreach (TapRow row in rows)
        {
            var runs = row.Taps.GroupBy(t => (t.Exponent, t.Negative)).OrderByDescending(g => g.Key.Exponent).ThenBy(g => g.Key.Negative).ToArray();
            taps.Varint(runs.Length);
            foreach (var run in runs)
            {
                int[] indices = [.. run.Select(t => t.KernelIndex).Order()];
                taps.Byte((run.Key.Exponent * 2) + (run.Key.Negative ? 1 : 0)).Varint(indices.Length);
                int last = -1;
                foreach (int i in indices)
                {
                    taps.Varint(i - last - 1);
                    last = i;
                }
            }
        }

        return taps.ToArray();
    }
}
