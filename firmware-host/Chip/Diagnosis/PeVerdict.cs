using Barrel.Boards;

namespace Barrel.Host.Chip.Diagnosis;

/// <summary>What the measurements of one processing element (PE) say.</summary>
/// <param name="Step">Half of what writing +1 instead of −1 changes, in steps of good PEs: 1 for a good one, 0 for a dead or stuck one.</param>
/// <param name="Skew">What it adds whatever is written: 0 for a good one, 1 where it is stuck at +1, −1 at −1.</param>
internal readonly record struct PeVerdict(float Step, float Skew)
{
    /// <summary>A PE without variation that is further from a good one is bad.</summary>
    public const float LimitMin = 0.35f;

    /// <summary>However much a chip's PEs vary, dead and stuck ones are found.</summary>
    public const float LimitMax = 0.8f;

    private const float StuckSkewMin = 0.5f;
    private const float DeadStepMax = 0.15f;

    /// <summary>From what the two states' steps are, each in the direction of its weight.</summary>
    public static PeVerdict Of(float plus, float minus) => new((plus + minus) / 2, (plus - minus) / 2);

    /// <summary>How far it is from a good one.</summary>
    public float Distance => Math.Max(Math.Abs(Step - 1), Math.Abs(Skew));

    /// <summary>One of the kinds of <see cref="ChipFault"/>, or null for a good one.</summary>
    /// <param name="limit">Distance from which on a PE is bad.</param>
    public string? Kind(float limit)
    {
        if (float.IsNaN(Step))
            return ChipFault.Dead;
        if (Distance <= limit)
            return null;
        if (Step < StuckSkewMin && Math.Abs(Skew) > StuckSkewMin)
            return Skew > 0 ? ChipFault.StuckPlus : ChipFault.StuckMinus;
        return Math.Abs(Step) < DeadStepMax ? ChipFault.Dead : ChipFault.Weak;
    }
}
