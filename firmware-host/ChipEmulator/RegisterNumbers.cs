namespace Barrel.ChipEmulator;

/// <summary>Contents and bits of single registers, as the document's column of meanings gives them.</summary>
internal sealed class RegisterNumbers(LinkDocument document)
{
    public ushort Id { get; } = (ushort)document.InMeaning("ID", "@", 16);

    public ushort Protocol { get; } = (ushort)document.InMeaning("PROTOCOL", "@, this document");

    public ushort KindSram { get; } = (ushort)document.InMeaning("KIND", "@ SRAM");

    public ushort KindReram { get; } = (ushort)document.InMeaning("KIND", "@ ReRAM");

    public int StatusResetBit { get; } = document.InMeaning("STATUS", "bit @: reset");

    public int ControlStartBit { get; } = document.InMeaning("CONTROL", "bit @, START");

    public int ControlAutoBit { get; } = document.InMeaning("CONTROL", "bit @, AUTO");

    public int ControlClearBit { get; } = document.InMeaning("CONTROL", "bit @, CLEAR");
}
