namespace Barrel.ChipEmulator;

/// <summary>Contents and bits of single registers, as the document's column of meanings gives them.</summary>
internal sealed class RegisterNumbers(LinkDocument document)
{
    public ushort Id { get; } = (ushort)document.InMeaning("ID", "^(?<number>[0-9A-F]{4})$", 16);

    public ushort Protocol { get; } = (ushort)document.InMeaning("PROTOCOL", @"^(?<number>\d+), this document");

    public ushort KindSram { get; } = (ushort)document.InMeaning("KIND", @"(?<number>\d+) SRAM");

    public ushort KindReram { get; } = (ushort)document.InMeaning("KIND", @"(?<number>\d+) ReRAM");

    public int StatusResetBit { get; } = document.InMeaning("STATUS", @"bit (?<number>\d+): reset");

    public int ControlStartBit { get; } = document.InMeaning("CONTROL", @"bit (?<number>\d+), START");

    public int ControlAutoBit { get; } = document.InMeaning("CONTROL", @"bit (?<number>\d+), AUTO");

    public int ControlClearBit { get; } = document.InMeaning("CONTROL", @"bit (?<number>\d+), CLEAR");
}
