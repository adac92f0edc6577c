using Barrel.Boards;

namespace Barrel.ChipEmulator;

/// <summary>How often each ReRAM cell has been programmed, and whether a pulse switches it.</summary>
internal sealed class CellPulses(BoardChip chip, ChipVariation variation)
{
    private readonly int[] counts = new int[chip.Segments * chip.SegmentPes];
    private readonly SeededNoise failures = new(variation.Seed, NoisePurpose.PulseFailure);
    private readonly double failureRate = variation.PulseFailure;
    private readonly long endurance = chip.EnduranceCycles == 0 ? long.MaxValue : chip.EnduranceCycles;

    /// <summary>Pulses of the cell that has had most.</summary>
    public int Max { get; private set; }

    /// <summary>Pulses of all cells.</summary>
    public long Total { get; private set; }

    /// <summary>Pulses of one cell, saturated.</summary>
    public int Of(int cell) => counts[cell];

    /// <summary>Gives one pulse. A worn cell stays as it is for ever.</summary>
    /// <returns>Whether it switches.</returns>
    public bool Pulse(int cell)
    {
        Total++;
        if (counts[cell] < int.MaxValue)
            counts[cell]++;
        int count = counts[cell];
        Max = Math.Max(Max, count);
        return count <= endurance && (failureRate == 0 || failures.Uniform(cell, count) > failureRate);
    }
}
