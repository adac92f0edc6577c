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

    /// <summary>Words written and read that one frame has room for, at least 20.</summary>
    private readonly int _payloadMax = (transferBytesMax / 2) - OverheadWords;

    /// <summary>Words that follow each other are written.</summary>
    public long Write(long words) => words + (OverheadWords * Frames(words, _payloadMax));

    /// <summary>Words that follow each other are written, and read back in the same frames.</summary>
    public long WriteAndReadBack(long words) => (2 * words) + (OverheadWords * Frames(words, _payloadMax / 2));

    /// <summary>Inputs are written and results read, by the frame that brings the last input where that has room.</summary>
    public long Evaluate(long inputWords, long resultWords) =>
        inputWords + resultWords + (OverheadWords * Frames(inputWords + resultWords, _payloadMax));

    private static long Frames(long words, int most) => (words + most - 1) / most;
}
