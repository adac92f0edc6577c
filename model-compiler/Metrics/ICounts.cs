using Barrel.Compiler.Data;
using Barrel.Compiler.Networks;

namespace Barrel.Compiler.Metrics;

/// <summary>
/// Whole numbers counted over samples. Sums do not depend on order, so neither the number of threads nor their luck shows in a result.
/// </summary>
internal interface ICounts
{
    /// <summary>Runs the frame through the network and counts the answer against the sample's label.</summary>
    void Add(INetworkSession session, byte[] codes, Sample sample);

    /// <summary>Adds the counts of another thread.</summary>
    void Merge(ICounts other);

    EvaluationResult Result(int samples);
}
