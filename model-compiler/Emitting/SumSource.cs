using System.Text;

namespace Barrel.Compiler.Emitting;

/// <summary>
/// Writes a row's sum. From byte lanes two words come out: <c>all</c>, in which a 16-bit lane holds even + 256·odd, and <c>odd</c>; no mask is needed for the
/// former. From 16-bit lanes <c>even</c> and <c>odd</c>. Both are exact modulo 2^64 whatever borrows cross lanes.
/// </summary>
internal sealed class SumSource(HotLayer hot, Func<Cell, string, string> operand)
{
    /// <summary>What <see cref="Write"/> added to every lane so that no byte borrowed.</summary>
    public long Added { get; private set; }

    /// <summary>The even sums, less what every lane has too much.</summary>
    public string Even(long offset) => hot.IsByteLanes ? $"all - (odd << 8){Plus(offset)}" : $"sumEven{Plus(offset)}";

    /// <summary>The odd ones.</summary>
    public string Odd(long offset) => hot.IsByteLanes ? $"odd{Plus(offset)}" : $"sumOdd{Plus(offset)}";

    /// <summary>Variables that a row needs.</summary>
    public void WriteVariables(CodeText code) => code.Line(hot.IsByteLanes ? "ulong part, all, odd;" : "ulong sumEven, sumOdd;");

    public void Write(CodeText code, RowForm row)
    {
        Added = 0;
        if (hot.IsByteLanes)
        {
            WriteBytes(code, row);
            return;
        }

        code.Line($"sumEven = {Horner(row.Taps, 0, row.Taps.Length, 0, "e")};");
        code.Line($"sumOdd = {Horner(row.Taps, 0, row.Taps.Length, 0, "o")};");
    }

    private void WriteBytes(CodeText code, RowForm row)
    {
        Chunk[] chunks = ChunkPlan.Of(row.Taps);
        if (chunks.Length == 0)
        {
            code.Line("all = 0;");
            code.Line("odd = 0;");
        }

        for (int i = 0; i < chunks.Length; i++)
        {
            Chunk chunk = chunks[i];
            string below = chunk.Below > 0 ? $" + {Lanes.Bytes(chunk.Below)}" : "";
            Added += (long)chunk.Below << chunk.Exponent;
            code.Line($"part = {Horner(row.Taps, chunk.First, chunk.End, chunk.Exponent, "")}{below};");
            int apart = i == 0 ? 0 : chunks[i - 1].Exponent - chunk.Exponent;
            code.Line(i == 0 ? "all = part;" : $"all = {Shifted("all", apart)} + part;");
            code.Line(i == 0 ? "odd = (part >> 8) & even;" : $"odd = {Shifted("odd", apart)} + ((part >> 8) & even);");
        }

        int last = chunks.Length == 0 ? 0 : chunks[^1].Exponent;
        if (last > 0)
        {
            code.Line($"all <<= {last};");
            code.Line($"odd <<= {last};");
        }
    }

    /// <summary>Σ ±2^(e − unit)·cell as one expression, shifted once for each exponent.</summary>
    private string Horner(CellTap[] taps, int first, int end, int unit, string half)
    {
        if (first == end)
            return "0";
        StringBuilder text = new();
        int exponent = taps[first].Exponent;
        for (int t = first; t < end; t++)
        {
            CellTap tap = taps[t];
            if (tap.Exponent != exponent)
            {
                text.Insert(0, '(').Append($") << {exponent - tap.Exponent}");
                text.Insert(0, '(').Append(')');
                exponent = tap.Exponent;
            }

            if (text.Length > 0)
                text.Append(tap.IsNegative ? " - " : " + ");
            else if (tap.IsNegative)
                text.Append("0UL - ");
            text.Append(operand(tap.Cell, half));
        }

        if (exponent != unit)
            text.Insert(0, '(').Append($") << {exponent - unit}");
        return text.ToString();
    }

    private static string Shifted(string name, int bits) => bits == 0 ? name : $"({name} << {bits})";

    private static string Plus(long offset) => offset == 0 ? "" : $" + {Lanes.Words(offset)}";
}
