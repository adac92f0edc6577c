using Barrel.Host.Cameras;
using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>A placed layer at one value of a sweep.</summary>
/// <param name="Name">The layer's.</param>
/// <param name="IsSign">Its chip's results are signs; else they are sums.</param>
/// <param name="Differing">Codes that differ from the reference's for the same inputs.</param>
internal sealed record SweepLayer(string Name, bool IsSign, Proportion Differing);

/// <summary>What one value of a sweep gave.</summary>
/// <param name="Value">The value.</param>
/// <param name="Layers">Placed layers in order; empty where it failed.</param>
/// <param name="Mismatches">Vectors in which anything differs.</param>
/// <param name="OtherClass">Vectors whose class is not the reference's; null where the network gives none.</param>
/// <param name="Right">Vectors whose class is right; null without labels.</param>
/// <param name="TransferErrors">Transfers that were repeated.</param>
/// <param name="WireSeconds">What the transfers take at the bus's clock.</param>
/// <param name="Seconds">What it took.</param>
/// <param name="Failure">Why there is no result, or null.</param>
internal sealed record SweepPoint(
    double Value, IReadOnlyList<SweepLayer> Layers, Proportion Mismatches, Proportion? OtherClass, Proportion? Right, long TransferErrors, double WireSeconds, double Seconds, string? Failure)
{
    public static SweepPoint Failed(double value, BarrelException failure) => new(value, [], default, null, null, 0, 0, 0, $"BRL{failure.Code}: {failure.Message}");
}

/// <summary>Runs the same vectors at each value of a setting, on a chip that is greeted and loaded anew.</summary>
internal static class ChipSweep
{
    /// <summary>What a value may do to a chip or its link; other errors end the sweep.</summary>
    private static readonly int[] Measured =
        [ChipErrors.NoAnswer, ChipErrors.Damaged, ChipErrors.Hangs, ChipErrors.Refused, ChipErrors.Resets, ChipErrors.ReadBack, ChipErrors.WornOut, ChipErrors.WasReset];

    /// <param name="model">A placed network.</param>
    /// <param name="change">The value.</param>
    /// <param name="open">Opens the chip at this value.</param>
    /// <param name="openVectors">Opens the vectors at their beginning.</param>
    /// <param name="limit">At most so many.</param>
    public static SweepPoint Measure(Model model, ChipChange change, Func<ChipChange, ChipSession> open, Func<ICamera> openVectors, int limit)
    {
        try
        {
            using ICamera vectors = openVectors();
            using ChipSession session = open(change);
            ChipExecutor executor = new(Executors.Create(model), session.ProgramOf(model), null);
            ChipTest test = new(model, executor);
            test.Run(vectors, (vectors as IdxCamera)?.Labels, limit);
            if (test.Vectors.Count == 0)
                throw new BarrelException(HostErrors.SourceUnreadable, "the data has no vector");
            SweepLayer[] layers = [.. test.Layers.Select(l => new SweepLayer(l.Name, IsSign(model, executor, l.Name), new Proportion(l.Differing, l.Codes)))];
            bool hasClasses = test.Vectors.All(v => v.Chip >= 0), isLabelled = hasClasses && test.Vectors.All(v => v.Label >= 0);
            double clockHz = change.Key == ChipChange.Clock ? change.ClockHz : session.Board.Spi.ClockHz;
            return new SweepPoint(
                change.Value, layers, new Proportion(test.MismatchCount, test.Vectors.Count),
                hasClasses ? new Proportion(test.Vectors.Count(v => v.Chip != v.Reference), test.Vectors.Count) : null,
                isLabelled ? new Proportion(test.Vectors.Count(v => v.Chip == v.Label), test.Vectors.Count) : null,
                session.Chip.Link.ErrorCount, session.Chip.Link.ByteCount * 8 / clockHz, test.Seconds, null);
        }
        catch (BarrelException e) when (Measured.Contains(e.Code))
        {
            return SweepPoint.Failed(change.Value, e);
        }
    }

    /// <summary>
    /// Signs of random inputs that flip, 0 to 0.5: with fixed deviations of σ and others of σ' from one evaluation to the next, (1/π)·atan(√2·√(σ² + σ'²)),
    /// whatever the chain's length.
    /// </summary>
    public static double ExpectedFlips(Emulation emulation) => Math.Atan(
        Math.Sqrt(2) * double.Hypot(emulation.Variation.SigmaStatic, emulation.Variation.SigmaJitter)) / Math.PI;

    private static bool IsSign(Model model, ChipExecutor executor, string name)
    {
        int layer = Array.FindIndex(model.Layers, l => l.Name == name);
        return layer >= 0 && executor.PlacedAt(layer) is { } placed && placed.Placed.Chains.IsSign;
    }
}
