namespace Barrel.Runtime
{
    /// <summary>
    /// Probabilities of bits, each learned from the bits coded with it: in 1/65536 that the next one is 0. A new one moves half way to what it sees, a well
    /// known one 1/64, always by shifts.
    /// </summary>
    public sealed class AdaptiveBits
    {
        /// <summary>A probability is used with this many bits.</summary>
        public const int CodedBits = 12;

        private const int StoredBits = 16;

        private static readonly byte[] Rates = MakeRates();

        private readonly ushort[] _zero;
        private readonly byte[] _seen;

        public AdaptiveBits(int count)
        {
            _zero = new ushort[count];
            _seen = new byte[count];
            Reset();
        }

        /// <summary>Forgets everything: all bits are as likely 0 as 1.</summary>
        public void Reset()
        {
            for (int i = 0; i < _zero.Length; i++)
            {
                _zero[i] = 1 << (StoredBits - 1);
                _seen[i] = 0;
            }
        }

        /// <summary>Probability that the bit is 0: 3 to 4092 of 4096, so that both bits keep a part of the range.</summary>
        public int ZeroOf(int index)
        {
            return _zero[index] >> (StoredBits - CodedBits);
        }

        /// <summary>Learns a bit.</summary>
        public void Learn(int index, int bit)
        {
            int zero = _zero[index];
            int seen = _seen[index];
            int rate = Rates[seen];
            if (seen < Rates.Length - 1)
                _seen[index] = (byte)(seen + 1);
            if (bit == 0)
                zero += ((1 << StoredBits) - zero) >> rate;
            else
                zero -= zero >> rate;
            _zero[index] = (ushort)zero;
        }

        /// <summary>[bits seen]: about log2 of so many and one and a half: 1, 2, 2, four times 3, eight times 4, sixteen times 5, then 6.</summary>
        private static byte[] MakeRates()
        {
            byte[] rates = new byte[32];
            for (int i = 0; i < rates.Length; i++)
                rates[i] = (byte)(i < 1 ? 1 : i < 3 ? 2 : i < 7 ? 3 : i < 15 ? 4 : i < 31 ? 5 : 6);
            return rates;
        }
    }
}
