using Barrel.Compiler.Quantizing;
using CsCheck;

namespace Barrel.Compiler.Tests.Quantizing;

/// <summary>
/// Golden vectors of LogQuant (LOGNET, arXiv 1603.01025) at its edges. With FSR = range: LogQuant(x) = 0 where x = 0, else sign(x)·2^Clip(Round(log2 |x|)),
/// Clip(e) = "value 0" where e ≤ FSR − 2^bits, FSR − 1 where e ≥ FSR, else e. Base √2 is the same with log to base √2, range and exponents in half octaves.
/// All are worked out by hand from that formula; borders are given as the floats next to them.
/// </summary>
[TestClass]
public class LogQuantTests
{
    // The floats on both sides of the irrational borders, found in 50 digits. Round(log2 x) has its border at 2^(k + ½), for k = 0 at
    // √2 = 1.41421356237…; a float has 24 bits, and 1.41421354 < √2 < 1.41421366.
    private const float BelowRoot2 = 1.41421354f;
    private const float AboveRoot2 = 1.41421366f;

    // Round(2·log2 x) has borders at 2^(k/2 + ¼): 2^¼ = 1.18920711500…, 2^¾ = 1.68179283051…
    private const float BelowQuarter = 1.18920708f;
    private const float AboveQuarter = 1.1892072f;
    private const float BelowThreeQuarters = 1.68179274f;
    private const float AboveThreeQuarters = 1.68179286f;

    private static readonly (float X, float Expected, string Why)[] Base2ThreeBitsRangeTwo =
    [
        (0f, 0f, "x = 0 is 0 by the first case"),
        (-0f, 0f, "and so is −0"),
        (1f, 1f, "log2 1 = 0"),
        (-1f, -1f, "the sign stays"),
        (0.3f, 0.25f, "log2 0.3 = −1.737, rounds to −2"),
        (-0.3f, -0.25f, "the magnitude rounds, not the number"),
        (0.36f, 0.5f, "log2 0.36 = −1.474, rounds to −1, although 0.25 is nearer to 0.36 than 0.5 is: the border is 0.3536, not 0.375"),
        (BelowRoot2 / 2, 0.5f, "log2 just under −½ rounds to −1"),
        (AboveRoot2 / 2, 1f, "log2 just over −½ rounds to 0"),
        (-BelowRoot2 / 2, -0.5f, "the same for negative numbers"),
        (-AboveRoot2 / 2, -1f, "the same for negative numbers"),
        (BelowRoot2, 1f, "just under ½ rounds to 0"),
        (AboveRoot2, 2f, "just over ½ rounds to 1 = FSR − 1, the greatest exponent"),
        (2f * BelowRoot2, 2f, "just under 1½ rounds to 1"),
        (2f * AboveRoot2, 2f, "just over 1½ rounds to 2 ≥ FSR: clipped to FSR − 1"),
        (3.9999998f, 2f, "the last float under 2^FSR rounds to 2: clipped"),
        (4f, 2f, "2^FSR itself: clipped, as max − 1 is what the paper's Clip gives at the maximum"),
        (4.0000005f, 2f, "the first float over 2^FSR"),
        (-4f, -2f, "the clip of a negative number"),
        (float.MaxValue, 2f, "log2 = 128"),
        (float.MinValue, -2f, "log2 = 128"),
        (0.03125f, 0.03125f, "2^−5: FSR − 2^bits + 1 = −5 is the least exponent that is kept"),
        (0.031249998f, 0.03125f, "one float under it, log2 = −5.0000001, rounds to −5"),
        (0.031250004f, 0.03125f, "one float over it"),
        (AboveRoot2 / 64, 0.03125f, "just over −5½ rounds to −5"),
        (BelowRoot2 / 64, 0f, "just under −5½ rounds to −6 = FSR − 2^bits: at the minimum, so the value 0"),
        (-AboveRoot2 / 64, -0.03125f, "both sides of the lower clip for negative numbers"),
        (-BelowRoot2 / 64, 0f, "both sides of the lower clip for negative numbers"),
        (0.015625f, 0f, "2^−6 is at the minimum"),
        (0.015625002f, 0f, "one float over it rounds to −6 too"),
        (0.015624999f, 0f, "one float under it"),
        (float.Epsilon, 0f, "2^−149"),
        (-float.Epsilon, 0f, "2^−149"),
    ];

