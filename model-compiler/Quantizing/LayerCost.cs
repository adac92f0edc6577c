using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>Adds of a layer for one frame: one for each tap, skip and slope term at each position. Rounding and clamping are not counted, as in LOGNET.</summary>
internal static class LayerCost
{
    /// <summary>Terms that a slope of the negative side gets at most.</summary>
    public const int SlopeTermsMax = 2;

    public static long TapAdds(LinearLayer layer, float[] weights)
    {
        long terms = 0;
        foreach (float w in weights)
            terms += SignedPowers.CountTerms(w);
        return terms * layer.GridHeight * layer.GridWidth;
    }

    /// <summary>Adds that no choice of weights changes; slopes are counted at their most.</summary>
    public static long FixedAdds(LinearLayer layer)
    {
        long outputs = (long)layer.Rows * layer.GridHeight * layer.GridWidth;
        bool slopes = layer.Slopes is float[] s && Array.Exists(s, v => v != 0);
        return outputs * (layer.Skips.Count + (slopes ? SlopeTermsMax : 0));
    }
}
