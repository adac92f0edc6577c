using Barrel.Boards;

namespace Barrel.ChipEmulator;

/// <summary>Makes faulty chips to rehearse with.</summary>
public static class PlantFaults
{
    /// <summary>Faults at distinct PEs anywhere on the chip; the four kinds take turns.</summary>
    /// <param name="chip">The geometry.</param>
    /// <param name="count">0 to the number of the chip's PEs.</param>
    /// <param name="seed">Equal seeds give equal faults.</param>
    /// <returns>Sorted by segment and PE.</returns>
    public static IReadOnlyList<PeFault> Random(BoardChip chip, int count, int seed)
    {
        ArgumentNullException.ThrowIfNull(chip);
        int peCount = chip.Segments * chip.SegmentPes;
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, peCount);
        SeededNoise noise = new(seed, NoisePurpose.PlantedFaults);
        PeFaultKind[] kinds = Enum.GetValues<PeFaultKind>();
        SortedDictionary<int, PeFault> faults = [];
        for (long draw = 0; faults.Count < count; draw++)
        {
            int pe = (int)(noise.Bits(draw, 0) % (ulong)peCount);
            faults.TryAdd(pe, new PeFault(pe / chip.SegmentPes, pe % chip.SegmentPes, kinds[faults.Count % kinds.Length]));
        }

        return [.. faults.Values];
    }
}