    private static readonly (float X, float Expected, string Why)[] BaseRoot2ThreeBitsRangeFour =
    [
        (0f, 0f, "x = 0 is 0 by the first case"),
        (-0f, 0f, "and so is −0"),
        (1f, 1f, "2·log2 1 = 0"),
        (-1f, -1f, "the sign stays"),
        (BelowRoot2, 1.5f, "2·log2 = 1 to seven digits, rounds to 1: √2, taken as 1 + ½"),
        (AboveRoot2, 1.5f, "√2 is a code here and no border"),
        (1.5f, 1.5f, "2·log2 1.5 = 1.17, rounds to 1"),
        (-1.5f, -1.5f, "the sign stays"),
        (BelowQuarter, 1f, "2·log2 just under ½ rounds to 0"),
        (AboveQuarter, 1.5f, "2·log2 just over ½ rounds to 1"),
        (-BelowQuarter, -1f, "the same for negative numbers"),
        (-AboveQuarter, -1.5f, "the same for negative numbers"),
        (BelowThreeQuarters, 1.5f, "just under 1½ rounds to 1; the border is that of √2, not of 1.5"),
        (AboveThreeQuarters, 2f, "just over 1½ rounds to 2"),
        (2f * BelowQuarter, 2f, "just under 2½ rounds to 2"),
        (2f * AboveQuarter, 3f, "just over 2½ rounds to 3 = range − 1, the greatest: 2·√2, taken as 3"),
        (2f * BelowThreeQuarters, 3f, "just under 3½ rounds to 3"),
        (2f * AboveThreeQuarters, 3f, "just over 3½ rounds to 4 ≥ range: clipped to range − 1"),
        (4f, 3f, "(√2)^range itself: clipped"),
        (3.9999998f, 3f, "the last float under it rounds to 4 = range: clipped"),
        (4.0000005f, 3f, "the first float over it"),
        (-4f, -3f, "the clip of a negative number"),
        (float.MaxValue, 3f, "far over"),
        (BelowRoot2 / 2, 0.75f, "2·log2 = −1 to seven digits, √2 / 2 is taken as 0.75"),
        (0.375f, 0.375f, "2·log2 0.375 = −2.83, rounds to −3 = range − 2^bits + 1, the least that is kept: √2 / 4, taken as 0.375"),
        (AboveQuarter / 4, 0.375f, "just over −3½ rounds to −3"),
        (BelowQuarter / 4, 0f, "just under −3½ rounds to −4 = range − 2^bits: at the minimum, so the value 0"),
        (-AboveQuarter / 4, -0.375f, "both sides of the lower clip for negative numbers"),
        (-BelowQuarter / 4, 0f, "both sides of the lower clip for negative numbers"),
        (0.25f, 0f, "(√2)^−4 is at the minimum"),
        (0.24999999f, 0f, "one float under it"),
        (0.25000003f, 0f, "one float over it rounds to −4 too"),
        (float.Epsilon, 0f, "2^−149"),
    ];

    [TestMethod]
    public void Base2()
    {
        foreach ((float x, float expected, string why) in Base2ThreeBitsRangeTwo)
            Assert.AreEqual(expected, LogQuant.Base2(x, 2, 3), $"{x:G9}: {why}");
    }

    [TestMethod]
    public void BaseRoot2()
    {
        foreach ((float x, float expected, string why) in BaseRoot2ThreeBitsRangeFour)
            Assert.AreEqual(expected, LogQuant.BaseRoot2(x, 4, 3), $"{x:G9}: {why}");
    }

