namespace Barrel.ChipEmulator;

/// <summary>What can be wrong with a processing element (PE).</summary>
public enum PeFaultKind
{
    /// <summary>It delays as a weight of +1 does, whatever was written.</summary>
    StuckPlus,

    /// <summary>It delays as a weight of −1 does.</summary>
    StuckMinus,

    /// <summary>It delays both rails alike.</summary>
    Dead,

    /// <summary>Its step is shorter than others'.</summary>
    Weak,
}

/// <summary>A faulty PE. The fault is in its delay: its weight reads back as written.</summary>
/// <param name="Segment">0 to the chip's segments − 1.</param>
/// <param name="Pe">Number within the segment.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Strength">Of a weak PE: its step, 1 being a good one's.</param>
public sealed record PeFault(int Segment, int Pe, PeFaultKind Kind, double Strength = 0.3);
