using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using CsCheck;

namespace Barrel.Compiler.Tests.Quantizing;

[TestClass]
public class TermBudgetTests
{
    private static readonly float[] UpToTwo = SignedPowers.Table(2, 10);
    private static readonly float[] UpToThree = [.. UpToTwo.Union(SignedPowers.Table(3, 12))];

    [TestMethod]
    public void RoundsToTheLeastOfErrorAndPrice() => Gen.Select(Gen.Double[-1, 1], Gen.Double[0, 12], Gen.Int[-3, 3]).Each(5000, sample =>
        {
            (double weight, double octaves, int top) = sample;
            float scale = MathF.ScaleB(1, top);
            weight *= scale;
            double cost = Math.Pow(4, -top);
            double price = Math.Pow(2, -octaves);
            double Total(double q) => (cost * Math.Pow(weight - q, 2)) + (price * SignedPowers.CountTerms((float)q));
            double rounded = new TermTable([scale]).Round(weight, cost, new TermPrice(price, 0));
            double best = UpToThree.Min(t => Math.Min(Total(t * scale), Total(-t * scale)));
            Assert.AreEqual(best, Total(rounded), 1e-9);
            Assert.IsLessThanOrEqualTo(3, SignedPowers.CountTerms((float)rounded));
        });

    [TestMethod]
    public void DearerBitsAreFewer()
    {
        Random random = new(3);
        float[] weights = [.. Enumerable.Range(0, 4000).Select(_ => (float)(random.NextDouble() - random.NextDouble()))];
        TermTable table = new(weights);
        double last = double.PositiveInfinity;
        for (int octave = -30; octave <= 0; octave++)
        {
            double[] rounded = [.. weights.Select(w => table.Round(w, 1, new TermPrice(0, Math.Pow(2, octave))))];
            table.Learn(rounded.Select(r => (TermTable.TermsMax, table.IndexOf(TermTable.TermsMax, r))));
            double bits = rounded.Sum(r => table.BitsOf(TermTable.TermsMax, table.IndexOf(TermTable.TermsMax, r)));
            Assert.IsLessThanOrEqualTo(last * 1.001, bits);
            last = bits;
        }

        Assert.IsLessThan(4000 * 0.1, last, "in the end they are zeros, which take next to nothing");
    }

    [TestMethod]
    public void BitsAreTheLogarithmOfHowOften()
    {
        TermStatistics seen = new();
        TermCode half = TermCode.Of(0.5f);
        for (int i = 0; i < 3500; i++)
            seen.Add(TermCode.Of(0));
        for (int i = 0; i < 500; i++)
            seen.Add(half);
        Assert.AreEqual(Math.Log2(8 / 7.0), seen.BitsOf(TermCode.Of(0)), 0.01);
        Assert.AreEqual(3 + 1, seen.BitsOf(half), 0.03, "that it is there, and its sign");
        Assert.IsGreaterThan(12, seen.BitsOf(TermCode.Of(0.25f)), "never seen");
        Assert.AreEqual(new TermCode(3, 0, 2, 3), TermCode.Of(4 - 1 + 0.125f));
    }

    [TestMethod]
    public void DearerTermsAreFewer()
    {
        (TermBudget budget, LinearLayer[] layers) = Budget();
        double last = double.PositiveInfinity;
        for (int octave = -40; octave <= 10; octave++)
        {
            double adds = layers.Sum(l => budget.AddsOf(l, Math.Pow(2, octave)));
            Assert.IsLessThanOrEqualTo(last, adds);
            last = adds;
        }

        Assert.AreEqual(0, last);
    }

    [TestMethod]
    [DataRow(0.05)]
    [DataRow(0.5)]
    [DataRow(1.0)]
    [DataRow(1.5)]
    public void ThePriceMeetsWhatIsLeft(double addsPerWeight)
    {
        (TermBudget budget, LinearLayer[] layers) = Budget();
        double all = layers.Sum(l => (double)l.Weights.Length * l.GridHeight * l.GridWidth);
        double left = addsPerWeight * all;
        foreach (LinearLayer layer in layers)
        {
            double price = budget.PriceFor(left);
            double adds = layers.SkipWhile(l => l != layer).Sum(l => budget.AddsOf(l, price));
            Assert.IsLessThanOrEqualTo(left, adds);
            Assert.IsGreaterThanOrEqualTo(0.9 * left, adds, "and does not leave much of it");
            left -= budget.AddsOf(layer, price);
            budget.Remove(layer);
        }
    }

    [TestMethod]
    [DataRow(0.3f, 0.5f)]
    [DataRow(0.5f, 0.5f)]
    [DataRow(-0.51f, 1f)]
    [DataRow(5f, 8f)]
    [DataRow(0f, 1f)]
    public void TheScaleIsThePowerAbove(float weight, float scale) => Assert.AreEqual(scale, TermTable.ScaleOf([weight, 0, weight / 3]));

    [TestMethod]
    public void NearestKeepsWhatIsShort()
    {
        CollectionAssert.AreEqual(new[] { 0.25f, -0.75f, 0, 0.625f }, TermTable.Nearest([0.25f, -0.75f, 0, 0.625f], 2));
        Gen.Float[-4, 4].Each(2000, w =>
        {
            float[] once = TermTable.Nearest([w], 2);
            CollectionAssert.AreEqual(once, TermTable.Nearest(once, 2), "rounding twice is rounding once");
            Assert.AreEqual(w, once[0], Math.Abs(w) / 10);
        });
    }

    private static (TermBudget Budget, LinearLayer[] Layers) Budget()
    {
        TermBudget budget = new(0.5);
        LinearLayer[] layers = [.. Enumerable.Range(1, 3).Select(i => new SyntheticLayer(i, b => b.Conv(b.Input, 8, pad: 1, stride: i)).Layer)];
        Random random = new(1);
        foreach (LinearLayer layer in layers)
            budget.Add(layer, layer.Weights, [.. layer.Weights.Select(_ => random.NextDouble())], (long)layer.GridHeight * layer.GridWidth);
        return (budget, layers);
    }
}
