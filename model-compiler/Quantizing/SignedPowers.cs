namespace Barrel.Compiler.Quantizing;

/// <summary>Numbers as sums of signed powers of two.</summary>
public static class SignedPowers
{
    /// <summary>
    /// The non-adjacent form of a finite number: the shortest sum of signed powers of two that equals it, greatest first. Written to
    /// <paramref name="exponents"/> and <paramref name="negative"/>; returns the number of terms, which is at most 13 for a float.
    /// </summary>
    public static int Decompose(float value, Span<int> exponents, Span<bool> negative)
    {
        if (value == 0)
            return 0;
        int bits = BitConverter.SingleToInt32Bits(Math.Abs(value));
        int exponent = bits >> 23;
        long mantissa = exponent == 0 ? bits : (bits & 0x7FFFFF) | 0x800000;
        exponent = Math.Max(exponent, 1) - 150;
        bool minus = value < 0;
        int count = 0;
        while (mantissa != 0)
        {
            if ((mantissa & 1) != 0)
            {
                // 01 ends a run of zeros, 11 begins a run of ones, which is one power above it less this one.
                bool less = (mantissa & 3) == 3;
                exponents[count] = exponent;
                negative[count++] = less != minus;
                mantissa += less ? 1 : -1;
            }

            mantissa >>= 1;
            exponent++;
        }

        exponents[..count].Reverse();
        negative[..count].Reverse();
        return count;
    }

    /// <summary>Terms of the non-adjacent form.</summary>
    public static int CountTerms(float value)
    {
        Span<int> exponents = stackalloc int[16];
        Span<bool> negative = stackalloc bool[16];
        return Decompose(value, exponents, negative);
    }

    /// <summary>All sums of at most <paramref name="terms"/> signed powers 2^0 .. 2^−(window − 1) that are not negative, rising.</summary>
    public static float[] Table(int terms, int window)
    {
        HashSet<double> sums = [0];
        for (int t = 0; t < terms; t++)
            foreach (double sum in sums.ToArray())
                for (int k = 0; k < window; k++)
                {
                    double power = Math.ScaleB(1, -k);
                    sums.Add(sum + power);
                    sums.Add(sum - power);
                }

        return [.. sums.Where(s => s >= 0).Order().Select(s => (float)s)];
    }

    /// <summary>The entry of a rising table nearest to |value|, with value's sign; halves go to the smaller.</summary>
    public static float Nearest(float[] table, float value)
    {
        float nearest = table[IndexOfNearest(table, value)];
        return value < 0 ? -nearest : nearest;
    }

    /// <summary>Where in a rising table the entry nearest to |value| is; halves go to the smaller.</summary>
    public static int IndexOfNearest(float[] table, float value)
    {
        float size = Math.Abs(value);
        int i = Array.BinarySearch(table, size);
        if (i < 0)
        {
            i = ~i;
            if (i == table.Length || (i > 0 && size - table[i - 1] <= table[i] - size))
                i--;
        }

        return i;
    }
}
