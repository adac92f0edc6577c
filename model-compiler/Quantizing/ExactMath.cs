namespace Barrel.Compiler.Quantizing;

/// <summary>
/// Exponentials and logarithms from additions, multiplications and scalings alone, whose results IEEE 754 fixes: the C library's differ from
/// machine to machine in the last bit, and a blob must not.
/// </summary>
internal static class ExactMath
{
    private const double Ln2 = 0.69314718055994530942;

    /// <summary>The least whole number n with x ≤ 2^n, x being positive and finite.</summary>
    public static int CeilingLog2(double x)
    {
        int floor = Math.ILogB(x);
        return x > Math.ScaleB(1, floor) ? floor + 1 : floor;
    }

    /// <summary>2^x for |x| up to 1000, to about 15 digits.</summary>
    public static double Exp2(double x)
    {
        double whole = Math.Floor(x + 0.5);
        double y = (x - whole) * Ln2;

        // Taylor's series for |y| ≤ ln2 / 2: the term of degree 14 is below 1e-17.
        double sum = 1;
        for (int n = 14; n >= 1; n--)
            sum = 1 + (y / n * sum);
        return Math.ScaleB(sum, (int)whole);
    }

    /// <summary>log2(x) of a positive, normal number, to about 15 digits.</summary>
    public static double Log2(double x)
    {
        int whole = Math.ILogB(x);
        double m = Math.ScaleB(x, -whole);

        // ln m = 2·atanh(z) with z = (m − 1) / (m + 1) ≤ 1/3: the term of degree 33 is below 1e-16.
        double z = (m - 1) / (m + 1);
        double sum = 0;
        for (int n = 31; n >= 1; n -= 2)
            sum = (1.0 / n) + (z * z * sum);
        return whole + (2 * z * sum / Ln2);
    }

    /// <summary>e^x; 0 where x is below −700.</summary>
    public static double Exp(double x) => x < -700 ? 0 : Exp2(Math.Min(x, 700) / Ln2);
}
