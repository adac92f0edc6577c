using System.Globalization;
using Barrel.Boards;

namespace Barrel.ChipEmulator;

/// <summary>
/// The link's register document, <c>tdnn-link.md</c>, as its tables and sentences say it. The emulator has no number of the link but those
/// found here, so that a mistake in the driver's own copy of them shows.
/// </summary>
internal sealed class LinkDocument
{
    private const string Resource = "tdnn-link.md";

    private static readonly Lazy<LinkDocument> Shipped = new(() => new LinkDocument(ReadResource()));

    private readonly List<string[][]> tables = [];
    private readonly string prose;

    /// <param name="markdown">The whole document.</param>
    public LinkDocument(string markdown)
    {
        List<string[]> rows = [];
        foreach (string line in (markdown + "\n").Split('\n').Select(l => l.Trim()))
        {
            if (line.StartsWith('|'))
                rows.Add([.. line.Trim('|').Split('|').Select(c => c.Trim())]);
            else if (rows.Count > 0)
            {
                tables.Add([.. rows]);
                rows.Clear();
            }
        }

        prose = string.Join(' ', markdown.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The document that this program was built with.</summary>
    public static LinkDocument Embedded => Shipped.Value;

    /// <summary>Rows of the table whose header is this, without the header and the line below it.</summary>
    /// <exception cref="InvalidDataException">There is none, or a row has another number of cells.</exception>
    public IEnumerable<string[]> Table(params string[] header)
    {
        string[][] table = tables.Find(t => t[0].SequenceEqual(header))
            ?? throw Missing($"a table with the header | {string.Join(" | ", header)} |");
        foreach (string[] row in table[2..])
        {
            if (row.Length != header.Length)
                throw new InvalidDataException($"{Resource}: the row | {string.Join(" | ", row)} | has {row.Length} cells; its table has {header.Length}");
        }

        return table[2..];
    }

    /// <summary>The meaning of a single register.</summary>
    public string Meaning(string register) =>
        Table("address", "name", "access", "meaning").FirstOrDefault(r => r[1] == register)?[3] ?? throw Missing($"the register {register}");

    /// <summary>The code of a status.</summary>
    public int StatusCode(string name)
    {
        string[] row = Table("code", "name", "meaning").FirstOrDefault(r => r[1] == name) ?? throw Missing($"the status {name}");
        return Number(row[0], 10);
    }

    /// <summary>The number that a sentence of the document has where the pattern has '@'.</summary>
    /// <param name="pattern">Text that one place fits; '#' stands for a number that is passed over.</param>
    /// <param name="radix">10 or 16.</param>
    public int InProse(string pattern, int radix = 10) => Find(prose, pattern, radix);

    /// <summary>The same for the meaning of a register.</summary>
    public int InMeaning(string register, string pattern, int radix = 10) => Find(Meaning(register), pattern, radix);

    /// <summary>A whole number of one of the document's cells; spaces between digits are passed over.</summary>
    public static int Number(string text, int radix)
    {
        NumberStyles style = radix == 16 ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return int.TryParse(text.Replace(" ", ""), style, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new InvalidDataException($"{Resource}: '{text}' stands where a number to base {radix} does");
    }

    public static InvalidDataException Missing(string what) => new($"{Resource} lacks {what}");

    private static int Find(string text, string pattern, int radix)
    {
        int count = 0, number = 0;
        for (int at = 0; at < text.Length; at++)
        {
            if (Fits(text.AsSpan(at), pattern, radix, out Range digits) && !(IsNumberFirst(pattern) && at > 0 && char.IsAsciiLetterOrDigit(text[at - 1])))
            {
                count++;
                number = Number(text[at..][digits], radix);
            }
        }

        return count == 1 ? number : throw new InvalidDataException($"{Resource} says {count} times what fits '{pattern}'; once would be right");
    }

    // A number is taken whole: its later digits are no place of their own.
    private static bool IsNumberFirst(string pattern) => pattern[0] is '@' or '#';

    private static bool Fits(ReadOnlySpan<char> text, string pattern, int radix, out Range wanted)
    {
        wanted = default;
        int at = 0;
        foreach (char c in pattern)
        {
            int begin = at;
            if (c is not ('@' or '#'))
            {
                if (at == text.Length || text[at++] != c)
                    return false;
                continue;
            }

            while (at < text.Length && (char.IsAsciiDigit(text[at]) || (radix == 16 && text[at] is >= 'A' and <= 'F')))
                at++;
            if (at == begin)
                return false;
            if (c == '@')
                wanted = begin..at;
        }

        return true;
    }

    private static string ReadResource()
    {
        using Stream stream = typeof(Board).Assembly.GetManifestResourceStream(Resource) ?? throw Missing("itself");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
