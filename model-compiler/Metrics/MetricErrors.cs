namespace Barrel.Compiler.Metrics;

/// <summary>BRL14xx: evaluation.</summary>
public static class MetricErrors
{
    /// <summary>The network's task has no metric.</summary>
    public const int Task = 1401;
}
