namespace Barrel.Runtime
{
    /// <summary>Reads how a layer's sums become codes: shifts, bounds, rounding terms, slopes.</summary>
    internal static class RequantizeReader
    {
        public static void Read(BlobCursor cursor, AccumulatorLayer layer, TensorInfo made, int phases)
        {
            int rows = layer.Rows;
            int codeMax = (1 << made.Bits) - 1;
            layer.Shift = new byte[rows];
            layer.Low = new byte[rows];
            layer.High = new byte[rows];
            layer.Post = new int[rows];
            int shift = 0;
            int low = 0;
            int high = codeMax;
            int miss = 0;
            for (int i = 0; i < rows; i++)
            {
                shift = cursor.Near(Fields.Shift, shift, 0, 31, "shift");
                low = cursor.Near(Fields.Low, low, 0, codeMax, "least code");
                high = cursor.Near(Fields.High, high, low, codeMax, "greatest code");
                layer.Shift[i] = (byte)shift;
                layer.Low[i] = (byte)low;
                layer.High[i] = (byte)high;
                miss += cursor.Signed(Fields.Rounding, "rounding term");
                layer.Post[i] = miss + (made.IsLog ? 0 : Fields.RoundingOf(shift, made.ZeroOf(i / phases)));
            }

            if (made.IsLog)
                layer.Borders = LogCode.BordersOf(made, layer.Shift);
            if (cursor.Number(Fields.SlopeFlag, 0, 1, "slopes") != 0)
                ReadSlopes(cursor, layer);
        }

        private static void ReadSlopes(BlobCursor cursor, AccumulatorLayer layer)
        {
            layer.SlopeCount = new byte[layer.Rows];
            layer.SlopeFirst = new int[layer.Rows];
            int total = 0;
            for (int i = 0; i < layer.Rows; i++)
            {
                layer.SlopeFirst[i] = total;
                layer.SlopeCount[i] = (byte)cursor.Number(Fields.SlopeCount, 0, 8, "terms of a slope");
                total += layer.SlopeCount[i];
            }

            layer.SlopeTerms = new byte[total];
            int first = 32;
            for (int i = 0, at = 0; i < layer.Rows; i++)
                for (int t = 0, last = first; t < layer.SlopeCount[i]; t++)
                {
                    last = cursor.Near(Fields.SlopeShift, last, 24, 63, "shift of a slope's term");
                    if (t == 0)
                        first = last;
                    layer.SlopeTerms[at++] = (byte)(last | (cursor.Number(Fields.SlopeSign, 0, 1, "sign of a slope's term") << 7));
                }
        }
    }
}
