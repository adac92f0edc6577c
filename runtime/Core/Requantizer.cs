namespace Barrel.Runtime
{
    /// <summary>The one definition of the write-out; vector executors do the same on lanes and are tested against it.</summary>
    public static class Requantizer
    {
        /// <summary>The code of an accumulator: activation, rounding term, arithmetic shift or borders of log codes, clamp. Rounds half up.</summary>
        public static int Requantize(AccumulatorLayer layer, int row, int acc)
        {
            if (acc < 0 && layer.SlopeCount != null)
                acc = NegativeBranch(layer, row, acc);
            acc += layer.Post[row];
            int code = layer.Borders != null ? LogCode.CodeOf(layer.Borders[row], acc) : acc >> layer.Shift[row];
            int low = layer.Low[row];
            int high = layer.High[row];
            return code < low ? low : code > high ? high : code;
        }

        /// <summary>Σ ±(acc >> k) over the row's slope terms, each shift rounding down.</summary>
        public static int NegativeBranch(AccumulatorLayer layer, int row, int acc)
        {
            int sum = 0;
            int first = layer.SlopeFirst[row];
            int end = first + layer.SlopeCount[row];
            for (int t = first; t < end; t++)
            {
                int term = layer.SlopeTerms[t];
                int shift = (term & 0x7F) - 32;
                int part = shift < 0 ? acc << -shift : acc >> shift;
                sum = (term & 0x80) != 0 ? sum - part : sum + part;
            }

            return sum;
        }
    }
}
