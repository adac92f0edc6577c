namespace Barrel.ChipEmulator;

/// <summary>
/// How a chip differs from the drawing. A rail of a PE takes t0, one step more where it is the slow one, a fixed deviation of its own for
/// each state of the PE, and a deviation that is new in each evaluation. Deviations are in steps. What delays both rails alike cancels, so
/// drift of supply and temperature has no place here.
/// </summary>
public sealed record ChipVariation
{
    /// <summary>Standard deviation of a rail's fixed delay, in steps, ≥ 0: one number for each PE, rail and state.</summary>
    public double SigmaStatic { get; init; }

    /// <summary>Standard deviation of a rail's delay from one evaluation to the next, in steps, ≥ 0.</summary>
    public double SigmaJitter { get; init; }

    /// <summary>ReRAM: each programming gives a cell's step a factor e^(σ·z), z normal; this is σ, ≥ 0.</summary>
    public double SigmaResistance { get; init; }

    /// <summary>ReRAM: probability that a pulse does not switch a cell, 0 to 1.</summary>
    public double PulseFailure { get; init; }

    /// <summary>Equal seeds give equal chips.</summary>
    public int Seed { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(SigmaStatic);
        ArgumentOutOfRangeException.ThrowIfNegative(SigmaJitter);
        ArgumentOutOfRangeException.ThrowIfNegative(SigmaResistance);
        ArgumentOutOfRangeException.ThrowIfNegative(PulseFailure);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PulseFailure, 1);
    }
}
