using System.Globalization;

namespace Barrel.Compiler;

/// <summary>Names that somebody else chose (files, tensors, classes) as parts of a line, so that they can neither end it nor steer a terminal.</summary>
internal static class OneLine
{
    /// <summary>Line breaks become one space each, other control characters '?'.</summary>
    public static string Of(string text)
    {
        string joined = text.Replace("\r\n", " ", StringComparison.Ordinal);
        return string.Create(joined.Length, joined, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
                to[i] = Shown(from[i]);
        });
    }

    private static char Shown(char c) => char.GetUnicodeCategory(c) switch
    {
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => ' ',
        UnicodeCategory.Control => c is '\n' or '\r' or '\v' or '\f' or '\u0085' or '\t' ? ' ' : '?',
        _ => c,
    };
}
