namespace Barrel.Compiler.Emitting;

/// <summary>Taps whose sum stays in bytes: one expression.</summary>
/// <param name="First">First tap of the row.</param>
/// <param name="End">One behind its last.</param>
/// <param name="Exponent">Of its last tap: what the sum counts in.</param>
/// <param name="Below">How far the sum may lie below 0: what is added so that no byte borrows.</param>
internal readonly record struct Chunk(int First, int End, int Exponent, int Below);

/// <summary>
/// Cuts a row's taps, exponents falling, into chunks that fit bytes, so that all together take the fewest instructions. A chunk may go over several exponents:
/// what was summed before is shifted on.
/// </summary>
internal static class ChunkPlan
{
    /// <summary>Instructions of moving a chunk to 16-bit lanes, and of shifting those and the bytes.</summary>
    private const int FlushCost = 14;
    private const int FlushShiftCost = 4;
    private const int ShiftCost = 2;
    private const int BelowCost = 2;

    private const int ByteMax = 255;

    public static Chunk[] Of(CellTap[] taps)
    {
        int[] cost = new int[taps.Length + 1];
        Chunk[] best = new Chunk[taps.Length + 1];
        Array.Fill(cost, int.MaxValue, 1, taps.Length);
        for (int first = 0; first < taps.Length; first++)
        {
            int plus = 0;
            int minus = 0;
            int shifts = 0;
            for (int end = first + 1; end <= taps.Length; end++)
            {
                CellTap tap = taps[end - 1];
                int apart = end - 1 == first ? 0 : taps[end - 2].Exponent - tap.Exponent;
                if (apart > 8)
                    break;
                plus = (plus << apart) + (tap.IsNegative ? 0 : tap.CodeMax);
                minus = (minus << apart) + (tap.IsNegative ? tap.CodeMax : 0);
                shifts += apart == 0 ? 0 : 1;
                if (plus + minus > ByteMax)
                    break;
                int more = cost[first] + FlushCost + (shifts * ShiftCost) + (minus > 0 ? BelowCost : 0)
                    + (first > 0 && taps[first - 1].Exponent != tap.Exponent ? FlushShiftCost : 0);
                if (more >= cost[end])
                    continue;
                cost[end] = more;
                best[end] = new Chunk(first, end, tap.Exponent, minus);
            }
        }

        Stack<Chunk> chunks = new();
        for (int end = taps.Length; end > 0; end = best[end].First)
            chunks.Push(best[end]);
        return [.. chunks];
    }
}
