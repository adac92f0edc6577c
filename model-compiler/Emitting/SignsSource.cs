using Barrel.Runtime;

namespace Barrel.Compiler.Emitting;

/// <summary>
/// Writes a binary layer whose outputs are bits. A row's weights are constants that a window's words are compared with by XOR; carry-save adders bring the words
/// to one plane for each binary digit before anything is counted. Sums of the lowest digits are XORs of words and constants: XORs of words are made once for
/// all rows (<c>p…</c>), those of constants here.
/// </summary>
internal sealed class SignsSource(BinaryLayer layer, int index, int outputPlane)
{
    /// <summary>Words whose digits fit a byte when they are counted: 8 · 31 ones.</summary>
    private const int WordsMax = 31;

    private const int RowsOfClass = 16;

    private CodeText _code = new();
    private readonly List<(ulong Mask, string Name)> _forms = [];
    private int _names;

    public static string NameOf(int index) => $"Signs{index}";

    /// <summary>Why a layer has no such form; empty where it has.</summary>
    public static string WhyNot(BinaryLayer layer, int windowWords)
    {
        if (layer.Mode != AccumulatorLayer.ModeRequantize || layer.SlopeCount is not null || layer.Borders is not null || layer.Skips.Length > 0 || layer.High.Any(h => h != 1))
            return "its outputs are not bits of sums alone";
        return windowWords > WordsMax ? $"its windows have {windowWords} words, more than {WordsMax}" : "";
    }

    /// <summary>A class that calls those of some rows each, which may lie in other assemblies.</summary>
    /// <param name="weights">[row·words + i]: weights as windows have their words.</param>
    /// <param name="words">Words of a window.</param>
    public IEnumerable<Piece> Write(ulong[] weights, int words)
    {
        int[] firsts = [.. Enumerable.Range(0, (layer.Rows + RowsOfClass - 1) / RowsOfClass).Select(i => i * RowsOfClass)];
        _code.Line($"/// <summary>'{LayerSource.Xml(layer.Name)}': {layer.Rows} rows of {layer.FanIn} weights of one bit.</summary>");
        _code.Open($"public sealed class {NameOf(index)} : GeneratedSigns");
        _code.Open("public override void Run(ulong[] window, byte[] arena, int to)");
        foreach (int first in firsts)
            _code.Line($"{RowsName(first)}.Run(window, arena, to);");
        _code.Close();
        _code.Close();
        yield return new Piece(layer, NameOf(index), _code.ToString(), _code.IlBytes);
        foreach (int first in firsts)
        {
            _code = new CodeText();
            WriteRows(weights, words, first, Math.Min(layer.Rows, first + RowsOfClass));
            yield return new Piece(layer, RowsName(first), _code.ToString(), _code.IlBytes);
        }
    }

    private string RowsName(int first) => $"{NameOf(index)}From{first}";

    private void WriteRows(ulong[] weights, int words, int first, int end)
    {
        _code.Line($"/// <summary>Rows from {first} on of '{LayerSource.Xml(layer.Name)}'.</summary>");
        _code.Open($"public static class {RowsName(first)}");
        _code.Open("public static void Run(ulong[] window, byte[] arena, int to)");
        _forms.Clear();
        for (int i = 0; i < words; i++)
        {
            _code.Line($"ulong w{i} = window[{i}];");
            _forms.Add((1UL << i, $"w{i}"));
        }

        // The forms are those of any row: written once ahead, without statements.
        CodeText rows = new();
        HashSet<string> variables = [];
        for (int row = first; row < end; row++)
            WriteRow(rows, variables, [.. weights.Skip(row * words).Take(words)], row);
        foreach ((ulong mask, string name) in _forms.Skip(words))
            _code.Line($"ulong {name} = {string.Join(" ^ ", Enumerable.Range(0, words).Where(i => ((mask >> i) & 1) != 0).Select(i => $"w{i}"))};");
        _code.Line($"ulong {string.Join(", ", variables)};");
        _code.Lines(rows);
        _code.Close();
        _code.Close();
    }

