namespace Barrel.Runtime
{
    /// <summary>
    /// Log codes: code c of a tensor with zero z stands for the level 0 where c = z, else ±2^(|c − z| − 1), so that codes rise with what they stand for. Tiles
    /// and skips hold levels counted from the lowest, which are never negative; a level is one shift, kept in a table. Levels end where 16-bit lanes do.
    /// </summary>
    public static class LogCode
    {
        /// <summary>Greatest zero of a tensor: so many exponents on each side, 2^0 to 2^13.</summary>
        public const int ZeroMax = 14;

        /// <summary>Exponents of a tensor without negative values: 2^0 to 2^14.</summary>
        public const int ExponentsMax = 15;

        private const int RootBits = 30;

        /// <summary>Ceiling of √2·2^30; shifted right, rounding up, it is the ceiling of every smaller √2·2^k.</summary>
        private const long RootCeiling = 1518500250;

        /// <summary>Level of a code above the lowest level that the zero allows, 0 to 2^14; codes beyond the last exponent stand for that.</summary>
        public static int LevelOf(int code, int zero)
        {
            int middle = zero == 0 ? 0 : 1 << (zero - 1);
            int steps = code - zero;
            if (steps == 0)
                return middle;
            if (steps < 0)
                return middle - (1 << (-steps - 1));
            int last = ExponentsOf(zero);
            return middle + (1 << ((steps > last ? last : steps) - 1));
        }

        /// <summary>[code]: its level, for all 256 codes.</summary>
        public static ushort[] LevelsOf(TensorInfo tensor)
        {
            ushort[] levels = new ushort[256];
            for (int code = 0; code < levels.Length; code++)
                levels[code] = (ushort)LevelOf(code, tensor.Zeros[0]);
            return levels;
        }

        /// <summary>
        /// Borders between the codes of a sum whose least exponent, 2^0, is <paramref name="shift"/> octaves above the sum's unit: a code is the number of
        /// borders below the sum. In the log domain the border between 2^(k−1) and 2^k is √2·2^(k−1), and no integer lies on it.
        /// </summary>
        /// <param name="tensor">The output: its zero and its bits.</param>
        /// <param name="shift">0 to 31.</param>
        public static int[] BordersOf(TensorInfo tensor, int shift)
        {
            int zero = tensor.Zeros[0];
            int above = (1 << tensor.Bits) - 1 - zero;
            if (above > ExponentsOf(zero))
                above = ExponentsOf(zero);
            int[] borders = new int[zero + above];
            for (int i = 0; i < zero; i++)
                borders[i] = Clamped(-RootAbove(zero - 1 - i + shift));
            for (int i = 0; i < above; i++)
                borders[zero + i] = Clamped(RootAbove(i + shift) - 1);
            return borders;
        }

        /// <summary>[row]: borders for each row's shift; rows of one shift share theirs.</summary>
        public static int[][] BordersOf(TensorInfo tensor, byte[] shifts)
        {
            int[][] ofShift = new int[32][];
            int[][] borders = new int[shifts.Length][];
            for (int i = 0; i < shifts.Length; i++)
            {
                int shift = shifts[i];
                if (ofShift[shift] == null)
                    ofShift[shift] = BordersOf(tensor, shift);
                borders[i] = ofShift[shift];
            }

            return borders;
        }

        /// <summary>How many of the rising borders lie below a sum.</summary>
        public static int CodeOf(int[] borders, int sum)
        {
            int low = 0;
            int high = borders.Length;
            while (low < high)
            {
                int middle = (low + high) >> 1;
                if (sum > borders[middle])
                    low = middle + 1;
                else
                    high = middle;
            }

            return low;
        }

        private static int ExponentsOf(int zero)
        {
            return zero == 0 ? ExponentsMax : ZeroMax;
        }

        /// <summary>The least integer above √2·2^(exponent − 1), exact as long as it fits 31 bits.</summary>
        private static long RootAbove(int exponent)
        {
            int drop = RootBits + 1 - exponent;
            return drop < 0 ? (long)RootCeiling << -drop : (RootCeiling + (1L << drop) - 1) >> drop;
        }

        /// <summary>A border that no sum reaches stays one.</summary>
        private static int Clamped(long border)
        {
            return border > int.MaxValue ? int.MaxValue : border < int.MinValue ? int.MinValue : (int)border;
        }
    }
}
