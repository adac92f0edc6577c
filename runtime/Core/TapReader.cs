namespace Barrel.Runtime
{
    /// <summary>
    /// Streams a layer's taps out of the blob. A row is: its number of runs; a run is the taps of one exponent and sign, exponents falling:
    /// one byte exponent·2 + (1 for minus), the number of taps, then the gaps between their kernel indices, which rise.
    /// A kernel index is (channel in the group·KernelHeight + ky)·KernelWidth + kx. Numbers are LEB128 varints.
    /// </summary>
    public sealed class TapReader
    {
        private readonly byte[] _data;
        private readonly int _end;
        private int _position;
        private int _lastTap;

        public TapReader(byte[] data, int offset, int length)
        {
            _data = data;
            _position = offset;
            _end = offset + length;
        }

        /// <summary>Exponent of the run that BeginRun read.</summary>
        public int Exponent { get; private set; }

        /// <summary>Whether the run's taps are subtracted.</summary>
        public bool Negative { get; private set; }

        /// <summary>Where the next byte is read.</summary>
        public int Position
        {
            get { return _position; }
        }

        /// <summary>Starts a row; returns its number of runs.</summary>
        public int BeginRow()
        {
            return ReadVarint();
        }

        /// <summary>Starts a run; returns its number of taps.</summary>
        public int BeginRun()
        {
            int head = ReadByte();
            Exponent = head >> 1;
            Negative = (head & 1) != 0;
            _lastTap = -1;
            return ReadVarint();
        }

        /// <summary>Kernel index of the next tap.</summary>
        public int NextTap()
        {
            _lastTap += 1 + ReadVarint();
            return _lastTap;
        }

        private int ReadByte()
        {
            if (_position >= _end)
                throw new BarrelException(ModelErrors.Truncated, "taps end early at byte " + _position);
            return _data[_position++];
        }

        private int ReadVarint()
        {
            int b = ReadByte();
            if (b < 0x80)
                return b;
            int value = b & 0x7F;
            for (int shift = 7; shift < 28; shift += 7)
            {
                b = ReadByte();
                value |= (b & 0x7F) << shift;
                if (b < 0x80)
                    return value;
            }

            throw new BarrelException(ModelErrors.BadField, "number of more than 28 bits among the taps at byte " + _position);
        }
    }
}