    [TestMethod]
    public void BordersLieBetweenNeighbouringFloats()
    {
        foreach ((float below, float above) in new[] { (BelowRoot2, AboveRoot2), (BelowQuarter, AboveQuarter), (BelowThreeQuarters, AboveThreeQuarters) })
            Assert.AreEqual(above, MathF.BitIncrement(below), $"nothing lies between {below:G9} and {above:G9}");
    }

    [TestMethod]
    public void EveryOctaveHasTheSameBorders()
    {
        // From the smallest subnormals, where √2 is 1 or 2 units, to the largest numbers.
        for (int k = -120; k <= 126; k++)
        {
            Assert.AreEqual(k, LogQuant.RoundedLog2(MathF.ScaleB(BelowRoot2, k)));
            Assert.AreEqual(k + 1, LogQuant.RoundedLog2(MathF.ScaleB(AboveRoot2, k)));
            Assert.AreEqual(2 * k, LogQuant.RoundedHalfOctaves(MathF.ScaleB(BelowQuarter, k)));
            Assert.AreEqual((2 * k) + 1, LogQuant.RoundedHalfOctaves(MathF.ScaleB(AboveQuarter, k)));
            Assert.AreEqual((2 * k) + 1, LogQuant.RoundedHalfOctaves(MathF.ScaleB(BelowThreeQuarters, k)));
            Assert.AreEqual((2 * k) + 2, LogQuant.RoundedHalfOctaves(MathF.ScaleB(AboveThreeQuarters, k)));
        }

        Assert.AreEqual(-149, LogQuant.RoundedLog2(float.Epsilon));
        Assert.AreEqual(-148, LogQuant.RoundedLog2(2 * float.Epsilon));
        Assert.AreEqual(-147, LogQuant.RoundedLog2(3 * float.Epsilon), "3 > 2·√2");
        Assert.AreEqual(-295, LogQuant.RoundedHalfOctaves(3 * float.Epsilon), "3 lies between 2·2^¼ and 2·2^¾");
    }

    [TestMethod]
    public void AwayFromTheBordersItIsTheFormula() => Gen.Select(Gen.Float[-40, 40], Gen.Int[-6, 6], Gen.Int[2, 5]).Each(20000, sample =>
    {
        (float x, int range, int bits) = sample;
        if (x == 0)
            return;
        double log = Math.Log2(Math.Abs((double)x));
        if (Math.Abs(log - Math.Floor(log) - 0.5) > 1e-9)
            Assert.AreEqual(Formula(x, Math.Round(log), range, bits, e => Math.Pow(2, e)), LogQuant.Base2(x, range, bits));
        double halves = 2 * log;
        if (Math.Abs(halves - Math.Floor(halves) - 0.5) > 1e-9)
            Assert.AreEqual(
                Formula(x, Math.Round(halves), range, bits, e => Math.Pow(2, Math.Floor(e / 2)) * (e % 2 == 0 ? 1 : 1.5)), LogQuant.BaseRoot2(x, range, bits));
    });

    [TestMethod]
    public void OneAndAHalfIsTheNearestSumOfTwoPowersToRoot2()
    {
        float[] sums = SignedPowers.Table(2, 16);
        Assert.AreEqual(LogQuant.RootOfTwoTaken, 2 * sums.MinBy(s => Math.Abs((2 * s) - Math.Sqrt(2))));
        Assert.AreEqual(2, SignedPowers.CountTerms(LogQuant.RootOfTwoTaken));
        Assert.AreEqual(0.0607, (LogQuant.RootOfTwoTaken / Math.Sqrt(2)) - 1, 1e-4);
        Assert.AreEqual(-Math.Sqrt(2) / 4, LogQuant.Ideal(-0.375f), 1e-7);
        Assert.AreEqual(0.25, LogQuant.Ideal(0.25f));
        Assert.AreEqual(0, LogQuant.Ideal(0));
    }

    private static float Formula(float x, double exponent, int range, int bits, Func<double, double> power) =>
        exponent <= range - Math.Pow(2, bits) ? 0 : (float)(Math.Sign(x) * power(Math.Min(exponent, range - 1)));
}
