namespace Barrel.Compiler.Metrics;

/// <summary>BRL14xx: evaluation.</summary>
public static class MetricErrors
{
    /// <summary>The network's task has no metric.</summary>
    public const int Task = 1401;

    /// <summary>No setting keeps the metric as near to float as --target-loss asks.</summary>
    public const int OutOfReach = 1402;

    /// <summary>The data has nothing that the metric counts.</summary>
    public const int NoFigure = 1403;
}
