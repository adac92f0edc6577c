namespace Barrel.Runtime
{
    /// <summary>CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), as in RFC 3720.</summary>
    public static class Crc32C
    {
        private static readonly uint[] Table = MakeTable();

        /// <summary>Checksum of a blob from <paramref name="offset"/> on.</summary>
        public static uint Compute(BlobBytes data, int offset)
        {
            uint[] table = Table;
            uint crc = 0xFFFFFFFF;
            for (int i = offset; i < data.Length; i++)
                crc = table[(crc ^ data.At(i)) & 0xFF] ^ (crc >> 8);
            return crc ^ 0xFFFFFFFF;
        }

        /// <summary>Checksum of <paramref name="length"/> bytes from <paramref name="offset"/> on.</summary>
        public static uint Compute(byte[] data, int offset, int length)
        {
            uint[] table = Table;
            uint crc = 0xFFFFFFFF;
            int end = offset + length;
            for (int i = offset; i < end; i++)
                crc = table[(crc ^ data[i]) & 0xFF] ^ (crc >> 8);
            return crc ^ 0xFFFFFFFF;
        }

        private static uint[] MakeTable()
        {
            uint[] table = new uint[256];
            for (uint n = 0; n < 256; n++)
            {
                uint c = n;
                for (int k = 0; k < 8; k++)
                    c = (c & 1) != 0 ? (c >> 1) ^ 0x82F63B78 : c >> 1;
                table[n] = c;
            }

            return table;
        }
    }
}
