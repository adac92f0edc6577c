using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Tests.Data;
using CsCheck;
using Grids = Barrel.Compiler.Quantizing.ActivationGrids;

namespace Barrel.Compiler.Tests.Quantizing;

[TestClass]
public class ActivationGridsTests
{
    [TestMethod]
    public void NoNaiveGridIsBetter() => Gen.Int[0, int.MaxValue].Each(300, seed =>
        {
            Random r = new(seed);
            int bits = r.Next(4, 9);
            LoweredTensor tensor = new("t", 3, 5, 7);
            float[][] frames = [.. Enumerable.Range(0, 3).Select(_ => Values(r, tensor, r.Next(3)))];
            Grids.Choose(tensor, frames, bits);
            Assert.AreEqual(bits, tensor.Bits);
            for (int c = 0; c < tensor.Channels; c++)
            {
                Assert.IsTrue(tensor.Zeros[c] >= 0 && tensor.Zeros[c] <= tensor.CodeMax);
                float[] own = [.. frames.SelectMany(f => f.Skip(c * tensor.Area).Take(tensor.Area))];
                double chosen = ErrorOf(own, tensor.ScaleExponents[c], tensor.Zeros[c], bits);

                // What covers all values, an octave less, and the zero at the end or in the middle.
                float most = own.Max(Math.Abs);
                int cover = (int)MathF.Ceiling(MathF.Log2(most)) - bits;
                foreach (int exponent in new[] { cover - 1, cover, cover + 1 })
                    foreach (int zero in own.Min() < 0 ? new[] { 0, 1 << (bits - 1), 1 << (bits - 2) } : [0])
                        Assert.IsLessThanOrEqualTo(ErrorOf(own, exponent, zero, bits) + 1e-9, chosen, $"seed {seed}, channel {c}: 2^{exponent}, zero {zero}");
            }
        });

    [TestMethod]
    public void ChannelsHaveStepsOfTheirOwn()
    {
        LoweredTensor tensor = new("t", 3, 4, 4);
        float[] values = [.. Enumerable.Range(0, 48).Select(i => (i % 16) / 15f * (i < 16 ? 1 : i < 32 ? 8 : 0.25f))];
        Grids.Choose(tensor, [values], 8);
        Assert.AreEqual(tensor.ScaleExponents[0] + 3, tensor.ScaleExponents[1]);
        Assert.AreEqual(tensor.ScaleExponents[0] - 2, tensor.ScaleExponents[2]);
        CollectionAssert.AreEqual(new int[3], tensor.Zeros);
    }

    [TestMethod]
    public void DeadAndAllButDeadChannels()
    {
        LoweredTensor tensor = new("t", 3, 4, 4);
        float[] values = new float[48];
        for (int i = 0; i < 16; i++)
            (values[i], values[32 + i]) = (i - 8, (i - 8) * 1e-9f);
        Grids.Choose(tensor, [values], 8);
        Assert.AreEqual(tensor.ScaleExponents.Max() - 8, tensor.ScaleExponents.Min(), "at most eight octaves apart");
        Grids.Round(tensor, values, tensor.CodeMax);
        for (int i = 0; i < 16; i++)
        {
            Assert.AreEqual(i - 8, values[i], 0.51f * MathF.ScaleB(1, tensor.ScaleExponents[0]));
            Assert.AreEqual(0f, values[16 + i]);
        }

        LoweredTensor dead = new("dead", 1, 2, 2);
        Grids.Choose(dead, [new float[4]], 8);
        Assert.IsTrue(dead.ScaleExponents[0] is > -100 and < 100);
    }

    [TestMethod]
    public void RoundsHalfUpAndClamps()
    {
        LoweredTensor tensor = new("t", 1, 1, 8) { Bits = 4, ScaleExponents = [-1], Zeros = [8] };
        float[] values = [0.25f, 0.2499f, -0.25f, -0.2501f, 3.75f, 99, -4.25f, -99];
        Grids.Round(tensor, values, 15);
        CollectionAssert.AreEqual(new[] { 0.5f, 0, 0, -0.5f, 3.5f, 3.5f, -4, -4 }, values);

        // Every code is its own value, which rounding keeps.
        float[] codes = [.. Enumerable.Range(0, 8).Select(i => (i - 4) * 0.5f)];
        float[] kept = [.. codes];
        Grids.Round(tensor, kept, 15);
        CollectionAssert.AreEqual(codes, kept);
    }

    [TestMethod]
    [DataRow(15, 0, 4)]
    [DataRow(15, 8, 4)]
    [DataRow(14, 0, 4)]
    [DataRow(255, 128, 8)]
    [DataRow(1, 0, 1)]
    public void TrainedGridsAreTaken(int maximum, int zero, int bits)
    {
        LoweredTensor tensor = new("t", 2, 1, 1);
        Grids.Take(tensor, Grid(maximum, zero, 0.25f, 2));
        Assert.AreEqual(bits, tensor.Bits);
        CollectionAssert.AreEqual(new[] { -2, 1 }, tensor.ScaleExponents);
        CollectionAssert.AreEqual(new[] { zero, zero }, tensor.Zeros);
    }

    [TestMethod]
    [DataRow(15, 0, 0.3f, "0.3")]
    [DataRow(15, 0, 0f, "0")]
    [DataRow(15, 0, -0.5f, "-0.5")]
    [DataRow(256, 0, 0.5f, "256")]
    [DataRow(15, 16, 0.5f, "16")]
    [DataRow(15, -1, 0.5f, "-1")]
    public void GridsThatNoBlobHasAreRefused(int maximum, int zero, float scale, string named) =>
        Expect.Error(LoweringErrors.BadGrid, () => Grids.Take(new LoweredTensor("t", 1, 1, 1), Grid(maximum, zero, scale)), "'grid'", named);

    private static ActivationGrid Grid(int maximum, int zero, params float[] scales)
    {
        Value value = new("v", 1, scales.Length, 1, 1);
        return new ActivationGrid { Name = "grid", OnnxOperator = "QuantizeLinear", Inputs = [value], Output = value, Scales = scales, Zero = zero, MaximumCode = maximum };
    }

    /// <summary>Values that are never negative, or on both sides, or mostly small with a few large.</summary>
    private static float[] Values(Random r, LoweredTensor tensor, int kind)
    {
        float[] values = new float[tensor.ElementCount];
        for (int i = 0; i < values.Length; i++)
        {
            double v = ((r.NextDouble() * 2) - 0.7) * (1 + (i / tensor.Area));
            values[i] = (float)(kind == 0 ? Math.Max(0, v) : kind == 1 ? v : Math.Pow(v, 3));
        }

        return values;
    }

    private static double ErrorOf(float[] values, int exponent, int zero, int bits) => values.Sum(v =>
    {
        double code = Math.Clamp(Math.Floor(Math.ScaleB((double)v, -exponent) + 0.5) + zero, 0, (1 << bits) - 1);
        return Math.Pow(Math.ScaleB(code - zero, exponent) - v, 2);
    });
}
