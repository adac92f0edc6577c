using Barrel.Compiler.Quantizing;

namespace Barrel.Compiler.Tests.Quantizing;

[TestClass]
public class ErrorFeedbackTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void ProductsAreMeansOverAllPositions(int groups)
    {
        // Odd numbers of columns on either side; a stride and padding, so that positions and columns are not the same thing.
        SyntheticLayer s = new(1, b => b.Conv(b.Input, 4, stride: 2, pad: 1, groups: groups), frames: 3);
        float[][] other = [.. s.Values.Select(v => s.Sums.Gather(_ => Array.ConvertAll(v, x => x * x)))];
        for (int group = 0; group < groups; group++)
        {
            InputSamples own = InputSamples.Take(s.Layer, s.Sums, s.Gathered, group);
            InputSamples squares = InputSamples.Take(s.Layer, s.Sums, other, group);
            double[][] symmetric = own.Products(own);
            double[][] cross = own.Products(squares);
            int columns = s.Layer.FanIn + 1;
            Assert.AreEqual(columns, own.Columns);
            Assert.AreEqual(3 * s.Layer.GridHeight * s.Layer.GridWidth, own.Count);
            Assert.HasCount(columns, cross);
            double[][] patches = [.. Patches(s, group)];
            for (int i = 0; i < columns; i++)
                for (int j = 0; j < columns; j++)
                {
                    double square = j == columns - 1 ? 1 : 2;
                    Assert.AreEqual(patches.Average(p => p[i] * p[j]), symmetric[i][j], 1e-5 * Math.Max(1, symmetric[i][j]), $"[{i}, {j}]");
                    Assert.AreEqual(patches.Average(p => p[i] * Math.Pow(p[j], square)), cross[i][j], 1e-5 * Math.Max(1, cross[i][j]), $"cross [{i}, {j}]");
                }
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(6)]
    public void BeatsRoundingEachWeightAlone(int groups)
    {
        SyntheticLayer s = new(2, b => b.Conv(b.Input, 6, pad: 1, groups: groups));
        QuantizedLinear plain = new(Array.ConvertAll(s.Layer.Weights, w => WeightSchemes.Log2(w, 0, 4)), s.Layer.Bias);
        QuantizedLinear fed = new ErrorFeedback(s.Layer, s.Sums, s.Gathered, null).Round((_, v, _) => WeightSchemes.Log2((float)v, 0, 4));
        Assert.IsTrue(Array.TrueForAll(fed.Weights, w => SignedPowers.CountTerms(w) <= 1));
        Assert.IsLessThan(0.3 * s.ErrorOf(plain), s.ErrorOf(fed));
    }

    [TestMethod]
    public void AFineGridChangesNothing()
    {
        SyntheticLayer s = new(3, b => b.Conv(b.Input, 3, pad: 1));
        QuantizedLinear fed = new ErrorFeedback(s.Layer, s.Sums, s.Gathered, null).Round((_, v, _) => v);
        for (int i = 0; i < fed.Weights.Length; i++)
            Assert.AreEqual(s.Layer.Weights[i], fed.Weights[i], 1e-6f);
        for (int i = 0; i < fed.Bias.Length; i++)
            Assert.AreEqual(s.Layer.Bias[i], fed.Bias[i], 1e-5f);
    }

    [TestMethod]
    public void MakesUpForRoundedInputs()
    {
        SyntheticLayer s = new(4, b => b.Conv(b.Input, 4, pad: 1));
        float[][] rounded = [.. s.Values.Select(v => s.Sums.Gather(_ => Array.ConvertAll(v, x => MathF.Floor(x * 1.5f) / 1.5f)))];
        QuantizedLinear blind = new ErrorFeedback(s.Layer, s.Sums, rounded, null).Round((_, v, _) => v);
        QuantizedLinear aimed = new ErrorFeedback(s.Layer, s.Sums, rounded, s.Gathered).Round((_, v, _) => v);
        Assert.IsLessThan(0.5 * s.ErrorOf(blind, rounded), s.ErrorOf(aimed, rounded));
    }

    [TestMethod]
    public void PrunedWeightsStayPruned()
    {
        SyntheticLayer s = new(5, b => b.ConvTranspose(b.Input, 3, 3, 2, outputPadding: 1));
        QuantizedLinear fed = new ErrorFeedback(s.Layer, s.Sums, s.Gathered, null).Round((_, v, _) => WeightSchemes.Log2((float)v, 0, 4));
        int zeros = s.Layer.Weights.Count(w => w == 0);
        Assert.IsGreaterThan(0, zeros);
        for (int i = 0; i < fed.Weights.Length; i++)
            if (s.Layer.Weights[i] == 0)
                Assert.AreEqual(0, fed.Weights[i]);
    }

    /// <summary>[sample]: the weights' inputs and a one, at every position of every frame.</summary>
    private static IEnumerable<double[]> Patches(SyntheticLayer s, int group)
    {
        var l = s.Layer;
        int perGroup = l.InputChannels / l.Groups;
        foreach (float[] values in s.Values)
            for (int y = 0; y < l.GridHeight; y++)
                for (int x = 0; x < l.GridWidth; x++)
                {
                    List<double> patch = [];
                    for (int c = group * perGroup; c < (group + 1) * perGroup; c++)
                        for (int ky = 0; ky < l.KernelHeight; ky++)
                            for (int kx = 0; kx < l.KernelWidth; kx++)
                            {
                                int iy = (y * l.StrideY) + ky - l.PadTop;
                                int ix = (x * l.StrideX) + kx - l.PadLeft;
                                bool inside = iy >= 0 && iy < l.InputHeight && ix >= 0 && ix < l.InputWidth;
                                patch.Add(inside ? values[(((c * l.InputHeight) + iy) * l.InputWidth) + ix] : 0);
                            }

                    yield return [.. patch, 1];
                }
    }
}
