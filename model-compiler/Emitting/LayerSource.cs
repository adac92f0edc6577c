using Barrel.Runtime;

namespace Barrel.Compiler.Emitting;

/// <summary>
/// Writes one layer as a class. Cells are local variables where they fit: a tap then takes two instructions, and cells stay from a row to the next.
/// Where they do not fit they lie in an array, in which a tap takes four.
/// </summary>
internal sealed class LayerSource(HotLayer hot)
{
    /// <summary>Local variables that a method of the interpreter may have is 255; some are not cells.</summary>
    private const int CellLocalsMax = 235;

    private readonly CodeText _code = new();

    public static string NameOf(int index) => $"Layer{index}";

    private TapLayer Layer => hot.Layer;

    /// <summary>Cells of one phase, as variables.</summary>
    private int Locals => new TileSource(hot, 0, true).Cells.Length * (hot.IsByteLanes ? 1 : 2);

    public bool HasLocals => Locals <= CellLocalsMax;

    /// <summary>Bytes of the array that its cells lie in on the board; 0 where they are variables.</summary>
    public long TileBytes => HasLocals ? 0 : 8L * Locals;

    /// <summary>Bytes of IL, at most; once it is written.</summary>
    public int IlBytes => _code.IlBytes;

    public string Write()
    {
        _code.Line($"/// <summary>'{Xml(Layer.Name)}': {Layer.InputChannels} channels to {Layer.Rows}, {Layer.KernelHeight}x{Layer.KernelWidth}, {Layer.TapCount} taps.</summary>");
        _code.Open($"public sealed class {NameOf(hot.Index)} : GeneratedLayer");
        if (HasLocals)
            WriteWithLocals();
        else
            new TileLayerSource(hot, _code).Write();
        _code.Close();
        return _code.ToString();
    }

    internal static string Xml(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    /// <summary>Calls a method for each word of a row.</summary>
    internal static void WriteRun(CodeText code, HotLayer hot, string method)
    {
        code.Open("public override void Run(ulong[] words)");
        code.Line($"for (int word = 0; word < {hot.WordsAcross}; word++)");
        if (hot.SplitOut > 1)
            code.Line("{");
        for (int phase = 0; phase < hot.SplitOut; phase++)
            code.Line($"    {method}{Suffix(hot, phase)}(words, word, word > 0, word < {hot.WordsAcross - 1});");
        if (hot.SplitOut > 1)
            code.Line("}");
        code.Close();
    }

    internal static string Suffix(HotLayer hot, int phase) => hot.SplitOut == 1 ? "" : $"{phase}";

    private void WriteWithLocals()
    {
        WriteRun(_code, hot, "Column");
        for (int phase = 0; phase < hot.SplitOut; phase++)
            WriteColumn(phase);
    }

    /// <summary>All rows of one word's column of positions.</summary>
    private void WriteColumn(int phase)
    {
        TileSource tile = new(hot, phase, true);
        RowSource rows = new(hot, phase, (cell, half) => cell.Name + half);
        int ahead = tile.LinesAhead;
        _code.Line();
        _code.Open($"private static void Column{Suffix(hot, phase)}(ulong[] words, int word, bool hasLeft, bool hasRight)");
        _code.Line($"const ulong even = {Lanes.Words(0xFF)};");
        tile.WriteDeclarations(_code);
        _code.Line(hot.IsByteLanes ? "ulong own;" : "ulong own, near;");
        rows.WriteVariables(_code);
        _code.Line($"int at = word + {Signed((tile.ReferenceLine - (ahead * Layer.StrideY)) * hot.LineWordsIn)};");
        _code.Line($"int to = word - {ahead * hot.LineWordsOut};");
        _code.Line($"int line = {-ahead * Layer.StrideY};");
        _code.Open($"for (int y = {-ahead}; y < {Layer.GridHeight}; y++)");
        tile.WriteMoves(_code);
        tile.WriteLoads(_code, (cell, half) => cell.Name + half);
        if (ahead > 0)
            _code.Open("if (y >= 0)");
        foreach (RowForm row in hot.Rows)
            rows.Write(_code, row);
        if (ahead > 0)
            _code.Close();
        _code.Line($"at += {Layer.StrideY * hot.LineWordsIn};");
        _code.Line($"to += {hot.LineWordsOut};");
        _code.Line($"line += {Layer.StrideY};");
        _code.Close();
        _code.Close();
    }

    private static string Signed(int value) => value < 0 ? $"({value})" : $"{value}";
}
