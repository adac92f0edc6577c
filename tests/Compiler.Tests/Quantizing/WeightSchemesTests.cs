using Barrel.Compiler.Quantizing;
using CsCheck;

namespace Barrel.Compiler.Tests.Quantizing;

/// <summary>Golden values of the linear and the nearest log scheme at their edges, and the search for the range; <see cref="LogQuantTests"/> has LogQuant's.</summary>
[TestClass]
public class WeightSchemesTests
{
    [TestMethod]
    [DataRow(0f, 0f)]
    [DataRow(1f, 1f)]
    [DataRow(0.75f, 0.5f, DisplayName = "1.5·2^-1 goes to the smaller")]
    [DataRow(0.7500001f, 1f)]
    [DataRow(0.7499999f, 0.5f)]
    [DataRow(-0.75f, -0.5f)]
    [DataRow(-0.7500001f, -1f)]
    [DataRow(4f, 4f)]
    [DataRow(1000f, 4f, DisplayName = "clipped at the range")]
    [DataRow(-1000f, -4f)]
    [DataRow(0.0625f, 0.0625f, DisplayName = "least of 7 exponents: range − 6")]
    [DataRow(0.03125f, 0f, DisplayName = "half of the least goes to zero")]
    [DataRow(0.0312501f, 0.0625f)]
    public void Log2OfThreeBitsAtRangeTwo(float weight, float expected) => Assert.AreEqual(expected, WeightSchemes.Log2(weight, 2, 3));

    [TestMethod]
    [DataRow(0f, 0f)]
    [DataRow(0.25f, 0.5f, DisplayName = "halves of a step go up")]
    [DataRow(0.2499f, 0f)]
    [DataRow(-0.25f, -0.5f)]
    [DataRow(0.7499f, 0.5f)]
    [DataRow(0.75f, 1f)]
    [DataRow(4f, 4f)]
    [DataRow(3.76f, 4f)]
    [DataRow(99f, 4f, DisplayName = "clipped at 2^range")]
    [DataRow(-99f, -4f)]
    public void LinearOfThreeBitsAtRangeTwo(float weight, float expected) => Assert.AreEqual(expected, WeightSchemes.Linear(weight, 2, 3));

    [TestMethod]
    public void Log2IsTheNearestOfItsCodes() => Gen.Select(Gen.Float[-5, 5], Gen.Int[-2, 3], Gen.Int[2, 5]).Each(5000, sample =>
        {
            (float weight, int range, int bits) = sample;
            float[] codes = [0, .. Enumerable.Range(0, (1 << bits) - 1).Select(k => MathF.ScaleB(1, range - k))];
            float expected = codes.OrderBy(c => Math.Abs(Math.Abs((double)weight) - c)).ThenBy(c => c).First();
            Assert.AreEqual(weight < 0 ? -expected : expected, WeightSchemes.Log2(weight, range, bits));
        });

    [TestMethod]
    [DataRow(WeightScheme.Linear, 2)]
    [DataRow(WeightScheme.Linear, 4)]
    [DataRow(WeightScheme.LogNet, 2)]
    [DataRow(WeightScheme.LogNet, 4)]
    [DataRow(WeightScheme.LogSqrt2, 3)]
    [DataRow(WeightScheme.LogSqrt2, 5)]
    [DataRow(WeightScheme.Log2, 2)]
    [DataRow(WeightScheme.Log2, 4)]
    public void TheRangeIsThatOfLeastSquares(WeightScheme scheme, int bits)
    {
        Random random = new(1);
        for (int round = 0; round < 20; round++)
        {
            // Cubes of uniform numbers crowd at zero, so that a range that clips the largest can be the best.
            float[] weights = [.. Enumerable.Range(0, 50).Select(_ => (float)Math.Pow((random.NextDouble() * 2) - 1, 3) * (round + 1))];
            double error = ErrorOf(weights, WeightSchemes.Quantize(scheme, weights, bits));
            for (int range = -20; range <= 20; range++)
            {
                float[] other = Array.ConvertAll(weights, w => scheme switch
                {
                    WeightScheme.Linear => WeightSchemes.Linear(w, range, bits),
                    WeightScheme.LogNet => WeightSchemes.LogNet(w, range, bits),
                    WeightScheme.LogSqrt2 => WeightSchemes.LogSqrt2(w, range, bits),
                    _ => WeightSchemes.Log2(w, range, bits),
                });
                Assert.IsLessThanOrEqualTo(ErrorOf(weights, other), error, $"range {range} of {scheme} is better");
            }
        }
    }

    [TestMethod]
    public void TheRangeIsSearchedForEachLayer()
    {
        float[] weights = [.. Enumerable.Range(1, 40).Select(i => i / 40f)];
        foreach (WeightScheme scheme in (WeightScheme[])[WeightScheme.Linear, WeightScheme.LogNet, WeightScheme.LogSqrt2, WeightScheme.Log2])
            CollectionAssert.AreEqual(
                Array.ConvertAll(WeightSchemes.Quantize(scheme, weights, 4), w => w * 1024),
                WeightSchemes.Quantize(scheme, Array.ConvertAll(weights, w => w * 1024), 4), $"{scheme} moves with the layer's scale");
    }

    [TestMethod]
    [DataRow(WeightScheme.Linear)]
    [DataRow(WeightScheme.LogNet)]
    [DataRow(WeightScheme.LogSqrt2)]
    [DataRow(WeightScheme.Log2)]
    public void AllZerosStayZeros(WeightScheme scheme) => CollectionAssert.AreEqual(new float[5], WeightSchemes.Quantize(scheme, new float[5], 4));

    private static double ErrorOf(float[] weights, float[] quantized) => weights.Zip(quantized).Sum(p => Math.Pow(p.First - p.Second, 2));
}
