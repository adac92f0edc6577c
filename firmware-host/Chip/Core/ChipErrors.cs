namespace Barrel.Host.Chip
{
    /// <summary>Codes of what can go wrong with a TDNN chip: BRL5001 to BRL5099.</summary>
    public static class ChipErrors
    {
        /// <summary>The link's name is neither an emulator nor an SPI bus and chip select.</summary>
        public const int UnknownLink = 5001;

        /// <summary>The SPI device cannot be opened.</summary>
        public const int LinkUnavailable = 5002;

        /// <summary>Nothing that answers as a chip does.</summary>
        public const int NoAnswer = 5003;

        /// <summary>Answers keep coming damaged.</summary>
        public const int Damaged = 5004;

        /// <summary>The chip is busy and stays so.</summary>
        public const int Hangs = 5005;

        /// <summary>The chip refuses a request that is right by the link's document.</summary>
        public const int Refused = 5006;

        /// <summary>The chip loses its state again and again.</summary>
        public const int Resets = 5007;

        /// <summary>Another chip than the board's file says, or than the blob was placed for.</summary>
        public const int WrongChip = 5008;

        /// <summary>What is read back is not what was written.</summary>
        public const int ReadBack = 5009;

        /// <summary>Programming would wear the chip's cells out, or did.</summary>
        public const int WornOut = 5010;

        /// <summary>The blob has no layer on a chip.</summary>
        public const int NotPlaced = 5011;

        /// <summary>The chip's self-test does not give what it must.</summary>
        public const int SelfTest = 5012;

        /// <summary>The record of a chip's wear cannot be read or written.</summary>
        public const int WearRecord = 5013;

        /// <summary>Settings of the emulator are wrong.</summary>
        public const int BadEmulation = 5014;

        /// <summary>The emulated chip cannot be served as a device.</summary>
        public const int CannotServe = 5015;

        /// <summary>It would wear a ReRAM chip, and nobody said that it may.</summary>
        public const int WearNotAllowed = 5016;

        /// <summary>A sweep's values are none that its setting can have.</summary>
        public const int BadSweep = 5017;

        /// <summary>Not an error of a user's: the chip was reset, and what it held must be loaded again.</summary>
        internal const int WasReset = 5090;
    }
}
