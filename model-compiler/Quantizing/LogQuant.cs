namespace Barrel.Compiler.Quantizing;

/// <summary>
/// LogQuant of LOGNET (arXiv 1603.01025) in base b: 0 where x = 0, else sign(x)·b^e with e = Clip(Round(log_b |x|), range − 2^bits, range), where
/// Clip gives the value 0 at or below the minimum and the exponent range − 1 at or above the maximum: 2^bits − 1 exponents and zero. Rounding is done in the
/// log domain, so the border between b^k and b^(k+1) is b^(k + ½). No float lies on such a border, and none is put on the wrong side of it.
/// </summary>
internal static class LogQuant
{
    /// <summary>
    /// What stands for √2: the nearest sum of at most two signed powers of two, 1 + ½. It is 6.1% too large; the next would be a third term, 1 + ½ − 2^−4.
    /// </summary>
    public const float RootOfTwoTaken = 1.5f;

    private const double RootOfTwo = 1.4142135623730951;

    /// <summary>Base 2, range and exponents in octaves.</summary>
    public static float Base2(float x, int range, int bits)
    {
        if (x == 0 || !TryClip(RoundedLog2(Math.Abs(x)), range, bits, out int exponent))
            return 0;
        return MathF.CopySign(MathF.ScaleB(1, exponent), x);
    }

    /// <summary>Base √2, range and exponents in half octaves; the odd ones take <see cref="RootOfTwoTaken"/>.</summary>
    public static float BaseRoot2(float x, int range, int bits)
    {
        if (x == 0 || !TryClip(RoundedHalfOctaves(Math.Abs(x)), range, bits, out int exponent))
            return 0;
        return MathF.CopySign(MathF.ScaleB((exponent & 1) == 0 ? 1 : RootOfTwoTaken, exponent >> 1), x);
    }

    /// <summary>Round(log2 x) of a number above 0. Its border is √2: a float's mantissa squared is exact in double, so it is compared with 2.</summary>
    public static int RoundedLog2(float x)
    {
        int floor = Math.ILogB(x);
        return MantissaSquared(x, floor) >= 2 ? floor + 1 : floor;
    }

    /// <summary>
    /// Round(2·log2 x) of a number above 0. Its borders are 2^¼ and 2^¾, and mantissas squared are compared with √2 and 2·√2: they have 48 bits, and no
    /// number of 48 bits lies between √2 and the double nearest to it.
    /// </summary>
    public static int RoundedHalfOctaves(float x)
    {
        int floor = Math.ILogB(x);
        double squared = MantissaSquared(x, floor);
        return (2 * floor) + (squared >= 2 * RootOfTwo ? 2 : squared >= RootOfTwo ? 1 : 0);
    }

    /// <summary>What a code of base √2 stands for before it became a sum of two powers.</summary>
    public static double Ideal(float code) =>
        code != 0 && Math.ScaleB(Math.Abs(code), -Math.ILogB(code)) == RootOfTwoTaken ? code * (RootOfTwo / RootOfTwoTaken) : code;

    private static bool TryClip(int exponent, int range, int bits, out int clipped)
    {
        clipped = Math.Min(exponent, range - 1);
        return exponent > range - (1 << bits);
    }

    private static double MantissaSquared(float x, int floor)
    {
        double mantissa = Math.ScaleB(x, -floor);
        return mantissa * mantissa;
    }
}
