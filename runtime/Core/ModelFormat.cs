namespace Barrel.Runtime
{
    /// <summary>The constants of the blob. <c>ModelFormat.md</c> beside this file has the byte table.</summary>
    public static class ModelFormat
    {
        /// <summary>Bytes 'B' 'R' 'L' 0x1A, read as a little-endian number.</summary>
        public const uint Magic = 0x1A4C5242;

        public const int Version = 3;

        /// <summary>Magic, version, flags, length, checksum.</summary>
        public const int HeaderBytes = 16;

        /// <summary>A flag of the header: where a TDNN chip's chains lie follows the layers.</summary>
        public const int FlagPlaced = 1;

        public const int LayerTaps = 1;
        public const int LayerBinary = 2;
        public const int LayerMaxPool = 3;
        public const int LayerResize = 4;

        /// <summary>Tensors begin at multiples of this, so that rows of wide tensors meet cache lines.</summary>
        public const int TensorAlignment = 64;

        /// <summary>Greatest exponent of a tap: a code shifted by more could not be summed in 31 bits.</summary>
        public const int ExponentMax = 30;

        /// <summary>Greatest height, width or channel count.</summary>
        public const int ExtentMax = 65535;

        /// <summary>Most segments of a TDNN chip.</summary>
        public const int SegmentsMax = 65536;

        /// <summary>Greatest height, width, stride or dilation of a kernel.</summary>
        public const int KernelMax = 4096;

        /// <summary>Greatest number of phases in each direction.</summary>
        public const int PhasesMax = 64;

        /// <summary>Greatest number of inputs of a layer.</summary>
        public const int InputsMax = 64;

        /// <summary>Inputs are read at most 2^n times in each direction.</summary>
        public const int UpsampleShiftMax = 6;

        /// <summary>Most leading exponents of the weights of a layer, from the least to the greatest.</summary>
        public const int LevelsMax = 64;

        /// <summary>
        /// Most values (numbers, bytes of text, weights, zeros included) that a blob of so many bytes may hold. Real networks hold about five a byte; one
        /// that holds more than this is filled up with zero bytes.
        /// </summary>
        public static long ValuesMax(int blobBytes)
        {
            return 65536 + ((long)blobBytes << 8);
        }
    }

    /// <summary>Codes of what can be wrong with a blob.</summary>
    public static class ModelErrors
    {
        /// <summary>BRL3001: the file does not begin as a blob does.</summary>
        public const int NotABlob = 3001;

        /// <summary>BRL3002: the blob has another format version.</summary>
        public const int OtherVersion = 3002;

        /// <summary>BRL3003: the blob is shorter or longer than it says.</summary>
        public const int Truncated = 3003;

        /// <summary>BRL3004: the checksum does not match.</summary>
        public const int ChecksumMismatch = 3004;

        /// <summary>BRL3005: a field has a value that no compiler writes.</summary>
        public const int BadField = 3005;

        /// <summary>BRL3006: a sum could leave 32 bits.</summary>
        public const int Overflow = 3006;

        /// <summary>BRL3007: the network needs more memory than the caller allows.</summary>
        public const int TooLarge = 3007;

        /// <summary>BRL3008: no executor of that name on this machine.</summary>
        public const int UnknownExecutor = 3008;

        /// <summary>BRL3009: generated layers were made from another blob.</summary>
        public const int OtherNetwork = 3009;
    }
}
