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
