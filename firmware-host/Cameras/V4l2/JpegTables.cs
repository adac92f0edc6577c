namespace Barrel.Host.Cameras.V4l2;

/// <summary>Many cameras leave the Huffman tables out of their pictures, as AVI files do: those of the JPEG standard's annex K are meant.</summary>
internal static class JpegTables
{
    private const byte Start = 0xd8;
    private const byte HuffmanTables = 0xc4;
    private const byte StartOfScan = 0xda;
    private const byte End = 0xd9;

    // Values of the tables for AC coefficients, by number of the code: run of zeros, size of the value.
    private static readonly byte[] LumaValues = Convert.FromHexString(
        "01020300041105122131410613516107227114328191A1082342B1C11552D1F02433627282090A161718191A25262728292A3435363738393A434445464748494A"
        + "535455565758595A636465666768696A737475767778797A838485868788898A92939495969798999AA2A3A4A5A6A7A8A9AAB2B3B4B5B6B7B8B9BAC2C3C4C5C6C7"
        + "C8C9CAD2D3D4D5D6D7D8D9DAE1E2E3E4E5E6E7E8E9EAF1F2F3F4F5F6F7F8F9FA");

    private static readonly byte[] ChromaValues = Convert.FromHexString(
        "000102031104052131061241510761711322328108144291A1B1C109233352F0156272D10A162434E125F11718191A262728292A35363738393A43444546474849"
        + "4A535455565758595A636465666768696A737475767778797A82838485868788898A92939495969798999AA2A3A4A5A6A7A8A9AAB2B3B4B5B6B7B8B9BAC2C3C4C5"
        + "C6C7C8C9CAD2D3D4D5D6D7D8D9DAE2E3E4E5E6E7E8E9EAF2F3F4F5F6F7F8F9FA");

    /// <summary>The segment of all four tables, marker included.</summary>
    public static readonly byte[] Huffman = Segment();

    /// <summary>Copies a picture, with the tables where it has none.</summary>
    /// <param name="captured">What the camera gave; bytes after the picture do no harm.</param>
    /// <param name="picture">Takes as many bytes and <see cref="Huffman"/>.</param>
    /// <returns>Bytes of the copy; 0 where it is no whole JPEG picture.</returns>
    public static int Complete(ReadOnlySpan<byte> captured, Span<byte> picture)
    {
        // Without its end it was cut off, and a decoder would make up the rest of it.
        if (captured.Length < 4 || captured[0] != 0xff || captured[1] != Start || captured.LastIndexOf([(byte)0xff, End]) < 0)
            return 0;
        int at = 2;
        while (at + 4 <= captured.Length && captured[at] == 0xff && captured[at + 1] != StartOfScan)
        {
            if (captured[at + 1] == HuffmanTables)
            {
                captured.CopyTo(picture);
                return captured.Length;
            }

            at += 2 + ((captured[at + 2] << 8) | captured[at + 3]);
        }

        if (at + 4 > captured.Length || captured[at] != 0xff)
            return 0;
        captured[..at].CopyTo(picture);
        Huffman.CopyTo(picture[at..]);
        captured[at..].CopyTo(picture[(at + Huffman.Length)..]);
        return captured.Length + Huffman.Length;
    }

    private static byte[] Segment()
    {
        // How many codes have 1 to 16 bits.
        byte[] dc = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
        byte[] tables =
        [
            0x00, .. Convert.FromHexString("00010501010101010100000000000000"), .. dc,
            0x10, .. Convert.FromHexString("0002010303020403050504040000017D"), .. LumaValues,
            0x01, .. Convert.FromHexString("00030101010101010101010000000000"), .. dc,
            0x11, .. Convert.FromHexString("00020102040403040705040400010277"), .. ChromaValues,
        ];
        int length = tables.Length + 2;
        return [0xff, HuffmanTables, (byte)(length >> 8), (byte)length, .. tables];
    }
}
