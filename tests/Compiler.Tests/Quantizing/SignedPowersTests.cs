using Barrel.Compiler.Quantizing;
using CsCheck;

namespace Barrel.Compiler.Tests.Quantizing;

[TestClass]
public class SignedPowersTests
{
    [TestMethod]
    public void EveryFloatIsItsTermsExactly() => Gen.Int.Each(100_000, bits =>
        {
            float value = BitConverter.Int32BitsToSingle(bits);
            if (!float.IsFinite(value))
                return;
            Span<int> exponents = stackalloc int[16];
            Span<bool> negative = stackalloc bool[16];
            int count = SignedPowers.Decompose(value, exponents, negative);
            Assert.IsLessThanOrEqualTo(13, count);
            Assert.AreEqual(count, SignedPowers.CountTerms(value));

            // 25 bits of a float, shifted: exact in double.
            double sum = 0;
            for (int t = 0; t < count; t++)
            {
                sum += Math.ScaleB(negative[t] ? -1 : 1, exponents[t]);
                if (t > 0)
                    Assert.IsGreaterThanOrEqualTo(exponents[t] + 2, exponents[t - 1], "falling, no two adjacent");
            }

            Assert.AreEqual(value, sum);
        });

    [TestMethod]
    [DataRow(0f, 0)]
    [DataRow(-0f, 0)]
    [DataRow(1f, 1)]
    [DataRow(-0.375f, 2)]
    [DataRow(float.Epsilon, 1)]
    [DataRow(float.MaxValue, 2)]
    [DataRow(1 / 3f, 13)]
    public void Counts(float value, int terms) => Assert.AreEqual(terms, SignedPowers.CountTerms(value));

    [TestMethod]
    public void NoShorterSumExists()
    {
        // Fewest signed powers for each integer, by adding one power after another to all sums so far.
        const int most = 2048;
        int[] fewest = new int[(8 * most) + 1];
        Array.Fill(fewest, int.MaxValue);
        fewest[4 * most] = 0;
        for (int terms = 1; terms <= 6; terms++)
            for (int i = 0; i < fewest.Length; i++)
            {
                if (fewest[i] != terms - 1)
                    continue;
                for (int power = 1; power <= 2 * most; power *= 2)
                    foreach (int to in new[] { i + power, i - power })
                        if (to >= 0 && to < fewest.Length)
                            fewest[to] = Math.Min(fewest[to], terms);
            }

        for (int n = -most; n <= most; n++)
            Assert.AreEqual(fewest[n + (4 * most)], SignedPowers.CountTerms(n), $"{n}");
    }

    [TestMethod]
    [DataRow(1, 10, 11)]
    [DataRow(1, 3, 4)]
    [DataRow(2, 3, 8)]
    public void TablesHoldAllShortSums(int terms, int window, int atLeast)
    {
        float[] table = SignedPowers.Table(terms, window);
        Assert.IsGreaterThanOrEqualTo(atLeast, table.Length);
        Assert.AreEqual(0f, table[0]);
        for (int i = 1; i < table.Length; i++)
        {
            Assert.IsGreaterThan(table[i - 1], table[i]);
            Assert.IsLessThanOrEqualTo(terms, SignedPowers.CountTerms(table[i]));
            Assert.AreEqual(0, Math.ScaleB(table[i], window - 1) % 1, "nothing below the window");
        }

        // Brute force over the finest step: what is missing takes more terms, or powers outside the window.
        for (int n = 0; n <= 1 << (window - 1); n++)
        {
            float value = MathF.ScaleB(n, 1 - window);
            Assert.AreEqual(SignedPowers.CountTerms(value) <= terms, Array.IndexOf(table, value) >= 0, $"{value}");
        }
    }

    [TestMethod]
    public void NearestIsTheNearest() => Gen.Select(Gen.Float[-3, 3], Gen.Int[1, 3]).Each(5000, sample =>
        {
            (float value, int terms) = sample;
            float[] table = SignedPowers.Table(terms, 6);
            float nearest = SignedPowers.Nearest(table, value);
            float expected = table.OrderBy(t => Math.Abs(Math.Abs((double)value) - t)).ThenBy(t => t).First();
            Assert.AreEqual(value < 0 ? -expected : expected, nearest);
        });
}
