using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Barrel.Compiler.Reports.Html;

/// <summary>
/// Markup that grows. What stands in the holes of an interpolated string is escaped, because names come from files that nobody vouches for, and numbers are
/// written the same in every country. Another <see cref="HtmlText"/> in a hole goes in as it is.
/// </summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _markup = new();

    public HtmlText Add([InterpolatedStringHandlerArgument("")] Escaping markup)
    {
        _ = markup;
        return this;
    }

    /// <summary>A constant of the program, such as the style sheet.</summary>
    public HtmlText AddTrusted(string markup)
    {
        _markup.Append(markup);
        return this;
    }

    public override string ToString() => _markup.ToString();

    private static string Escape(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            clean.Append(Rune.IsControl(rune) ? Rune.ReplacementChar.ToString() : rune.ToString());
        return WebUtility.HtmlEncode(clean.ToString());
    }

    /// <summary>What the compiler makes of an interpolated string.</summary>
    [InterpolatedStringHandler]
    internal readonly struct Escaping
    {
        private readonly StringBuilder _to;

        public Escaping(int literalLength, int formattedCount, HtmlText text)
        {
            _to = text._markup;
            _to.EnsureCapacity(_to.Length + literalLength + (8 * formattedCount));
        }

        public void AppendLiteral(string markup) => _to.Append(markup);

        public void AppendFormatted(HtmlText markup) => _to.Append(markup._markup);

        public void AppendFormatted(string? text) => _to.Append(Escape(text ?? ""));

        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable => _to.Append(Escape(value.ToString(format, CultureInfo.InvariantCulture)));
    }
}
