namespace Barrel.Compiler.Quantizing;

/// <summary>
/// Exponentials and whole logarithms from additions, multiplications and scalings alone, whose results IEEE 754 fixes: the C library's differ from
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

    /// <summary>e^x; 0 where x is below −700.</summary>
    public static double Exp(double x) => x < -700 ? 0 : Exp2(Math.Min(x, 700) / Ln2);
}
