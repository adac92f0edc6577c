using System.Numerics;
using Barrel.Boards;

namespace Barrel.ChipEmulator;

/// <summary>The PEs' weight bits: as they read back, and as the delays follow them.</summary>
internal sealed class ProcessingElements
{
    private readonly int pesPerSegment;
    private readonly int wordsPerSegment;
    private readonly ulong[] stored;
    private readonly ulong[] effective;
    private readonly ulong[]? stuckPlus;
    private readonly ulong[]? stuckMinus;
    private readonly ulong[]? dead;

    public ProcessingElements(BoardChip chip, ChipVariation variation, IReadOnlyList<PeFault> faults)
    {
        pesPerSegment = chip.SegmentPes;
        wordsPerSegment = chip.SegmentPes / 16;
        stored = new ulong[chip.Segments];
        effective = new ulong[chip.Segments];
        stuckPlus = Masks(chip, faults, PeFaultKind.StuckPlus);
        stuckMinus = Masks(chip, faults, PeFaultKind.StuckMinus);
        dead = Masks(chip, faults, PeFaultKind.Dead);
        Delays = PeDelays.Of(chip, variation, faults);
        Pulses = chip.IsReram ? new CellPulses(chip, variation) : null;
        UpdateAll();
    }

    /// <summary>Null where popcount says all.</summary>
    public PeDelays? Delays { get; }

    /// <summary>Null in SRAM.</summary>
    public CellPulses? Pulses { get; }

    /// <summary>Bit k of a segment: 1 where PE k delays as a weight of −1 does.</summary>
    public ReadOnlySpan<ulong> Effective => effective;

    /// <summary>Bit k: 1 where PE k makes a difference between the rails.</summary>
    public ulong Live(int segment) => dead is null ? ulong.MaxValue : ~dead[segment];

    /// <summary>What a word of WEIGHTS reads as.</summary>
    public ushort Read(int word)
    {
        (int segment, int part) = Math.DivRem(word, wordsPerSegment);
        return (ushort)(stored[segment] >> (16 * part));
    }

    /// <summary>Writes a word of WEIGHTS; ReRAM cells that differ get a pulse each.</summary>
    public void Write(int word, ushort bits)
    {
        (int segment, int part) = Math.DivRem(word, wordsPerSegment);
        ulong change = (ulong)(ushort)((stored[segment] >> (16 * part)) ^ bits) << (16 * part);
        if (Pulses is not null)
        {
            for (ulong left = change; left != 0; left &= left - 1)
            {
                if (!Pulses.Pulse((segment * pesPerSegment) + BitOperations.TrailingZeroCount(left)))
                    change &= ~(left & (0 - left));
            }
        }

        stored[segment] ^= change;
        Update(segment, change);
    }

    /// <summary>All weights become +1, as in an SRAM chip that loses its power.</summary>
    public void Clear()
    {
        Array.Clear(stored);
        UpdateAll();
    }

    private void UpdateAll()
    {
        ulong all = ulong.MaxValue >> (64 - pesPerSegment);
        for (int segment = 0; segment < stored.Length; segment++)
            Update(segment, all);
    }

    private void Update(int segment, ulong change)
    {
        ulong bits = stored[segment];
        if (stuckPlus is not null)
            bits &= ~stuckPlus[segment];
        if (stuckMinus is not null)
            bits |= stuckMinus[segment];
        effective[segment] = bits;
        if (Delays is null || !Delays.IsUneven(segment))
            return;
        for (; change != 0; change &= change - 1)
        {
            int pe = BitOperations.TrailingZeroCount(change);
            int programming = Pulses is null ? 0 : Pulses.Of((segment * pesPerSegment) + pe);
            Delays.Set(segment, pe, ((bits >> pe) & 1) != 0, programming);
        }
    }

    private static ulong[]? Masks(BoardChip chip, IReadOnlyList<PeFault> faults, PeFaultKind kind)
    {
        ulong[]? masks = null;
        foreach (PeFault fault in faults.Where(f => f.Kind == kind))
            (masks ??= new ulong[chip.Segments])[fault.Segment] |= 1UL << fault.Pe;
        return masks;
    }
}
