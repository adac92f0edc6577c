using System.Buffers.Binary;
using Barrel.Boards;

namespace Barrel.ChipEmulator;

/// <summary>What the chip's words hold and do.</summary>
internal sealed class ChipRegisters
{
    private readonly BoardChip chip;
    private readonly RegisterMap map;
    private readonly RegisterNumbers numbers;
    private readonly uint serial;
    private readonly int wordsPerBank;
    private readonly ulong[] inputs;
    private readonly ushort[] config;
    private readonly ProcessingElements elements;
    private readonly ChainPlan plan;
    private readonly ChainRace race;
    private bool isPlanned;
    private bool isAutomatic;
    private bool isStarted;
    private bool isInputWritten;
    private ushort scratch;
    private ushort evaluations;

    public ChipRegisters(LinkDocument document, BoardChip chip, uint serial, ChipVariation variation, IReadOnlyList<PeFault> faults)
    {
        this.chip = chip;
        this.serial = serial;
        map = new RegisterMap(document, chip);
        numbers = new RegisterNumbers(document);
        wordsPerBank = chip.SegmentPes / 16;
        inputs = new ulong[(chip.InputBits / chip.SegmentPes) + 1];
        config = new ushort[chip.Segments];
        elements = new ProcessingElements(chip, variation, faults);
        plan = new ChainPlan(document, chip);
        race = new ChainRace(chip, variation);
    }

    /// <summary>Whether the chip has been reset since it was told to forget that.</summary>
    public bool IsReset { get; private set; } = true;

    public ushort CheckErrors { get; set; }

    public ushort FrameErrors { get; set; }

    /// <summary>Evaluations since this object was made, resets or not.</summary>
    public long EvaluationCount { get; private set; }

    /// <summary>Null in SRAM.</summary>
    public CellPulses? Pulses => elements.Pulses;

    /// <summary>As after power-up; ReRAM keeps its weights.</summary>
    public void Reset()
    {
        Array.Clear(inputs);
        Array.Clear(config);
        race.Clear();
        if (!chip.IsReram)
            elements.Clear();
        isPlanned = false;
        isAutomatic = false;
        scratch = 0;
        evaluations = 0;
        CheckErrors = 0;
        FrameErrors = 0;
        IsReset = true;
    }

    /// <summary>Whether all words exist, and whether all can be written.</summary>
    public (bool Exists, bool IsWritable) Look(long address, int words)
    {
        bool isWritable = true;
        for (long end = address + words; address < end;)
        {
            if (map.Find(address) is not { } area)
                return (false, false);
            isWritable &= area.IsWritable;
            address = area.First + area.Words;
        }

        return (true, isWritable);
    }

    /// <summary>Writes words that exist and can be written, high bytes first, then evaluates where that asks for it.</summary>
    public void Write(long address, ReadOnlySpan<byte> words)
    {
        isStarted = false;
        isInputWritten = false;
        while (words.Length > 0)
        {
            Area area = map.Find(address)!.Value;
            int offset = (int)(address - area.First);
            int count = Math.Min(area.Words - offset, words.Length / 2);
            for (int i = 0; i < count; i++)
                WriteWord(area.Place, offset + i, BinaryPrimitives.ReadUInt16BigEndian(words[(2 * i)..]));
            words = words[(2 * count)..];
            address += count;
        }

        if (isStarted || (isInputWritten && isAutomatic))
            Evaluate();
    }

    /// <summary>Reads words that exist, high bytes first.</summary>
    public void Read(long address, Span<byte> words)
    {
        while (words.Length > 0)
        {
            Area area = map.Find(address)!.Value;
            int offset = (int)(address - area.First);
            int count = Math.Min(area.Words - offset, words.Length / 2);
            for (int i = 0; i < count; i++)
                BinaryPrimitives.WriteUInt16BigEndian(words[(2 * i)..], ReadWord(area.Place, offset + i));
            words = words[(2 * count)..];
            address += count;
        }
    }

    private void Evaluate()
    {
        if (!isPlanned)
        {
            plan.Build(config, elements);
            race.Clear();
            isPlanned = true;
        }

        race.Run(plan, elements, inputs, EvaluationCount);
        EvaluationCount++;
        evaluations++;
    }

    private void WriteWord(Place place, int offset, ushort word)
    {
        switch (place)
        {
            case Place.Control:
                isAutomatic = Bit(word, numbers.ControlAutoBit);
                isStarted |= Bit(word, numbers.ControlStartBit);
                IsReset &= !Bit(word, numbers.ControlClearBit);
                break;
            case Place.Scratch:
                scratch = word;
                break;
            case Place.Input:
                (int bank, int part) = Math.DivRem(offset, wordsPerBank);
                inputs[bank] = (inputs[bank] & ~(0xFFFFUL << (16 * part))) | ((ulong)word << (16 * part));
                isInputWritten = true;
                break;
            case Place.Config:
                config[offset] = word;
                isPlanned = false;
                break;
            case Place.Weights:
                elements.Write(offset, word);
                break;
            default:
                throw new InvalidDataException($"the document lets {place} be written, the emulator does not");
        }
    }

    // STATUS never tells busy here, because a busy chip refuses to read.
    private ushort ReadWord(Place place, int offset) => place switch
    {
        Place.Id => numbers.Id,
        Place.Protocol => numbers.Protocol,
        Place.Kind => chip.IsReram ? numbers.KindReram : numbers.KindSram,
        Place.SerialHigh => (ushort)(serial >> 16),
        Place.SerialLow => (ushort)serial,
        Place.SegmentsHigh => (ushort)(chip.Segments >> 16),
        Place.SegmentsLow => (ushort)chip.Segments,
        Place.SegmentPes => (ushort)chip.SegmentPes,
        Place.InputWords => (ushort)(chip.InputBits / 16),
        Place.MarginBits => (ushort)chip.MarginBits,
        Place.Status => (ushort)(IsReset ? 1 << numbers.StatusResetBit : 0),
        Place.Control => (ushort)(isAutomatic ? 1 << numbers.ControlAutoBit : 0),
        Place.Scratch => scratch,
        Place.CheckErrors => CheckErrors,
        Place.FrameErrors => FrameErrors,
        Place.Evaluations => evaluations,
        Place.Input => (ushort)(inputs[offset / wordsPerBank] >> (16 * (offset % wordsPerBank))),
        Place.Output => race.Output[offset],
        Place.Margin => (ushort)race.Margin[offset],
        Place.Config => config[offset],
        _ => elements.Read(offset),
    };

    private static bool Bit(ushort word, int bit) => ((word >> bit) & 1) != 0;
}
