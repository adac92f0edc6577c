namespace Barrel.Compiler.Emitting;

/// <summary>
/// Writes a row's sums to its output, eight at a time: shift, clamp below, clamp above, each on lanes. Where results fit a signed byte before they are
/// clamped, even and odd ones go together as bytes.
/// </summary>
internal sealed class WriteOutSource(HotLayer hot, SumSource sums)
{
    private const int ByteBias = 128;
    private const int WordBias = 1 << 15;

    /// <summary>Variables that a row needs.</summary>
    public void WriteVariables(CodeText code)
    {
        if (hot.Layer.Mode == Runtime.AccumulatorLayer.ModeArgMax)
            code.Line("ulong levels, apart, greater, bestEven, bestOdd, indexEven, indexOdd;");
        else
            code.Line(hot.Rows.All(IsBytes) ? "ulong codes, sign, over;" : "ulong codes, sign, over, low;");
    }

    /// <summary>Writes a row of codes to <c>words[to + …]</c>.</summary>
    public void Write(CodeText code, RowForm row, int word)
    {
        if (IsBytes(row))
            WriteBytes(code, row);
        else
            WriteWords(code, row);
        code.Line($"words[to + {word}] = codes{(row.Low == 0 ? "" : $" + {Lanes.Bytes(row.Low)}")};");
    }

    /// <summary>Keeps the greatest sum so far, and which row has it.</summary>
    public void WriteBest(CodeText code, RowForm row, int word)
    {
        long offset = row.Offset - sums.Added - hot.Rows.Min(r => r.Least);
        foreach ((string half, string sum) in new[] { ("Even", sums.Even(offset)), ("Odd", sums.Odd(offset)) })
        {
            if (row.Index == 0)
            {
                code.Line($"best{half} = {sum};");
                code.Line($"index{half} = 0;");
                continue;
            }

            code.Line($"levels = {sum};");
            WriteGreater(code, $"best{half}");
            if (row.Index < hot.Rows.Length - 1)
                code.Line($"best{half} ^= (best{half} ^ levels) & greater;");
            code.Line($"index{half} ^= (index{half} ^ {Lanes.Words(row.Index)}) & greater;");
        }

        if (row.Index == hot.Rows.Length - 1)
            code.Line($"words[to + {word}] = indexEven | (indexOdd << 8);");
    }

    /// <summary>Ones in the lanes in which <c>levels</c> is greater. With 15 bits a subtraction tells; with 16 it takes Hacker's Delight's comparison of lanes.</summary>
    private void WriteGreater(CodeText code, string best)
    {
        string signs = Lanes.Words(WordBias);
        if (hot.Rows.Max(r => r.Greatest) - hot.Rows.Min(r => r.Least) < WordBias)
        {
            code.Line($"greater = (levels + {Lanes.Words(WordBias - 1)} - {best}) & {signs};");
        }
        else
        {
            code.Line($"apart = (({best} | {signs}) - (levels & {Lanes.Words(WordBias - 1)})) ^ (({best} ^ ~levels) & {signs});");
            code.Line($"greater = ((~{best} & levels) | ((~{best} | levels) & apart)) & {signs};");
        }

        code.Line("greater = (greater << 1) - (greater >> 15);");
    }

    private static long LeastCode(RowForm row) => (row.Least >> row.Shift) - row.Low;

    private static long GreatestCode(RowForm row) => (row.Greatest >> row.Shift) - row.Low;

    private static bool IsBytes(RowForm row) => LeastCode(row) >= -ByteBias && GreatestCode(row) < ByteBias && row.High - row.Low < ByteBias;

    private void WriteBytes(CodeText code, RowForm row)
    {
        bool isNegative = LeastCode(row) < 0;
        int shift = row.Shift;

        // Up to a shift of 8 the bias of a byte is added before it; beyond, a 16-bit lane has no room for it.
        bool isBefore = shift <= 8;
        int bias = !isNegative ? 0 : isBefore ? ByteBias : WordBias >> shift;
        long offset = row.Offset - sums.Added - ((long)row.Low << shift) + ((long)bias << shift);
        int mask = isBefore ? 0xFF : 0xFFFF >> shift;
        string even = shift == 0 ? sums.Even(offset) : $"(({sums.Even(offset)}) >> {shift})";
        string odd = shift < 8 ? $"(({sums.Odd(offset)}) << {8 - shift})" : shift == 8 ? $"({sums.Odd(offset)})" : $"(({sums.Odd(offset)}) >> {shift - 8})";
        string joined = $"({(shift == 0 ? $"({even})" : even)} & {Lanes.Words(mask)}) | ({odd} & {Lanes.Words((long)mask << 8)})";
        code.Line($"codes = {(isNegative && !isBefore ? $"({joined}) + {Lanes.Bytes(ByteBias - bias)}" : joined)};");
        if (isNegative)
        {
            code.Line($"sign = codes & {Lanes.Bytes(0x80)};");
            code.Line("codes &= sign - (sign >> 7);");
        }

        int high = row.High - row.Low;
        if (GreatestCode(row) <= high)
            return;
        code.Line($"over = (codes + {Lanes.Bytes(0x7F - high)}) & {Lanes.Bytes(0x80)};");
        code.Line(IsAllOnes(high)
            ? $"codes = (codes | (over - (over >> 7))) & {Lanes.Bytes(high)};"
            : $"codes ^= (codes ^ {Lanes.Bytes(high)}) & (over - (over >> 7));");
    }

    private void WriteWords(CodeText code, RowForm row)
    {
        bool isNegative = LeastCode(row) < 0;
        int shift = row.Shift;
        int bias = isNegative ? WordBias : 0;
        long offset = row.Offset - sums.Added - ((long)row.Low << shift) + bias;
        WriteHalf(code, row, sums.Even(offset), isNegative);
        code.Line("low = codes;");
        WriteHalf(code, row, sums.Odd(offset), isNegative);
        code.Line("codes = low | (codes << 8);");
    }

    private static void WriteHalf(CodeText code, RowForm row, string sum, bool isNegative)
    {
        int shift = row.Shift;
        int sign = WordBias >> shift;
        code.Line(shift == 0 ? $"codes = {sum};" : $"codes = (({sum}) >> {shift}) & {Lanes.Words(0xFFFF >> shift)};");
        if (isNegative)
        {
            code.Line($"sign = codes & {Lanes.Words(sign)};");
            code.Line($"codes &= sign - (sign >> {15 - shift});");
        }

        int high = row.High - row.Low;
        if (GreatestCode(row) <= high)
            return;
        code.Line($"over = (codes + {Lanes.Words(WordBias - 1 - high)}) & {Lanes.Words(WordBias)};");
        code.Line($"codes ^= (codes ^ {Lanes.Words(high)}) & (over - (over >> 15));");
    }

    private static bool IsAllOnes(int value) => (value & (value + 1)) == 0;
}
