using Barrel.Compiler.Quantizing;

namespace Barrel.Compiler.Tests.Quantizing;

[TestClass]
public class UpperFactorTests
{
    [TestMethod]
    [DataRow(2)]
    [DataRow(5)]
    [DataRow(28)]
    [DataRow(300)]
    public void ItsSquareIsTheInverse(int n)
    {
        double[][] hessian = Hessian(n, seed: n);
        UpperFactor factor = UpperFactor.Of(hessian, 0.01);
        double[][] inverse = Inverse(Damped(hessian, factor.Order, 0.01));
        double scale = inverse.Max(r => r.Max(Math.Abs));
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
                Assert.AreEqual(0, factor[i][j], "upper");
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int k = 0; k < n; k++)
                    sum += factor[k][i] * factor[k][j];
                Assert.AreEqual(inverse[i][j], sum, 1e-7 * scale, $"[{i}, {j}]");
            }
        }
    }

    [TestMethod]
    public void LargeDiagonalsComeFirstAndTheBiasLast()
    {
        double[][] hessian = Hessian(12, seed: 3);
        int[] order = UpperFactor.Of(hessian, 0.01).Order;
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 12).ToArray(), order);
        Assert.AreEqual(11, order[^1]);
        for (int i = 1; i < 11; i++)
            Assert.IsGreaterThanOrEqualTo(hessian[order[i]][order[i]], hessian[order[i - 1]][order[i - 1]]);
    }

    [TestMethod]
    public void SolvesInItsOrder()
    {
        double[][] hessian = Hessian(30, seed: 4);
        UpperFactor factor = UpperFactor.Of(hessian, 0.01);
        double[][] damped = Damped(hessian, factor.Order, 0.01);
        double[] b = [.. Enumerable.Range(0, 30).Select(i => Math.Sin(i))];
        double[] x = factor.Solve(b);
        for (int i = 0; i < 30; i++)
            Assert.AreEqual(b[i], damped[i].Zip(x).Sum(p => p.First * p.Second), 1e-7);
    }

    [TestMethod]
    public void AColumnThatWasNeverSeenIsNoTrouble()
    {
        double[][] hessian = Hessian(6, seed: 5);
        for (int i = 0; i < 6; i++)
            hessian[2][i] = hessian[i][2] = 0;
        UpperFactor factor = UpperFactor.Of(hessian, 0.01);
        for (int i = 0; i < 6; i++)
            Assert.IsTrue(Array.TrueForAll(factor[i], double.IsFinite));
        Assert.IsTrue(Array.TrueForAll(UpperFactor.Of([[0, 0], [0, 1]], 0.01)[0], double.IsFinite));
    }

    [TestMethod]
    public void AddScaledTouchesItsRangeOnly()
    {
        for (int from = 0; from < 9; from++)
            for (int to = from; to < 20; to++)
            {
                double[] target = [.. Enumerable.Range(0, 20).Select(i => (double)i)];
                double[] row = [.. Enumerable.Range(0, 20).Select(i => i + 0.5)];
                UpperFactor.AddScaled(target, row, 2, from, to);
                for (int i = 0; i < 20; i++)
                    Assert.AreEqual(i >= from && i < to ? i + (2 * (i + 0.5)) : i, target[i]);
            }
    }

    /// <summary>Mean products of correlated samples, the last column ones.</summary>
    private static double[][] Hessian(int n, int seed)
    {
        Random random = new(seed);
        double[][] h = [.. Enumerable.Range(0, n).Select(_ => new double[n])];
        int count = 3 * n;
        for (int s = 0; s < count; s++)
        {
            double shared = random.NextDouble();
            double[] x = [.. Enumerable.Range(0, n).Select(i => i == n - 1 ? 1 : (shared + random.NextDouble()) * (1 + (i % 5)))];
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++)
                    h[i][j] += x[i] * x[j] / count;
        }

        return h;
    }

    private static double[][] Damped(double[][] hessian, int[] order, double damping)
    {
        int n = order.Length;
        double mean = Enumerable.Range(0, n - 1).Sum(i => hessian[i][i]) / (n - 1);
        double[][] damped = [.. order.Select(i => order.Select(j => hessian[i][j]).ToArray())];
        for (int i = 0; i < n - 1; i++)
            damped[i][i] += damping * mean;
        damped[n - 1][n - 1] *= 1 + 1e-6;
        return damped;
    }

    /// <summary>Gauss and Jordan, with pivots.</summary>
    private static double[][] Inverse(double[][] matrix)
    {
        int n = matrix.Length;
        double[][] a = [.. matrix.Select((r, i) => r.Concat(Enumerable.Range(0, n).Select(j => i == j ? 1.0 : 0)).ToArray())];
        for (int c = 0; c < n; c++)
        {
            int pivot = Enumerable.Range(c, n - c).MaxBy(r => Math.Abs(a[r][c]));
            (a[c], a[pivot]) = (a[pivot], a[c]);
            double scale = 1 / a[c][c];
            for (int j = 0; j < 2 * n; j++)
                a[c][j] *= scale;
            for (int r = 0; r < n; r++)
            {
                double factor = a[r][c];
                if (r == c || factor == 0)
                    continue;
                for (int j = 0; j < 2 * n; j++)
                    a[r][j] -= factor * a[c][j];
            }
        }

        return [.. a.Select(r => r[n..])];
    }
}
