using Barrel.Runtime;

namespace Barrel.Compiler.Emitting;

/// <summary>Writes a layer whose cells are too many for local variables: they lie in an array, filled for each word of positions.</summary>
internal sealed class TileLayerSource(HotLayer hot, CodeText code)
{
    /// <summary>Taps of one method.</summary>
    private const int MethodTapsMax = 1200;

    private TapLayer Layer => hot.Layer;

    public void Write()
    {
        RowForm[][] groups = Groups();
        TileSource first = new(hot, 0, false);
        code.Line($"private readonly ulong[] tile = new ulong[{first.Cells.Length * first.Halves.Length}];");
        code.Line();
        code.Open("public override void Run(ulong[] words)");
        code.Line($"int at = {first.ReferenceLine * hot.LineWordsIn};");
        code.Line("int to = 0;");
        code.Line("int line = 0;");
        code.Open($"for (int y = 0; y < {Layer.GridHeight}; y++)");
        code.Open($"for (int word = 0; word < {hot.WordsAcross}; word++)");
        for (int phase = 0; phase < hot.SplitOut; phase++)
        {
            string suffix = LayerSource.Suffix(hot, phase);
            code.Line($"Fill{suffix}(words, tile, at + word, line, word > 0, word < {hot.WordsAcross - 1});");
            for (int group = 0; group < groups.Length; group++)
                code.Line($"Rows{suffix}From{groups[group][0].Index}(words, tile, to + word);");
        }

        code.Close();
        code.Line($"at += {Layer.StrideY * hot.LineWordsIn};");
        code.Line($"to += {hot.LineWordsOut};");
        code.Line($"line += {Layer.StrideY};");
        code.Close();
        code.Close();
        for (int phase = 0; phase < hot.SplitOut; phase++)
        {
            WriteFill(phase);
            foreach (RowForm[] group in groups)
                WriteRows(phase, group);
        }
    }

    /// <summary>All rows together where greatest sums are compared.</summary>
    private RowForm[][] Groups()
    {
        if (Layer.Mode == AccumulatorLayer.ModeArgMax)
            return [hot.Rows];
        List<RowForm[]> groups = [];
        List<RowForm> group = [];
        foreach (RowForm row in hot.Rows)
        {
            if (group.Count > 0 && group.Sum(r => r.Taps.Length) + row.Taps.Length > MethodTapsMax)
            {
                groups.Add([.. group]);
                group.Clear();
            }

            group.Add(row);
        }

        groups.Add([.. group]);
        return [.. groups];
    }

    private void WriteFill(int phase)
    {
        TileSource tile = new(hot, phase, false);
        Dictionary<Cell, int> places = Places(tile);
        code.Line();
        code.Open($"private static void Fill{LayerSource.Suffix(hot, phase)}(ulong[] words, ulong[] tile, int at, int line, bool hasLeft, bool hasRight)");
        code.Line($"const ulong even = {Lanes.Words(0xFF)};");
        code.Line(hot.IsByteLanes ? "ulong own;" : "ulong own, near;");
        tile.WriteLoads(code, (cell, half) => Place(places, cell, half));
        code.Close();
    }

    private void WriteRows(int phase, RowForm[] group)
    {
        Dictionary<Cell, int> places = Places(new TileSource(hot, phase, false));
        RowSource rows = new(hot, phase, (cell, half) => Place(places, cell, half));
        code.Line();
        code.Open($"private static void Rows{LayerSource.Suffix(hot, phase)}From{group[0].Index}(ulong[] words, ulong[] tile, int to)");
        code.Line($"const ulong even = {Lanes.Words(0xFF)};");
        rows.WriteVariables(code);
        foreach (RowForm row in group)
            rows.Write(code, row);
        code.Close();
    }

    private static Dictionary<Cell, int> Places(TileSource tile) =>
        tile.Cells.Select((cell, i) => (cell, i)).ToDictionary(p => p.cell, p => p.i * tile.Halves.Length);

    private static string Place(Dictionary<Cell, int> places, Cell cell, string half) => $"tile[{places[cell] + (half == "o" ? 1 : 0)}]";
}
