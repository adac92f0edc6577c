namespace Barrel.Runtime
{
    /// <summary>
    /// Reads the fields of a blob. A field can take far less than a bit, so what is left of the file bounds nothing: instead every value is paid from a
    /// budget that grows with the file, which keeps a damaged one from asking for minutes or gigabytes.
    /// </summary>
    internal sealed class BlobCursor
    {
        private readonly RangeDecoder _decoder;
        private readonly AdaptiveBits _bits = new AdaptiveBits(Fields.Count * Fields.BitsEach);
        private readonly AdaptiveBits _textBits = new AdaptiveBits(Fields.TextBits);
        private readonly byte[][] _lastTexts = new byte[Fields.TextKinds][];
        private readonly BlobBytes _data;
        private readonly int _end;
        private long _valuesLeft;

        /// <param name="data">The blob.</param>
        /// <param name="start">First byte of a stream.</param>
        /// <param name="end">One behind its last byte, zeros behind it included.</param>
        public BlobCursor(BlobBytes data, int start, int end)
        {
            _data = data;
            _end = end;
            _decoder = new RangeDecoder(data, start, end);
            _valuesLeft = ModelFormat.ValuesMax(data.Length);
        }

        /// <summary>Reads on behind the fields that were read so far; whoever does so must give it back where the next field begins.</summary>
        public RangeDecoder Decoder
        {
            get { return _decoder; }
        }

        /// <summary>A number between two values, coded as its distance from the lesser.</summary>
        public int Number(int context, int min, int max, string field)
        {
            long value = min + Raw(context, field);
            if (value > max)
                throw Bad(field, value, min, max);
            return (int)value;
        }

        /// <summary>A signed number: 0, −1, 1, −2 ... are 0, 1, 2, 3 ...</summary>
        public int Signed(int context, string field)
        {
            long value = Raw(context, field);
            long half = value >> 1;
            return (int)((value & 1) != 0 ? -half - 1 : half);
        }

        /// <summary>A number between two values, coded as its distance from the one that is expected.</summary>
        public int Near(int context, int expected, int min, int max, string field)
        {
            long value = (long)expected + Signed(context, field);
            if (value < min || value > max)
                throw Bad(field, value, min, max);
            return (int)value;
        }

        /// <summary>Bits that are as likely 0 as 1.</summary>
        public int EvenBits(int count)
        {
            return _decoder.EvenBits(count);
        }

        /// <summary>Says that so many values will be read: before memory is taken for them.</summary>
        public void Announce(long values, string field)
        {
            if (values > _valuesLeft)
                throw new BarrelException(
                    ModelErrors.BadField, field + " takes " + values + " values at byte " + _decoder.Position + "; a blob of " + _data.Length
                    + " bytes may have " + _valuesLeft + " more");
        }

        /// <summary>Pays for values that are read past this cursor.</summary>
        public void Spend(long values, string field)
        {
            Announce(values, field);
            _valuesLeft -= values;
        }

        /// <summary>UTF-8 text of the basic plane: what it shares with the one before of its kind, and the bytes between.</summary>
        public string Text(int kind, string field)
        {
            byte[] last = _lastTexts[kind];
            int lastLength = last == null ? 0 : last.Length;
            int shared = Number(Fields.TextShared, 0, lastLength, field);
            int ending = Number(Fields.TextEnding, 0, lastLength - shared, field);
            int between = Number(Fields.TextLength, 0, ModelFormat.ExtentMax, field);
            int length = shared + between + ending;
            Announce(length, field);
            byte[] bytes = new byte[length];
            if (last != null)
            {
                System.Array.Copy(last, 0, bytes, 0, shared);
                System.Array.Copy(last, lastLength - ending, bytes, shared + between, ending);
            }

            for (int i = 0; i < between; i++)
                bytes[shared + i] = TextByte();
            Spend(length, field);
            _lastTexts[kind] = bytes;
            return FromUtf8(bytes, field);
        }

        /// <summary>Checks that the blob ends here. Zeros may follow: they pay for values, in a network that has almost only zeros.</summary>
        public void CheckEnd()
        {
            for (int i = _decoder.Position; i < _end; i++)
                if (_data.At(i) != 0)
                    throw new BarrelException(ModelErrors.Truncated, (_end - i) + " bytes follow the last field");
            if (!_decoder.AtEnd)
                throw new BarrelException(ModelErrors.BadField, "the last field does not end where its stream does");
        }

        private static string FromUtf8(byte[] bytes, string field)
        {
            char[] chars = new char[bytes.Length];
            int n = 0;
            int at = 0;
            while (at < bytes.Length)
            {
                int b = bytes[at++];
                int more = b < 0x80 ? 0 : (b & 0xE0) == 0xC0 ? 1 : (b & 0xF0) == 0xE0 ? 2 : -1;
                if (more < 0 || at + more > bytes.Length)
                    throw new BarrelException(ModelErrors.BadField, field + " is not text");
                int c = more == 0 ? b : more == 1 ? b & 0x1F : b & 0x0F;
                for (; more > 0; more--)
                    c = (c << 6) | (bytes[at++] & 0x3F);
                chars[n++] = (char)c;
            }

            return new string(chars, 0, n);
        }

        private byte TextByte()
        {
            int node = 1;
            for (int i = 0; i < 8; i++)
                node = (node << 1) | _decoder.Bit(_textBits, node);
            return (byte)(node & 0xFF);
        }

        /// <summary>0 to 2^32 − 1.</summary>
        private long Raw(int context, string field)
        {
            Spend(1, field);
            int n = 0;
            while (_decoder.Bit(_bits, Fields.LengthBit(context, n)) != 0)
                if (++n > Fields.LengthMax)
                    throw new BarrelException(ModelErrors.BadField, field + " has more than 32 bits at byte " + _decoder.Position);
            if (n == 0)
                return 0;
            long value = 2 + _decoder.Bit(_bits, Fields.FirstBit(context, n));
            value = (value << (n - 1)) + _decoder.EvenBits(n - 1);
            if (value > 0x100000000L)
                throw new BarrelException(ModelErrors.BadField, field + " has more than 32 bits at byte " + _decoder.Position);
            return value - 1;
        }

        private BarrelException Bad(string field, long value, long min, long max)
        {
            return new BarrelException(
                ModelErrors.BadField, field + " is " + value + " at byte " + _decoder.Position + "; it must be " + min + " to " + max);
        }
    }
}
