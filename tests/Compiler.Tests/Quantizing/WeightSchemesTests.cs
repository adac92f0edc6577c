using Barrel.Compiler.Quantizing;
using CsCheck;

namespace Barrel.Compiler.Tests.Quantizing;

/// <summary>Golden values of the schemes at their edges; LOGNET's are those of arXiv 1603.01025.</summary>
[TestClass]
public class WeightSchemesTests
{
    // √2/2 lies between these two neighbours.
    private const float BelowRoot = 0.70710677f;
    private const float AboveRoot = 0.70710683f;

    [TestMethod]
    [DataRow(0f, 0f)]
    [DataRow(1f, 1f)]
    [DataRow(-1f, -1f)]
    [DataRow(BelowRoot, 0.5f, DisplayName = "below √2·2^-1")]
    [DataRow(AboveRoot, 1f, DisplayName = "above √2·2^-1")]
    [DataRow(-BelowRoot, -0.5f)]
    [DataRow(-AboveRoot, -1f)]
    [DataRow(0.74f, 1f, DisplayName = "below 1.5·2^-1, yet up")]
    [DataRow(2f, 2f)]
    [DataRow(4f, 2f, DisplayName = "clipped at the range to range − 1")]
    [DataRow(1000f, 2f)]
    [DataRow(-1000f, -2f)]
    [DataRow(0.03125f, 0.03125f, DisplayName = "least exponent: range − 2^bits + 1 = -5")]
    [DataRow(0.015625f, 0f, DisplayName = "at the minimum: zero")]
    [DataRow(0.0220970f, 0f, DisplayName = "below √2·2^-6")]
    [DataRow(0.0220971f, 0.03125f, DisplayName = "above √2·2^-6")]
    [DataRow(-0.0001f, 0f)]
    [DataRow(float.Epsilon, 0f)]
    public void LogNetOfThreeBitsAtRangeTwo(float weight, float expected) => Assert.AreEqual(expected, WeightSchemes.LogNet(weight, 2, 3));

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
    [DataRow(WeightScheme.Linear, 3, 0)]
    [DataRow(WeightScheme.LogNet, 1, -1)]
    [DataRow(WeightScheme.Log2, 2, 0)]
    public void TheRangeIsThatOfLeastSquares(WeightScheme scheme, int below, int above)
    {
        Random random = new(1);
        for (int round = 0; round < 20; round++)
        {
            float[] weights = [.. Enumerable.Range(0, 50).Select(_ => (float)Math.Pow((random.NextDouble() * 2) - 1, 3) * (round + 1))];
            double error = ErrorOf(weights, WeightSchemes.Quantize(scheme, weights, 4));
            int top = (int)MathF.Ceiling(MathF.Log2(weights.Max(Math.Abs)));
            for (int range = top - below; range <= top - above; range++)
            {
                float[] other = Array.ConvertAll(weights, w => scheme switch
                {
                    WeightScheme.Linear => WeightSchemes.Linear(w, range, 4),
                    WeightScheme.LogNet => WeightSchemes.LogNet(w, range, 4),
                    _ => WeightSchemes.Log2(w, range, 4),
                });
                Assert.IsLessThanOrEqualTo(ErrorOf(weights, other), error, $"range {range} of {scheme} is better");
            }
        }
    }

    [TestMethod]
    [DataRow(WeightScheme.Linear)]
    [DataRow(WeightScheme.LogNet)]
    [DataRow(WeightScheme.Log2)]
    public void AllZerosStayZeros(WeightScheme scheme) => CollectionAssert.AreEqual(new float[5], WeightSchemes.Quantize(scheme, new float[5], 4));

    private static double ErrorOf(float[] weights, float[] quantized) => weights.Zip(quantized).Sum(p => Math.Pow(p.First - p.Second, 2));
}
