namespace Barrel.ChipEmulator;

/// <summary>Where the words of a frame stand, and what is constant in them.</summary>
internal sealed class FrameLayout
{
    private const string WordColumn = "word";
    private const string HostColumn = "host sends";
    private const string ChipColumn = "chip sends";

    public FrameLayout(LinkDocument document)
    {
        string[][] rows = [.. document.Table(WordColumn, HostColumn, ChipColumn)];
        WordIndex Sent(string what) => Row(rows, 1, what);
        WordIndex Answered(string what) => Row(rows, 2, what);

        First = Sent("sequence number (high byte)").Constant;
        WriteCount = Sent("n, words to write").Constant;
        WriteAddress = Sent("write address, high word first").Constant;
        ReadCount = Sent("m, words to read").Constant;
        ReadAddress = Sent("read address, high word first").Constant;
        Data = Sent("data");
        Check = Sent("check of words");
        Status = Answered("the request's sequence number (high byte), status (low byte)");
        AnswerData = Answered("data");
        AnswerCheck = Answered("check of the request's check word");

        Mark = document.InProse("sequence number (high byte), `@` (low byte)", 16);
        Polynomial = document.InProse("polynomial @, beginning with", 16);
        Beginning = document.InProse("beginning with @, no reflection and no final inversion", 16);
        ResetBit = document.InProse("**Status**: bit @: the chip has been reset");
        BusyBit = document.InProse("; bit @: busy; bits # and #: always");
        OneBit = document.InProse("bits @ and #: always 1 and 0");
    }

    /// <summary>Word with the sequence number and the mark.</summary>
    public int First { get; }

    /// <summary>Low byte of the first word.</summary>
    public int Mark { get; }

    /// <summary>Word with n, how many are to be written.</summary>
    public int WriteCount { get; }

    /// <summary>First of two words.</summary>
    public int WriteAddress { get; }

    /// <summary>Word with m, how many are to be read.</summary>
    public int ReadCount { get; }

    /// <summary>First of two words.</summary>
    public int ReadAddress { get; }

    /// <summary>First word to write.</summary>
    public WordIndex Data { get; }

    /// <summary>The request's check, over all words before it.</summary>
    public WordIndex Check { get; }

    /// <summary>The answer's first word.</summary>
    public WordIndex Status { get; }

    /// <summary>First word read.</summary>
    public WordIndex AnswerData { get; }

    /// <summary>The answer's check and the frame's last word.</summary>
    public WordIndex AnswerCheck { get; }

    public int Polynomial { get; }

    /// <summary>What a check begins with.</summary>
    public int Beginning { get; }

    /// <summary>Bit of the status that tells a reset.</summary>
    public int ResetBit { get; }

    /// <summary>Bit of the status that tells that the chip is busy.</summary>
    public int BusyBit { get; }

    /// <summary>Bit of the status that is always 1.</summary>
    public int OneBit { get; }

    private static WordIndex Row(string[][] rows, int column, string what)
    {
        string[] row = rows.FirstOrDefault(r => r[column].StartsWith(what, StringComparison.Ordinal))
            ?? throw LinkDocument.Missing($"a word of the frame with '{what}'");
        return WordIndex.Parse(row[0]);
    }
}
