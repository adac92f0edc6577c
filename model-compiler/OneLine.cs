namespace Barrel.Compiler;

/// <summary>
/// Names that somebody else chose (files, tensors, classes) as parts of a line, so that they can neither end it nor steer a terminal.
/// </summary>
internal static class OneLine
{
    /// <summary>Line breaks and tabs become a space each, other control characters '?'.</summary>
    public static string Of(string text) =>
        string.Concat(text.ReplaceLineEndings(" ").Select(c => c == '\t' ? ' ' : char.IsControl(c) ? '?' : c));
}
