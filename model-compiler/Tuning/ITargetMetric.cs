namespace Barrel.Compiler.Tuning;

/// <summary>A figure in percent for the float network and for blobs of it, each on all samples or on a part that is quick to run.</summary>
internal interface ITargetMetric
{
    string Name { get; }

    /// <summary>How many samples, in words.</summary>
    string Samples(bool all);

    double OfFloat(bool all);

    double Of(Trial trial, bool all);
}
