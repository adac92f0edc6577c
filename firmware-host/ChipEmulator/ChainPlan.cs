using System.Numerics;
using Barrel.Boards;

namespace Barrel.ChipEmulator;

/// <summary>One segment that takes part in an evaluation.</summary>
/// <param name="Mask">Bits of the PEs that are in the chain and make a difference.</param>
internal readonly record struct PlannedSegment(int Segment, int Bank, ulong Mask, bool IsWhole);

/// <summary>One chain.</summary>
/// <param name="EndIndex">One past its last entry in the plan's segments.</param>
/// <param name="LivePes">PEs that make a difference.</param>
/// <param name="Pes">All its PEs.</param>
internal readonly record struct PlannedChain(int EndIndex, int LastSegment, int LivePes, int Pes);

/// <summary>The chains that CONFIG describes, laid out for evaluation.</summary>
internal sealed class ChainPlan
{
    private readonly PlannedSegment[] segments;
    private readonly PlannedChain[] chains;
    private readonly int segmentPes;
    private readonly int bankCount;
    private readonly int startBit;
    private readonly int countHighBit;
    private readonly int countLowBit;
    private readonly int bankHighBit;
    private readonly int bankLowBit;
    private int segmentCount;
    private int chainCount;

    public ChainPlan(LinkDocument document, BoardChip chip)
    {
        segments = new PlannedSegment[chip.Segments];
        chains = new PlannedChain[chip.Segments];
        segmentPes = chip.SegmentPes;
        bankCount = chip.InputBits / chip.SegmentPes;
        startBit = document.InProse("bit @, START: a chain begins here");
        countHighBit = document.InProse("bits @ to #: how many of the segment's PEs");
        countLowBit = document.InProse("bits # to @: how many of the segment's PEs");
        bankHighBit = document.InProse("bits @ to #: bank");
        bankLowBit = document.InProse("bits # to @: bank");
    }

    public ReadOnlySpan<PlannedSegment> Segments => segments.AsSpan(0, segmentCount);

    public ReadOnlySpan<PlannedChain> Chains => chains.AsSpan(0, chainCount);

    /// <summary>
    /// Lays out anew. A bank beyond the input buffer counts as the bank after its last, which the caller keeps at 0. A segment that neither
    /// begins a chain nor has one before it gets no edges and is left out.
    /// </summary>
    public void Build(ReadOnlySpan<ushort> config, ProcessingElements elements)
    {
        segmentCount = 0;
        chainCount = 0;
        PlannedChain open = default;
        for (int segment = 0; segment < config.Length; segment++)
        {
            int count = Math.Min(Field(config[segment], countHighBit, countLowBit), segmentPes);
            bool starts = Field(config[segment], startBit, startBit) != 0;
            if (count == 0 || starts)
                Close(ref open);
            if (count == 0 || (!starts && open.Pes == 0))
                continue;
            ulong mask = (ulong.MaxValue >> (64 - count)) & elements.Live(segment);
            int bank = Math.Min(Field(config[segment], bankHighBit, bankLowBit), bankCount);
            segments[segmentCount++] = new PlannedSegment(segment, bank, mask, count == segmentPes);
            open = new PlannedChain(segmentCount, segment, open.LivePes + BitOperations.PopCount(mask), open.Pes + count);
        }

        Close(ref open);
    }

    private void Close(ref PlannedChain open)
    {
        if (open.Pes > 0)
            chains[chainCount++] = open;
        open = default;
    }

    private static int Field(ushort word, int highBit, int lowBit) => (word >> lowBit) & ((1 << (highBit - lowBit + 1)) - 1);
}
