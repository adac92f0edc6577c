using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>
/// Fills a chip with the chains of a placement, pass by pass. It remembers what each segment holds, writes only what differs, and reads back all
/// that it wrote: what does not need to change costs nothing, and wears nothing.
/// </summary>
internal sealed class ChipProgram
{
    /// <summary>A pulse does not always switch a ReRAM cell; so often it is tried.</summary>
    private const int PulsesMax = 16;

    private const int NothingLoaded = -1;
    private const int Unfinished = -2;

    private readonly TdnnChip chip;
    private readonly Placement placement;
    private readonly WearRecord? wear;
    private readonly PassRows rows;
    private readonly int wordsPerSegment;
    private readonly ushort[] config;
    private readonly ushort[] weights;
    private readonly ushort[] wantedConfig;
    private readonly ushort[] wantedWeights;
    private readonly bool[] isKnown;
    private readonly ushort[] readBack;
    private int loadedPass = NothingLoaded;

    /// <param name="chip">Its weights are taken to be unknown.</param>
    /// <param name="placement">For such a chip.</param>
    /// <param name="wear">Where programming is recorded, null for chips that do not wear.</param>
    public ChipProgram(TdnnChip chip, Placement placement, WearRecord? wear)
    {
        this.chip = chip;
        this.placement = placement;
        this.wear = wear;
        rows = new PassRows(placement);
        wordsPerSegment = chip.WordsPerSegment;
        config = new ushort[placement.Segments];
        weights = new ushort[placement.Segments * wordsPerSegment];
        wantedConfig = new ushort[config.Length];
        wantedWeights = new ushort[weights.Length];
        isKnown = new bool[placement.Segments];
        readBack = new ushort[weights.Length];
    }

    public Placement Placement => placement;

    public TdnnChip Chip => chip;

    public PassRows Rows => rows;

    /// <summary>Segments whose weights were written, each time counted.</summary>
    public long SegmentsWritten { get; private set; }

    /// <summary>Pulses of the segment that had most so far; null for chips that do not wear.</summary>
    public long? WearMax => wear?.CyclesMax;

    /// <summary>Nothing is known of the chip: it was reset, or somebody else used it.</summary>
    public void Forget()
    {
        Array.Clear(isKnown);
        loadedPass = NothingLoaded;
    }

    /// <summary>Makes a pass's chains be there.</summary>
    /// <exception cref="BarrelException">BRL5009, BRL5010, and what the link gives.</exception>
    public void Load(int pass)
    {
        if (pass == loadedPass)
            return;
        for (int i = rows.First(pass); i < rows.First(pass + 1); i++)
            Want(rows.LayerAt(i), rows.RowAt(i));

        // A chip that would wear out is found before anything on it is changed.
        for (int i = rows.First(pass); i < rows.First(pass + 1); i++)
        {
            int first = rows.FirstSegmentAt(i), end = first + rows.SegmentsAt(i);
            Learn(first, end);
            for (int segment = first; segment < end; segment++)
                if (!IsAsWanted(segment))
                    wear?.Check(segment);
        }

        // Recorded before it is done: a program that is stopped has counted too much, never too little.
        for (int i = rows.First(pass); wear is not null && i < rows.First(pass + 1); i++)
        {
            int first = rows.FirstSegmentAt(i), end = first + rows.SegmentsAt(i);
            for (int segment = first; segment < end; segment++)
                if (!IsAsWanted(segment))
                    wear.Add(segment);
        }

        wear?.Save();

        if (loadedPass == NothingLoaded)
            TurnOff();
        loadedPass = Unfinished;
        for (int i = rows.First(pass); i < rows.First(pass + 1); )
            i = LoadRun(pass, i);
        loadedPass = pass;
    }

    /// <summary>What a pass's chains hold, on paper.</summary>
    private void Want(PlacedLayer placed, int row)
    {
        NeuronChains chains = placed.Chains;
        int pes = chains.PesOf(row);
        int first = placed.FirstSegment[row], segmentPes = placement.SegmentPes;
        for (int bank = 0, done = 0; done < pes; bank++, done += segmentPes)
        {
            int segment = first + bank;
            wantedConfig[segment] = (ushort)((bank == 0 ? ChipRegisters.ConfigStart : 0) | (Math.Min(pes - done, segmentPes) << ChipRegisters.ConfigLengthShift) | bank);
            for (int w = 0; w < wordsPerSegment; w++)
            {
                int pe = done + (w * 16);
                wantedWeights[(segment * wordsPerSegment) + w] = pe < pes ? (ushort)(chains.Weights[(row * chains.WordsPerRow) + (pe >> 6)] >> (pe & 63)) : (ushort)0;
            }
        }
    }

