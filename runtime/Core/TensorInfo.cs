namespace Barrel.Runtime
{
    /// <summary>A tensor in the arena: planes [channels, height, width], rows and planes without gaps.</summary>
    public sealed class TensorInfo
    {
        public int Channels;
        public int Height;
        public int Width;

        /// <summary>1 to 8: unsigned codes, a byte each. 32: raw accumulators, signed, four bytes each, little-endian.</summary>
        public int Bits;

        /// <summary>
        /// Whether codes are those of <see cref="LogCode"/>, counted from one zero for all channels: value = (level − level of the zero)·2^exponent.
        /// </summary>
        public bool IsLog;

        /// <summary>Byte offset in the arena; a multiple of 64.</summary>
        public int ArenaOffset;

        /// <summary>value = (code − zero)·2^exponent. One entry for all channels, or one a channel.</summary>
        public sbyte[] ScaleExponents;

        /// <summary>Code of the value zero, which padding takes. One entry for all channels, or one a channel.</summary>
        public byte[] Zeros;

        public int ByteCount()
        {
            return Channels * Height * Width * (Bits == 32 ? 4 : 1);
        }

        /// <summary>What a code counts as in a sum: itself, or its level where codes are log.</summary>
        public int LevelOf(int code)
        {
            return IsLog ? LogCode.LevelOf(code, Zeros[0]) : code;
        }

        /// <summary>Greatest level of a tensor of codes.</summary>
        public int LevelMax()
        {
            return LevelOf((1 << Bits) - 1);
        }

        /// <summary>[code]: its level; null where a code is its own level.</summary>
        public ushort[]? LevelTable()
        {
            return IsLog ? LogCode.LevelsOf(this) : null;
        }

        public int ZeroOf(int channel)
        {
            return Zeros[Zeros.Length == 1 ? 0 : channel];
        }

        public int ScaleExponentOf(int channel)
        {
            return ScaleExponents[ScaleExponents.Length == 1 ? 0 : channel];
        }
    }
}
