namespace Barrel.Compiler.Placing;

/// <summary>
/// Words that transfers on the chip's link take, by the frame of <c>tdnn-link.md</c>: what there is to write and to read, and <see cref="OverheadWords"/> for each
/// frame that it is split into.
/// </summary>
/// <param name="transferBytesMax">Longest frame, bytes.</param>
internal sealed class LinkFrames(int transferBytesMax)
{
    /// <summary>Header, check and answer of a frame.</summary>
    public const int OverheadWords = 12;

    /// <summary>Bytes of a word.</summary>
    public const int WordBytes = 2;

    /// <summary>Words written and read that one frame has room for, at least 20.</summary>
    private readonly int _payloadMax = (transferBytesMax / WordBytes) - OverheadWords;

    /// <summary>Words that follow each other are written, or are read.</summary>
    public long OneWay(long words) => words + (OverheadWords * ((words + _payloadMax - 1) / _payloadMax));

    /// <summary>Words are written, and the same words read back.</summary>
    public long WriteAndReadBack(long words) => 2 * OneWay(words);

    /// <summary>Inputs are written and results read, in one frame where both fit.</summary>
    public long Evaluate(long inputWords, long resultWords) =>
        inputWords + resultWords <= _payloadMax ? OneWay(inputWords + resultWords) : OneWay(inputWords) + OneWay(resultWords);
}
