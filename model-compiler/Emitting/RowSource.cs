using Barrel.Runtime;

namespace Barrel.Compiler.Emitting;

/// <summary>Writes the statements of a row for eight positions: what its skips add, its sum, its output.</summary>
internal sealed class RowSource
{
    private readonly HotLayer _hot;
    private readonly int _phase;
    private readonly SumSource _sums;
    private readonly WriteOutSource _output;

    /// <param name="hot">The layer.</param>
    /// <param name="phase">Of the output's columns.</param>
    /// <param name="operand">How a cell is read.</param>
    public RowSource(HotLayer hot, int phase, Func<Cell, string, string> operand)
    {
        _hot = hot;
        _phase = phase;
        _sums = new SumSource(hot, (cell, half) => cell.IsSkip ? cell.Name + half : operand(cell, half));
        _output = new WriteOutSource(hot, _sums);
    }

    public void WriteVariables(CodeText code)
    {
        for (int s = 0; s < _hot.Layer.Skips.Length; s++)
            code.Line(_hot.IsByteLanes ? $"ulong s{s};" : $"ulong s{s}e, s{s}o;");
        _sums.WriteVariables(code);
        _output.WriteVariables(code);
    }

    public void Write(CodeText code, RowForm row)
    {
        code.Line();
        code.Line($"// Row {row.Index}: {row.Taps.Length} taps.");
        foreach (Cell skip in row.Taps.Select(t => t.Cell).Where(c => c.IsSkip))
            WriteSkip(code, row, skip);
        _sums.Write(code, row);
        if (_hot.Layer.Mode == AccumulatorLayer.ModeArgMax)
            _output.WriteBest(code, row, _hot.FirstOutputWord(0, _phase));
        else
            _output.Write(code, row, _hot.FirstOutputWord(row.Index, _phase));
    }

    private void WriteSkip(CodeText code, RowForm row, Cell skip)
    {
        string word = $"words[to + {_hot.FirstSkipWord(skip.Channel, row.Index, _phase)}]";
        if (_hot.IsByteLanes)
        {
            code.Line($"{skip.Name} = {word};");
            return;
        }

        code.Line($"{skip.Name}o = {word};");
        code.Line($"{skip.Name}e = {skip.Name}o & even;");
        code.Line($"{skip.Name}o = ({skip.Name}o >> 8) & even;");
    }
}
