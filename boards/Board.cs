namespace Barrel.Boards;

/// <summary>One board: what it has room for and where its pins are. The keys of its JSON file are these names in camel case.</summary>
public sealed class Board
{
    /// <summary>The schema that editors check the file with; nothing here reads it.</summary>
    public string? Schema { get; init; }

    /// <summary>What users type: lower-case letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>linux, nanoframework or desktop.</summary>
    public required string Family { get; init; }

    public required string Cpu { get; init; }

    public required int Cores { get; init; }

    /// <summary>Clock of a core, Hz.</summary>
    public required long ClockHz { get; init; }

    /// <summary>Memory that a program can take data from, bytes.</summary>
    public required long RamBytes { get; init; }

    /// <summary>Flash or card for programs and models, bytes.</summary>
    public required long FlashBytes { get; init; }

    /// <summary>The largest arena that a model may ask for, bytes.</summary>
    public required int ArenaBytesMax { get; init; }

    /// <summary>First-level data cache of a core, bytes.</summary>
    public required int L1Bytes { get; init; }

    /// <summary>Number of the gpiochip with the pins, −1 where there is none or the question does not arise.</summary>
    public required int GpioChip { get; init; }

    /// <summary>The label of its controller, by which Linux programs find it whatever its number; null to take the number.</summary>
    public string? GpioLabel { get; init; }

    public required BoardPins Pins { get; init; }

    public required BoardSpi Spi { get; init; }

    /// <summary>The TDNN chip on the SPI bus, or null.</summary>
    public BoardChip? Chip { get; init; }

    /// <summary>What a user of this board should know, or null.</summary>
    public string? Notes { get; init; }
}

/// <summary>The five pins that tell the decision.</summary>
public sealed class BoardPins
{
    /// <summary>High while the road ahead is clear.</summary>
    public required BoardPin Clear { get; init; }

    /// <summary>High while it is not.</summary>
    public required BoardPin Blocked { get; init; }

    /// <summary>High while the free corridor lies left.</summary>
    public required BoardPin Left { get; init; }

    /// <summary>High while it lies right.</summary>
    public required BoardPin Right { get; init; }

    /// <summary>Toggles every frame.</summary>
    public required BoardPin Alive { get; init; }
}

/// <summary>One output pin.</summary>
public sealed class BoardPin
{
    /// <summary>GPIO number, 0 to 511; on a Raspberry Pi the BCM number.</summary>
    public required int Number { get; init; }

    /// <summary>Level while there is no decision: 0 low, 1 high.</summary>
    public required int SafeLevel { get; init; }

    /// <summary>The kernel's name of the line, which goes before the number where the kernel knows it, or null.</summary>
    public string? Line { get; init; }
}

/// <summary>Where an SPI chip is connected.</summary>
public sealed class BoardSpi
{
    public required int Bus { get; init; }

    public required int ChipSelect { get; init; }

    /// <summary>Clock of the bus, Hz.</summary>
    public required int ClockHz { get; init; }
}

/// <summary>A time-domain neural network (TDNN) chip; <c>tdnn-link.md</c> says how it speaks.</summary>
public sealed class BoardChip
{
    /// <summary>sram or reram.</summary>
    public required string Kind { get; init; }

    /// <summary>Segments that chains are made of.</summary>
    public required int Segments { get; init; }

    /// <summary>Processing elements (PEs) of a segment, a multiple of 16.</summary>
    public required int SegmentPes { get; init; }

    /// <summary>Bits of the input buffer, whole banks of <see cref="SegmentPes"/>.</summary>
    public required int InputBits { get; init; }

    /// <summary>Bits of the time-to-digital converter's reading, sign included; 0 where there is none.</summary>
    public required int MarginBits { get; init; }

    /// <summary>Longest transfer, at most what spidev takes, bytes.</summary>
    public required int TransferBytesMax { get; init; }

    /// <summary>How often a transfer is tried again.</summary>
    public required int Retries { get; init; }

    /// <summary>Longest time until a request is done, retries included, milliseconds.</summary>
    public required int TimeoutMs { get; init; }

    /// <summary>Programming pulses that a cell endures; 0: no limit.</summary>
    public required long EnduranceCycles { get; init; }

    /// <summary>Energy of one PE's part in one evaluation, femtojoules.</summary>
    public required double OperationFj { get; init; }

    /// <summary>Energy of one bit on the link, both directions, picojoules.</summary>
    public required double LinkBitPj { get; init; }

    public bool IsReram => Kind == "reram";
}
