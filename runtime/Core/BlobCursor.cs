namespace Barrel.Runtime
{
    /// <summary>Reads the fields of a blob; every read checks the end.</summary>
    internal sealed class BlobCursor
    {
        private readonly byte[] _data;
        private readonly int _end;

        public BlobCursor(byte[] data, int start, int end)
        {
            _data = data;
            Position = start;
            _end = end;
        }

        public int Position { get; private set; }

        public int BytesLeft
        {
            get { return _end - Position; }
        }

        public int Byte()
        {
            Need(1);
            return _data[Position++];
        }

        /// <summary>A byte that must be between two values.</summary>
        public int Byte(int min, int max, string field)
        {
            int value = Byte();
            if (value < min || value > max)
                throw Bad(field, value, min, max);
            return value;
        }

        /// <summary>LEB128, at most 32 bits with the value at most int.MaxValue, between two values.</summary>
        public int Varint(int min, int max, string field)
        {
            long value = 0;
            for (int shift = 0; ; shift += 7)
            {
                int b = Byte();
                value |= (long)(b & 0x7F) << shift;
                if (b < 0x80)
                    break;
                if (shift == 63 - 7)
                    throw Bad(field, -1, min, max);
            }

            if (value < min || value > max)
                throw new BarrelException(
                    ModelErrors.BadField, field + " is " + value + " at byte " + Position + "; it must be " + min + " to " + max);
            return (int)value;
        }

        /// <summary>A signed number in zigzag order (0, −1, 1, −2 ...).</summary>
        public int SignedVarint(string field)
        {
            long value = 0;
            for (int shift = 0; ; shift += 7)
            {
                int b = Byte();
                value |= (long)(b & 0x7F) << shift;
                if (b < 0x80)
                    break;
                if (shift == 28)
                    throw new BarrelException(ModelErrors.BadField, field + " has more than 32 bits at byte " + Position);
            }

            if (value > 0xFFFFFFFFL)
                throw new BarrelException(ModelErrors.BadField, field + " has more than 32 bits at byte " + Position);
            long half = value >> 1;
            return (int)((value & 1) != 0 ? -half - 1 : half);
        }

        /// <summary>A count of things that take at least <paramref name="bytesEach"/> bytes each of what is left.</summary>
        public int Count(int min, int bytesEach, string field)
        {
            int count = Varint(min, int.MaxValue, field);
            NeedEach(count, bytesEach, field);
            return count;
        }

        /// <summary>Says that <paramref name="count"/> things of at least <paramref name="bytesEach"/> bytes each must still come.</summary>
        public void NeedEach(int count, int bytesEach, string field)
        {
            if ((long)count * bytesEach > BytesLeft)
                throw new BarrelException(
                    ModelErrors.BadField, field + " is " + count + " at byte " + Position + "; only " + BytesLeft + " bytes follow");
        }

        public long UInt64()
        {
            Need(8);
            long value = 0;
            for (int i = 0; i < 8; i++)
                value |= (long)_data[Position++] << (i << 3);
            return value;
        }

        public byte[] Bytes(int count)
        {
            Need(count);
            byte[] bytes = new byte[count];
            System.Array.Copy(_data, Position, bytes, 0, count);
            Position += count;
            return bytes;
        }

        public void Skip(int count)
        {
            Need(count);
            Position += count;
        }

        /// <summary>UTF-8 text of the basic plane behind its length.</summary>
        public string Text(string field)
        {
            int count = Count(0, 1, field);
            int end = Position + count;
            char[] chars = new char[count];
            int n = 0;
            while (Position < end)
            {
                int b = _data[Position++];
                int more = b < 0x80 ? 0 : (b & 0xE0) == 0xC0 ? 1 : (b & 0xF0) == 0xE0 ? 2 : -1;
                if (more < 0 || Position + more > end)
                    throw new BarrelException(ModelErrors.BadField, field + " is not text at byte " + Position);
                int c = more == 0 ? b : more == 1 ? b & 0x1F : b & 0x0F;
                for (; more > 0; more--)
                    c = (c << 6) | (_data[Position++] & 0x3F);
                chars[n++] = (char)c;
            }

            return new string(chars, 0, n);
        }

        private void Need(int count)
        {
            if (count < 0 || count > _end - Position)
                throw new BarrelException(
                    ModelErrors.Truncated, "blob ends early: " + count + " bytes wanted at byte " + Position + ", " + (_end - Position) + " left");
        }

        private BarrelException Bad(string field, long value, long min, long max)
        {
            return new BarrelException(
                ModelErrors.BadField, field + " is " + value + " at byte " + (Position - 1) + "; it must be " + min + " to " + max);
        }
    }
}
