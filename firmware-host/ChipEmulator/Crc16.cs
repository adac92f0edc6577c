namespace Barrel.ChipEmulator;

/// <summary>The check of frames, two bytes a step: most significant bit first, no reflection, no final inversion.</summary>
internal sealed class Crc16
{
    private readonly ushort[] ofHighByte = new ushort[256];
    private readonly ushort[] ofLowByte = new ushort[256];
    private readonly ushort beginning;

    /// <param name="polynomial">Coefficients of x^15 to x^0; that of x^16 is understood.</param>
    /// <param name="beginning">The remainder before the first byte.</param>
    public Crc16(int polynomial, int beginning)
    {
        this.beginning = (ushort)beginning;
        for (int value = 0; value < 256; value++)
        {
            ofLowByte[value] = Shifted((ushort)(value << 8), polynomial, 8);
            ofHighByte[value] = Shifted((ushort)(value << 8), polynomial, 16);
        }
    }

    /// <summary>The check of an even number of bytes.</summary>
    public ushort Of(ReadOnlySpan<byte> bytes) => Of(bytes, beginning);

    /// <summary>The check of one word and, after it, an even number of bytes.</summary>
    public ushort Of(ushort firstWord, ReadOnlySpan<byte> bytes) => Of(bytes, Next(beginning, firstWord));

    private ushort Of(ReadOnlySpan<byte> bytes, ushort remainder)
    {
        for (int i = 0; i + 1 < bytes.Length; i += 2)
            remainder = Next(remainder, (ushort)((bytes[i] << 8) | bytes[i + 1]));
        return remainder;
    }

    private ushort Next(ushort remainder, ushort word)
    {
        int sum = remainder ^ word;
        return (ushort)(ofHighByte[sum >> 8] ^ ofLowByte[sum & 0xFF]);
    }

    private static ushort Shifted(ushort value, int polynomial, int bits)
    {
        for (int bit = 0; bit < bits; bit++)
            value = (ushort)((value << 1) ^ ((value & 0x8000) != 0 ? polynomial : 0));
        return value;
    }
}
