using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>Adds of a layer for one frame: one for each tap, skip and slope term at each position. Rounding and clamping are not counted, as in LOGNET.</summary>
internal static class LayerCost
{
    /// <summary>Terms that a slope of the negative side gets at most.</summary>
    public const int SlopeTermsMax = 2;

    /// <summary>The least budget that covers so many adds, to the thousandth that the command line takes it in: rounded up.</summary>
    public static string Least(double adds, long macs) =>
        (Math.Ceiling(Math.Round(adds / macs * 1000, 6)) / 1000).ToString("0.000", System.Globalization.CultureInfo.InvariantCulture);

    public static long TapAdds(LinearLayer layer, float[] weights)
    {
        long terms = 0;
        foreach (float w in weights)
            terms += SignedPowers.CountTerms(w);
        return terms * layer.GridHeight * layer.GridWidth;
    }

    /// <summary>Adds that no choice of weights changes: skips and slopes.</summary>
    public static long FixedAdds(LinearLayer layer)
    {
        long perPosition = (long)layer.Rows * layer.Skips.Count;
        if (layer.Slopes is float[] slopes)
            foreach (float slope in slopes)
                perPosition += (long)SignedPowers.CountTerms(TermTable.Nearest([slope], SlopeTermsMax)[0]) * layer.Rows / slopes.Length;
        return perPosition * layer.GridHeight * layer.GridWidth;
    }
}
