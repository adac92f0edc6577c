namespace Barrel.Host.Chip
{
    /// <summary>Addresses and bits of <c>boards/tdnn-link.md</c>; a test compares them with it.</summary>
    internal static class ChipRegisters
    {
        public const int Id = 0x0000_0000;
        public const int Control = 0x0000_0011;
        public const int Scratch = 0x0000_0012;
        public const int CheckErrors = 0x0000_0013;
        public const int FrameErrors = 0x0000_0014;
        public const int Evaluations = 0x0000_0015;
        public const int Input = 0x0001_0000;
        public const int Output = 0x0002_0000;
        public const int Margin = 0x0003_0000;
        public const int Config = 0x0004_0000;
        public const int Weights = 0x0010_0000;

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
}
