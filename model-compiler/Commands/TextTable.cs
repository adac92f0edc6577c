using System.Text;

namespace Barrel.Compiler.Commands;

/// <summary>Columns in plain text: the first one to the left, the others to the right. Looks the same in a terminal and in a file.</summary>
public sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> _rows = [Array.ConvertAll(headings, OneLine.Of)];

    /// <param name="cells">One for each heading.</param>
    public void Add(params string[] cells) => _rows.Add(Array.ConvertAll(cells, OneLine.Of));

    public void Write(TextWriter writer)
    {
        int[] widths = [.. Enumerable.Range(0, headings.Length).Select(c => _rows.Max(r => r[c].Length))];
        for (int r = 0; r < _rows.Count; r++)
        {
            var line = new StringBuilder();
            for (int c = 0; c < widths.Length; c++)
                line.Append(c == 0 ? _rows[r][c].PadRight(widths[c]) : "  " + _rows[r][c].PadLeft(widths[c]));
            writer.WriteLine(line.ToString().TrimEnd());
            if (r == 0)
                writer.WriteLine(string.Join("  ", widths.Select(w => new string('-', w))));
        }
    }
}