    private void WriteRow(CodeText rows, HashSet<string> variables, ulong[] weights, int row)
    {
        _names = 0;
        int most = MostDifferent(row);
        rows.Line();
        rows.Line($"// Row {row}: 1 where at most {most} differ.");
        string Take(string value)
        {
            string name = $"v{_names++}";
            variables.Add(name);
            rows.Line($"{name} = {value};");
            return name;
        }

        string Form(ulong mask)
        {
            (ulong _, string? name) = _forms.Find(f => f.Mask == mask);
            if (name is null)
                _forms.Add((mask, name = $"p{_forms.Count}"));
            ulong constant = 0;
            for (int i = 0; i < weights.Length; i++)
                if (((mask >> i) & 1) != 0)
                    constant ^= weights[i];
            return $"({name} ^ {Lanes.Literal(constant)})";
        }

        List<string> planes = [];
        List<string> carries = [];
        Queue<ulong> open = new(Enumerable.Range(0, weights.Length).Select(i => 1UL << i));
        while (open.Count >= 3)
        {
            (ulong a, ulong b, ulong c) = (open.Dequeue(), open.Dequeue(), open.Dequeue());
            carries.Add(Take($"{Form(a)} ^ ({Form(a | b)} & {Form(a | c)})"));
            open.Enqueue(a | b | c);
        }

        ulong last = open.Dequeue();
        if (open.Count > 0)
        {
            ulong other = open.Dequeue();
            carries.Add(Take($"{Form(last)} & {Form(other)}"));
            last |= other;
        }

        planes.Add(Take(Form(last)));
        while (carries.Count > 0)
        {
            Queue<string> column = new(carries);
            carries = [];
            while (column.Count >= 2)
            {
                (string a, string b) = (column.Dequeue(), column.Dequeue());
                string either = Take($"{a} ^ {b}");
                if (column.Count == 0)
                {
                    carries.Add(Take($"{a} & {b}"));
                    column.Enqueue(either);
                    break;
                }

                string c = column.Dequeue();
                carries.Add(Take($"({a} & {b}) | ({either} & {c})"));
                column.Enqueue(Take($"{either} ^ {c}"));
            }

            planes.Add(column.Dequeue());
        }

        string total = Take(Counted(planes, Take));
        total = Take($"({total} & 0x00FF00FF00FF00FFUL) + (({total} >> 8) & 0x00FF00FF00FF00FFUL)");
        total = Take($"{total} + ({total} >> 16)");
        rows.Line($"arena[to + {row * outputPlane}] = (byte)(((int)({total} + ({total} >> 32)) & 0xFFFF) <= {most} ? 1 : 0);");
    }

    /// <summary>Ones of all planes in bytes, each plane counting twice the one before.</summary>
    private static string Counted(List<string> planes, Func<string, string> take)
    {
        List<string> terms = [];
        for (int p = 0; p < planes.Count; p += 2)
        {
            string nibbles = Nibbles(planes[p], take);
            if (p + 1 < planes.Count)
                nibbles = take($"{nibbles} + ({Nibbles(planes[p + 1], take)} << 1)");
            string bytes = $"(({nibbles} & 0x0F0F0F0F0F0F0F0FUL) + (({nibbles} >> 4) & 0x0F0F0F0F0F0F0F0FUL))";
            terms.Add(p == 0 ? bytes : $"({bytes} << {p})");
        }

        return string.Join(" + ", terms);
    }

    private static string Nibbles(string plane, Func<string, string> take)
    {
        string pairs = take($"{plane} - (({plane} >> 1) & 0x5555555555555555UL)");
        return take($"({pairs} & 0x3333333333333333UL) + (({pairs} >> 2) & 0x3333333333333333UL)");
    }

    /// <summary>How many inputs may differ from their weights for a 1; −1 where none may. The sum falls by two for each.</summary>
    private int MostDifferent(int row)
    {
        int most = -1;
        for (int different = 0; different <= layer.FanIn; different++)
            if (Requantizer.Requantize(layer, row, layer.Bias[row] + layer.FanIn - (2 * different)) == 1)
                most = different;
            else
                break;
        return most;
    }
}
