namespace Barrel.Runtime
{
    /// <summary>
    /// Reads bits out of a range-coded stream, the carry kind that LZMA made known (7-zip, "LZMA specification", 2015). Numbers are long, because the
    /// upper bit of a uint is not safe in every dialect that this file compiles in.
    /// </summary>
    public sealed class RangeDecoder
    {
        /// <summary>The range is at least 2^RangeBitsMin before each bit.</summary>
        public const int RangeBitsMin = 24;

        private readonly BlobBytes _data;
        private readonly int _end;
        private long _range;
        private long _code;

        /// <param name="data">Holds the stream.</param>
        /// <param name="start">Its first byte.</param>
        /// <param name="end">One behind the last byte that may be read.</param>
        /// <exception cref="BarrelException">BRL3003: fewer than four bytes.</exception>
        public RangeDecoder(BlobBytes data, int start, int end)
        {
            _data = data;
            _end = end;
            Position = start;
            _range = 0xFFFFFFFFL;
            for (int i = 0; i < 4; i++)
                _code = (_code << 8) + NextByte();
        }

        /// <summary>A second reader of the same stream, at the same place.</summary>
        public RangeDecoder(RangeDecoder other)
        {
            _data = other._data;
            _end = other._end;
            MoveTo(other);
        }

        /// <summary>Next byte that will be read; up to four behind the bit that is decoded.</summary>
        public int Position { get; private set; }

        /// <summary>Whether the stream can end here: the encoder leaves the code at zero.</summary>
        public bool AtEnd
        {
            get { return _code == 0; }
        }

        /// <summary>Goes on where another reader of the same stream is.</summary>
        public void MoveTo(RangeDecoder other)
        {
            Position = other.Position;
            _range = other._range;
            _code = other._code;
        }

        /// <summary>A bit, 0 or 1, with a learned probability.</summary>
        public int Bit(AdaptiveBits bits, int index)
        {
            long bound = (_range >> AdaptiveBits.CodedBits) * bits.ZeroOf(index);
            int bit;
            if (_code < bound)
            {
                _range = bound;
                bit = 0;
            }
            else
            {
                _code -= bound;
                _range -= bound;
                bit = 1;
            }

            bits.Learn(index, bit);

            // Twice where the bit was a very unlikely one.
            while (_range < 1L << RangeBitsMin)
                Shift();
            return bit;
        }

        /// <summary>So many bits that are as likely 0 as 1, the highest first; at most 31.</summary>
        public int EvenBits(int count)
        {
            int value = 0;
            for (; count > 0; count--)
            {
                _range >>= 1;
                value <<= 1;
                if (_code >= _range)
                {
                    _code -= _range;
                    value |= 1;
                }

                if (_range < 1L << RangeBitsMin)
                    Shift();
            }

            return value;
        }

        private void Shift()
        {
            _range <<= 8;
            _code = (_code << 8) + NextByte();
        }

        private int NextByte()
        {
            if (Position >= _end)
                throw new BarrelException(ModelErrors.Truncated, "blob ends early, at byte " + Position);
            return _data.At(Position++);
        }
    }
}
