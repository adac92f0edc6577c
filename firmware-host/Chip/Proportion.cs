namespace Barrel.Host.Chip;

/// <summary>How many of so many, and between what the true share lies.</summary>
/// <param name="Count">0 to <paramref name="Of"/>.</param>
/// <param name="Of">0 or more.</param>
internal readonly record struct Proportion(long Count, long Of)
{
    /// <summary>Standard deviations of 95%.</summary>
    private const double Z = 1.959964;

    public double Share => Of == 0 ? 0 : Count / (double)Of;

    /// <summary>The lower end of Wilson's interval of 95%, 0 to 1.</summary>
    public double Low => Count == 0 ? 0 : Math.Max(0, Centre - Half);

    /// <summary>The upper end, 0 to 1.</summary>
    public double High => Count == Of ? 1 : Math.Min(1, Centre + Half);

    private double Centre => (Share + (Z * Z / (2 * Of))) / (1 + (Z * Z / Of));

    private double Half => Z * Math.Sqrt((Share * (1 - Share) / Of) + (Z * Z / (4.0 * Of * Of))) / (1 + (Z * Z / Of));
}
