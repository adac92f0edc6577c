namespace Barrel.Host;

/// <summary>
/// Text of somebody else's (names of files and models, messages of drivers) as part of a line, which it can neither end nor colour.
/// </summary>
internal static class OneLine
{
    /// <summary>Line breaks and tabs become a space each, other control characters '?'.</summary>
    public static string Of(string text) =>
        string.Concat(text.ReplaceLineEndings(" ").Select(c => c == '\t' ? ' ' : char.IsControl(c) ? '?' : c));

    /// <summary>An exception's message, without the full stop that would stand in the middle of the line.</summary>
    public static string Of(Exception e) => Of(e.Message).TrimEnd('.', ' ');
}