    /// <summary>The chains that follow each other without a gap, and the segment behind them, which must not go on with the last one.</summary>
    /// <returns>The first row behind them.</returns>
    private int LoadRun(int pass, int row)
    {
        int first = rows.FirstSegmentAt(row), end = first;
        for (; row < rows.First(pass + 1) && rows.FirstSegmentAt(row) == end; row++)
            end += rows.SegmentsAt(row);
        LoadWeights(first, end);
        int configEnd = end;
        if (end < config.Length && config[end] != 0 && (config[end] & ChipRegisters.ConfigStart) == 0)
            wantedConfig[configEnd++] = 0;
        LoadConfig(first, configEnd);
        return row;
    }

    private void LoadConfig(int first, int end)
    {
        Span<ushort> wanted = wantedConfig.AsSpan(first, end - first), held = config.AsSpan(first, end - first), back = readBack.AsSpan(0, end - first);
        if (held.SequenceEqual(wanted))
            return;
        chip.Link.Write(ChipRegisters.Config + (uint)first, wanted);
        chip.Link.Read(ChipRegisters.Config + (uint)first, back);
        if (!back.SequenceEqual(wanted))
            throw new BarrelException(ChipErrors.ReadBack, $"segment {first + back.CommonPrefixLength(wanted)} does not keep its configuration");
        wanted.CopyTo(held);
    }

    private void LoadWeights(int first, int end)
    {
        for (int segment = first; segment < end; )
        {
            if (IsAsWanted(segment))
            {
                segment++;
                continue;
            }

            int from = segment;
            while (segment < end && !IsAsWanted(segment))
                segment++;
            Program(from, segment);
        }
    }

    /// <summary>What is there may be what is wanted; ReRAM keeps it for years.</summary>
    private void Learn(int first, int end)
    {
        for (int segment = first; segment < end; )
        {
            int unknown = segment++;
            if (isKnown[unknown])
                continue;
            while (segment < end && !isKnown[segment])
                segment++;
            chip.Link.Read(WeightsAt(unknown), weights.AsSpan(unknown * wordsPerSegment, (segment - unknown) * wordsPerSegment));
            isKnown.AsSpan(unknown, segment - unknown).Fill(true);
        }
    }

    private bool IsAsWanted(int segment) =>
        weights.AsSpan(segment * wordsPerSegment, wordsPerSegment).SequenceEqual(wantedWeights.AsSpan(segment * wordsPerSegment, wordsPerSegment));

    private void Program(int first, int end)
    {
        Span<ushort> wanted = wantedWeights.AsSpan(first * wordsPerSegment, (end - first) * wordsPerSegment);
        Span<ushort> held = weights.AsSpan(first * wordsPerSegment, wanted.Length);
        isKnown.AsSpan(first, end - first).Clear();
        for (int pulse = 1; ; pulse++)
        {
            SegmentsWritten += end - first;
            chip.Link.Write(WeightsAt(first), wanted);
            chip.Link.Read(WeightsAt(first), held);
            if (held.SequenceEqual(wanted))
                break;
            if (pulse == (placement.Kind == Placement.KindReram ? PulsesMax : 2))
                throw new BarrelException(
                    ChipErrors.ReadBack, $"segment {first + (held.CommonPrefixLength(wanted) / wordsPerSegment)} does not keep its weights after {pulse} tries; run 'chip diagnose'");

            // The next pulse reaches the cells that are not there yet.
            for (int segment = first; wear is not null && segment < end; segment++)
                if (!IsAsWanted(segment))
                    wear.Add(segment);
            wear?.Save();
        }

        isKnown.AsSpan(first, end - first).Fill(true);
    }

    /// <summary>Chains of whoever used the chip before could run into ours.</summary>
    private void TurnOff()
    {
        Array.Clear(config);
        chip.Link.Write(ChipRegisters.Config, config);
    }

    private uint WeightsAt(int segment) => ChipRegisters.Weights + (uint)(segment * wordsPerSegment);
}
