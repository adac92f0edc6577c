using System.Buffers.Binary;
using Barrel.Boards;

namespace Barrel.ChipEmulator;

/// <summary>
/// One TDNN chip in software: it answers frames of <c>tdnn-link.md</c> as the silicon would, exactly or with variation and faults.
/// Not safe for several threads at once.
/// </summary>
public sealed class EmulatedChip
{
    private readonly FrameLayout layout;
    private readonly Crc16 check;
    private readonly ChipRegisters registers;
    private readonly int ok;
    private readonly int badCheck;
    private readonly int badFrame;
    private readonly int badAddress;
    private readonly int readOnly;
    private readonly int busy;

    /// <summary>A chip that has just got its power.</summary>
    /// <param name="chip">Its kind and geometry; how often a host tries again does not matter here.</param>
    /// <param name="serial">What SERIAL reads as.</param>
    /// <param name="variation">How its delays differ from the drawing; null: not at all.</param>
    /// <param name="faults">Its faulty PEs, at most one fault each; null: none.</param>
    /// <exception cref="ArgumentException">Two faults in one PE, a PE that the chip does not have, or a variation out of its range.</exception>
    /// <exception cref="InvalidDataException">The register document lacks something that the emulator asks it for.</exception>
    public EmulatedChip(BoardChip chip, uint serial = 1, ChipVariation? variation = null, IReadOnlyList<PeFault>? faults = null)
        : this(LinkDocument.Embedded, chip, serial, variation, faults)
    {
    }

    internal EmulatedChip(LinkDocument document, BoardChip chip, uint serial, ChipVariation? variation, IReadOnlyList<PeFault>? faults)
    {
        ArgumentNullException.ThrowIfNull(chip);
        variation ??= new ChipVariation();
        variation.Check();
        faults ??= [];
        CheckFaults(chip, faults);
        Chip = chip;
        layout = new FrameLayout(document);
        check = new Crc16(layout.Polynomial, layout.Beginning);
        registers = new ChipRegisters(document, chip, serial, variation, faults);
        ok = document.StatusCode("OK");
        badCheck = document.StatusCode("BAD_CHECK");
        badFrame = document.StatusCode("BAD_FRAME");
        badAddress = document.StatusCode("BAD_ADDRESS");
        readOnly = document.StatusCode("READ_ONLY");
        busy = document.StatusCode("BUSY");
    }

    /// <summary>Kind and geometry.</summary>
    public BoardChip Chip { get; }

    /// <summary>Evaluations since the chip was made; a reset does not change it.</summary>
    public long EvaluationCount => registers.EvaluationCount;

    /// <summary>Programming pulses of all cells; 0 in SRAM.</summary>
    public long PulseCount => registers.Pulses?.Total ?? 0;

    /// <summary>Programming pulses of the cell that has had most; 0 in SRAM.</summary>
    public long PulseCountMax => registers.Pulses?.Max ?? 0;

    /// <summary>How many requests to come find the chip busy; each takes one off. <see cref="long.MaxValue"/>: a chip that hangs.</summary>
    public long BusyRequests { get; set; }

    /// <summary>Power off and on: ReRAM keeps its weights, all else is 0, a chip that hung works again.</summary>
    public void Reset()
    {
        BusyRequests = 0;
        registers.Reset();
    }

    /// <summary>One assertion of the chip's select line, both directions at once. Allocates nothing.</summary>
    /// <param name="sent">What the host sends.</param>
    /// <param name="received">What the chip answers, of the same length and other memory.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the memory overlaps.</exception>
    public void Transfer(ReadOnlySpan<byte> sent, Span<byte> received)
    {
        if (sent.Length != received.Length)
            throw new ArgumentException($"{sent.Length} bytes are sent and {received.Length} received; both lines have one clock", nameof(received));
        if (sent.Overlaps(received))
            throw new ArgumentException("sent and received bytes share memory", nameof(received));
        received.Clear();
        int words = sent.Length / 2;
        if (words == 0)
            return;
        int writeCount = layout.WriteCount < words ? Word(sent, layout.WriteCount) : 0;
        int checkIndex = layout.Check.At(writeCount, 0);
        if (checkIndex >= words)
        {
            // The select line rose before the request was whole: nothing to answer, and nobody to answer to.
            registers.FrameErrors++;
            return;
        }

        int readCount = Word(sent, layout.ReadCount);
        int code = Act(sent, writeCount, readCount, received);
        if (code == badCheck)
            registers.CheckErrors++;
        else if (code != ok)
            registers.FrameErrors++;

        int statusIndex = layout.Status.At(writeCount, readCount);
        if (statusIndex >= words)
            return;
        int status = code | (1 << layout.OneBit) | (code == busy ? 1 << layout.BusyBit : 0) | (registers.IsReset ? 1 << layout.ResetBit : 0);
        SetWord(received, statusIndex, (Word(sent, layout.First) & 0xFF00) | status);
        int answerCheckIndex = layout.AnswerCheck.At(writeCount, readCount);
        if (answerCheckIndex < words)
            SetWord(received, answerCheckIndex, check.Of((ushort)Word(sent, checkIndex), received[(2 * statusIndex)..(2 * answerCheckIndex)]));
    }

    /// <summary>Does what is asked, data read included.</summary>
    /// <returns>The code of the status.</returns>
    private int Act(ReadOnlySpan<byte> sent, int writeCount, int readCount, Span<byte> received)
    {
        int checkIndex = layout.Check.At(writeCount, 0);
        if (check.Of(sent[..(2 * checkIndex)]) != Word(sent, checkIndex))
            return badCheck;
        if ((Word(sent, layout.First) & 0xFF) != layout.Mark || 2 * (layout.AnswerCheck.At(writeCount, readCount) + 1) != sent.Length)
            return badFrame;
        if (BusyRequests > 0)
        {
            if (BusyRequests != long.MaxValue)
                BusyRequests--;
            return busy;
        }

        long writeAddress = Address(sent, layout.WriteAddress);
        long readAddress = Address(sent, layout.ReadAddress);
        (bool writeExists, bool isWritable) = registers.Look(writeAddress, writeCount);
        if (!writeExists || !registers.Look(readAddress, readCount).Exists)
            return badAddress;
        if (!isWritable)
            return readOnly;
        registers.Write(writeAddress, sent.Slice(2 * layout.Data.At(writeCount, readCount), 2 * writeCount));
        registers.Read(readAddress, received.Slice(2 * layout.AnswerData.At(writeCount, readCount), 2 * readCount));
        return ok;
    }

    private static void CheckFaults(BoardChip chip, IReadOnlyList<PeFault> faults)
    {
        HashSet<(int Segment, int Pe)> seen = [];
        foreach (PeFault fault in faults)
        {
            if (fault.Segment < 0 || fault.Segment >= chip.Segments || fault.Pe < 0 || fault.Pe >= chip.SegmentPes)
                throw new ArgumentException($"{fault} is outside {chip.Segments} segments of {chip.SegmentPes} PEs", nameof(faults));
            if (!seen.Add((fault.Segment, fault.Pe)))
                throw new ArgumentException($"{fault} is not the first of its PE", nameof(faults));
        }
    }

    private static int Word(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * index)..]);

    private static long Address(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadUInt32BigEndian(bytes[(2 * index)..]);

    private static void SetWord(Span<byte> bytes, int index, int word) => BinaryPrimitives.WriteUInt16BigEndian(bytes[(2 * index)..], (ushort)word);
}
