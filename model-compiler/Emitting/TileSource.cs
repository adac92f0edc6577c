using Barrel.Runtime;

namespace Barrel.Compiler.Emitting;

/// <summary>
/// Brings the cells of one word of positions to where the sums read them. A word of eight lanes that lies some lanes apart is put together from two
/// words, or from one and padding. From a row of the output to the next most cells only move up: those are <see cref="IsMoved"/>.
/// </summary>
internal sealed class TileSource
{
    private readonly HotLayer _hot;
    private readonly TapLayer _layer;
    private readonly int _phase;
    private readonly bool _isRolled;
    private readonly HashSet<Cell> _used;

    /// <param name="hot">The layer.</param>
    /// <param name="phase">Of the output's columns.</param>
    /// <param name="isRolled">Whether cells stay from a row of the output to the next.</param>
    public TileSource(HotLayer hot, int phase, bool isRolled)
    {
        _hot = hot;
        _layer = hot.Layer;
        _phase = phase;
        _isRolled = isRolled;
        _used = [.. hot.Rows.SelectMany(r => r.Taps).Select(t => t.Cell).Where(c => !c.IsSkip)];
        Cells = [.. _used.OrderBy(c => c.Channel).ThenBy(c => c.Ky).ThenBy(c => c.Kx)];
    }

    /// <summary>All that taps read, in order.</summary>
    public Cell[] Cells { get; }

    /// <summary>Rows of the output before the first one, in which cells are loaded that then move up.</summary>
    public int LinesAhead => Cells.Select(MovesOf).DefaultIfEmpty(0).Max();

    /// <summary>Row of the input, relative to the first of the position's, from which words are counted.</summary>
    public int ReferenceLine => _hot.FirstLineOf(0);

    /// <summary>Moves cells up.</summary>
    public void WriteMoves(CodeText code)
    {
        foreach (Cell cell in Cells.Where(IsMoved))
            foreach (string half in Halves)
                code.Line($"{cell.Name}{half} = {Above(cell).Name}{half};");
    }

    /// <summary>Declares what moves, as padding, which is what lies above the first row.</summary>
    public void WriteDeclarations(CodeText code)
    {
        foreach (Cell cell in Cells)
            foreach (string half in Halves)
                code.Line($"ulong {cell.Name}{half} = {Padding(cell, half)};");
    }

    /// <summary>Loads the cells that do not move; the word of the row is <c>at</c>, the row <c>line</c>.</summary>
    /// <param name="code">Takes the statements.</param>
    /// <param name="target">Where a cell goes, with the half of its codes.</param>
    public void WriteLoads(CodeText code, Func<Cell, string, string> target)
    {
        foreach (IGrouping<int, Cell> line in Cells.Where(c => !IsMoved(c)).GroupBy(c => c.Ky).OrderBy(g => g.Key))
        {
            string condition = InsideCondition(line.Key);
            if (condition.Length > 0)
                code.Open($"if ({condition})");
            foreach (IGrouping<(int, int), Cell> words in line.GroupBy(c => (c.Channel, _hot.ColumnOf(c.Kx, _phase).Phase)))
                WriteWord(code, [.. words], target);
            if (condition.Length == 0)
                continue;
            code.Close();
            code.Open("else");
            foreach (Cell cell in line)
                foreach (string half in Halves)
                    code.Line($"{target(cell, half)} = {Padding(cell, half)};");
            code.Close();
        }
    }

    /// <summary>Codes are summed as they are, or even and odd ones apart.</summary>
    public string[] Halves => _hot.IsByteLanes ? [""] : ["e", "o"];

    private bool IsMoved(Cell cell) => _isRolled && _layer.StrideY % _layer.DilationY == 0 && _used.Contains(Above(cell));

    private Cell Above(Cell cell) => cell with { Ky = cell.Ky + (_layer.StrideY / _layer.DilationY) };

    private int MovesOf(Cell cell) => IsMoved(cell) ? 1 + MovesOf(Above(cell)) : 0;

    /// <summary>When the row that a kernel row reads is inside the input; empty where it always is.</summary>
    private string InsideCondition(int ky)
    {
        int first = _hot.FirstLineOf(ky);
        int least = first - (LinesAhead * _layer.StrideY);
        int greatest = first + ((_layer.GridHeight - 1) * _layer.StrideY);
        string low = least < 0 ? $"line >= {-first}" : "";
        string high = greatest >= _layer.InputHeight ? $"line < {_layer.InputHeight - first}" : "";
        return low.Length > 0 && high.Length > 0 ? $"{low} && {high}" : low + high;
    }

    /// <summary>The cells of one word and its neighbours.</summary>
    private void WriteWord(CodeText code, Cell[] cells, Func<Cell, string, string> target)
    {
        (int phase, _) = _hot.ColumnOf(cells[0].Kx, _phase);
        int word = _hot.FirstWordOf(cells[0], phase) + ((_hot.FirstLineOf(cells[0].Ky) - ReferenceLine) * _hot.LineWordsIn);
        int[] apart = [.. cells.Select(c => _hot.ColumnOf(c.Kx, _phase).Apart)];
        int straight = Array.IndexOf(apart, 0);
        string own = $"words[at + {word}]";
        if (_hot.IsByteLanes && straight >= 0)
        {
            string name = target(cells[straight], "");
            code.Line($"{name} = {own};");
            own = name;
        }
        else if (cells.Length > 1 || !_hot.IsByteLanes)
        {
            code.Line($"own = {own};");
            own = "own";
        }

        for (int i = 0; i < cells.Length; i++)
        {
            if (_hot.IsByteLanes)
            {
                if (i != straight)
                    code.Line($"{target(cells[i], "")} = {Shifted(cells[i], own, word, apart[i])};");
                continue;
            }

            string value = "own";
            if (apart[i] != 0)
            {
                code.Line($"near = {Shifted(cells[i], own, word, apart[i])};");
                value = "near";
            }

            code.Line($"{target(cells[i], "e")} = {value} & even;");
            code.Line($"{target(cells[i], "o")} = ({value} >> 8) & even;");
        }
    }

    private string Shifted(Cell cell, string own, int word, int apart)
    {
        int bits = 8 * Math.Abs(apart);
        bool isLeft = apart < 0;
        string kept = isLeft ? $"({own} << {bits})" : $"({own} >> {bits})";
        ulong zeros = (ulong)_hot.ZeroOf(cell) * 0x0101010101010101UL;
        string padding = Lanes.Literal(isLeft ? zeros >> (64 - bits) : zeros << (64 - bits));
        if (_hot.WordsAcross == 1)
            return padding == "0" ? kept : $"{kept} | {padding}";
        string neighbour = isLeft ? $"words[at + {word - 1}] >> {64 - bits}" : $"words[at + {word + 1}] << {64 - bits}";
        return $"{kept} | ({(isLeft ? "hasLeft" : "hasRight")} ? {neighbour} : {padding})";
    }

    private string Padding(Cell cell, string half) => half.Length == 0 ? Lanes.Bytes(_hot.ZeroOf(cell)) : Lanes.Words(_hot.ZeroOf(cell));
}
