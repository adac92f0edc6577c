using System.Buffers.Binary;

namespace Barrel.Host.Chip;

/// <summary>What an answer turned out to be.</summary>
internal enum ChipAnswer
{
    Done,

    /// <summary>No frame at all: the line is stuck, or nobody is there.</summary>
    None,

    /// <summary>A frame whose check does not hold, or that answers another request.</summary>
    Damaged,

    /// <summary>The chip could not read the request.</summary>
    NotUnderstood,

    Busy,

    /// <summary>An address that is not there or not writable.</summary>
    Refused,
}

/// <summary>The frames of <c>boards/tdnn-link.md</c>: a request and its answer in one transfer. Nothing here allocates.</summary>
internal static class ChipFrame
{
    /// <summary>Words of a transfer beside those that are written and read.</summary>
    public const int OverheadWords = 12;

    private const int HeaderWords = 7;
    private const int WaitWords = 2;
    private const byte Marker = 0xA5;
    private const byte StatusReset = 0x80;
    private const byte StatusBusy = 0x40;
    private const byte StatusFixedMask = 0x30;
    private const byte StatusFixed = 0x20;
    private const byte StatusCodeMask = 0x0F;
    private const ushort CheckStart = 0xFFFF;
    private const ushort CheckPolynomial = 0x1021;

    private static readonly ushort[] CheckTable = MakeCheckTable();

    /// <summary>Bytes of a transfer that writes and reads so many words.</summary>
    public static int BytesOf(int written, int read) => (OverheadWords + written + read) * 2;

    /// <summary>Fills the buffer with a request and zeros for its answer.</summary>
    public static void WriteRequest(Span<byte> sent, byte sequence, uint writeAddress, ReadOnlySpan<ushort> data, uint readAddress, int readWords)
    {
        sent.Clear();
        sent[0] = sequence;
        sent[1] = Marker;
        BinaryPrimitives.WriteUInt16BigEndian(sent[2..], (ushort)data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sent[4..], writeAddress);
        BinaryPrimitives.WriteUInt16BigEndian(sent[8..], (ushort)readWords);
        BinaryPrimitives.WriteUInt32BigEndian(sent[10..], readAddress);
        int at = HeaderWords * 2;
        foreach (ushort word in data)
        {
            BinaryPrimitives.WriteUInt16BigEndian(sent[at..], word);
            at += 2;
        }

        BinaryPrimitives.WriteUInt16BigEndian(sent[at..], CheckOf(CheckStart, sent[..at]));
    }

    /// <summary>Looks at the answer to a request; the words that were read are copied only where all of it is right.</summary>
    /// <param name="sent">The request.</param>
    /// <param name="received">As long.</param>
    /// <param name="writtenWords">Words that the request wrote.</param>
    /// <param name="result">Takes the words that it read.</param>
    /// <param name="wasReset">Whether the chip says that it has been reset.</param>
    public static ChipAnswer ReadAnswer(ReadOnlySpan<byte> sent, ReadOnlySpan<byte> received, int writtenWords, Span<ushort> result, out bool wasReset)
    {
        wasReset = false;
        int checkAt = (HeaderWords + writtenWords) * 2;
        int at = checkAt + ((1 + WaitWords) * 2);
        byte status = received[at + 1];
        if ((status & StatusFixedMask) != StatusFixed)
            return ChipAnswer.None;
        int end = at + ((1 + result.Length) * 2);
        ushort check = CheckOf(CheckOf(CheckStart, sent.Slice(checkAt, 2)), received[at..end]);
        if (BinaryPrimitives.ReadUInt16BigEndian(received[end..]) != check)
            return ChipAnswer.Damaged;
        switch (status & StatusCodeMask)
        {
            case 0:
                break;
            case 1 or 2:
                return ChipAnswer.NotUnderstood;
            case 5:
                return received[at] == sent[0] ? ChipAnswer.Busy : ChipAnswer.Damaged;
            default:
                return received[at] == sent[0] ? ChipAnswer.Refused : ChipAnswer.Damaged;
        }

        if (received[at] != sent[0])
            return ChipAnswer.Damaged;
        if ((status & StatusBusy) != 0)
            return ChipAnswer.Busy;
        wasReset = (status & StatusReset) != 0;
        for (int i = 0; i < result.Length; i++)
            result[i] = BinaryPrimitives.ReadUInt16BigEndian(received[(at + 2 + (i * 2))..]);
        return ChipAnswer.Done;
    }

    private static ushort CheckOf(ushort check, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
            check = (ushort)((check << 8) ^ CheckTable[(check >> 8) ^ b]);
        return check;
    }

    private static ushort[] MakeCheckTable()
    {
        ushort[] table = new ushort[256];
        for (int i = 0; i < table.Length; i++)
        {
            int check = i << 8;
            for (int bit = 0; bit < 8; bit++)
                check = (check << 1) ^ ((check & 0x8000) != 0 ? CheckPolynomial : 0);
            table[i] = (ushort)check;
        }

        return table;
    }
}
