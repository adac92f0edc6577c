namespace Barrel.Compiler.Metrics;

/// <summary>What a network scored on a data set. Percent, 0 to 100; null where a figure does not apply.</summary>
public sealed record EvaluationResult
{
    public required int Samples { get; init; }

    /// <summary>Mean of <see cref="ClassIou"/> over the classes that have one.</summary>
    public double? MeanIou { get; init; }

    public double? RoadIou { get; init; }

    /// <summary>
    /// By class, in the order of ids and without the ignored one; null for a class that neither a label nor an answer had.
    /// Empty for classification.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, double?>> ClassIou { get; init; } = [];

    public double? PixelAccuracy { get; init; }

    public double? Top1 { get; init; }

    /// <summary>Null where there are five classes or fewer, of which five are always right.</summary>
    public double? Top5 { get; init; }
}
