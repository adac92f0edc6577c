namespace Barrel.Host.Chip;

/// <summary>Addresses and bits of <c>boards/tdnn-link.md</c>; a test compares them with it.</summary>
internal static class ChipRegisters
{
    public const uint Id = 0x0000_0000;
    public const uint Control = 0x0000_0011;
    public const uint Scratch = 0x0000_0012;
    public const uint CheckErrors = 0x0000_0013;
    public const uint FrameErrors = 0x0000_0014;
    public const uint Evaluations = 0x0000_0015;
    public const uint Input = 0x0001_0000;
    public const uint Output = 0x0002_0000;
    public const uint Margin = 0x0003_0000;
    public const uint Config = 0x0004_0000;
    public const uint Weights = 0x0010_0000;

    /// <summary>What the register ID holds.</summary>
    public const ushort IdValue = 0x5444;

    public const ushort ProtocolValue = 1;

    /// <summary>Registers from ID on that tell what the chip is.</summary>
    public const int IdentityWords = 10;

    public const ushort ControlStart = 1;
    public const ushort ControlAuto = 2;
    public const ushort ControlClear = 0x8000;
    public const ushort ConfigStart = 0x8000;
    public const int ConfigLengthShift = 8;
}
