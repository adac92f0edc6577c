namespace Barrel.Runtime
{
    /// <summary>Copies a row of the input to a row of a tile: stride taken apart, nearest upsampling, padding at both ends.</summary>
    internal static class TileRow
    {
        /// <param name="source">The arena.</param>
        /// <param name="start">Offset of the row's first code.</param>
        /// <param name="width">Columns of the row after upsampling.</param>
        /// <param name="upsampleShift">Columns are read 2^n times each.</param>
        /// <param name="firstColumn">Input column of the first element; negative is padding.</param>
        /// <param name="stride">Input columns from an element to the next.</param>
        /// <param name="zero">Code of padding.</param>
        /// <param name="tile">Where to write.</param>
        /// <param name="at">First element.</param>
        /// <param name="count">Elements.</param>
        public static void Copy(
            byte[] source, int start, int width, int upsampleShift, int firstColumn, int stride, byte zero, byte[] tile, int at, int count)
        {
            int end = at + count;
            int column = firstColumn;
            while (at < end && column < 0)
            {
                tile[at++] = zero;
                column += stride;
            }

            if (stride == 1 && upsampleShift == 0)
            {
                int n = width - column < end - at ? width - column : end - at;
                if (n > 0)
                {
                    System.Array.Copy(source, start + column, tile, at, n);
                    at += n;
                }
            }
            else
            {
                while (at < end && column < width)
                {
                    tile[at++] = source[start + (column >> upsampleShift)];
                    column += stride;
                }
            }

            while (at < end)
                tile[at++] = zero;
        }

        /// <summary>A row of nothing but padding.</summary>
        public static void Fill(byte zero, byte[] tile, int at, int count)
        {
            int end = at + count;
            while (at < end)
                tile[at++] = zero;
        }
    }
}
