using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// The factor U of a damped, reordered Hessian: H⁻¹ = Uᵀ·U, U upper triangular. Column j of a row of weights, rounded with error e, lets the later
/// columns k take (e / U[j][j])·U[j][k] of it (Frantar and Alistarh, Optimal Brain Compression, arXiv 2208.11580).
/// </summary>
internal sealed class UpperFactor
{
    private readonly double[][] _upper;

    /// <summary>[place]: what damping added to the diagonal.</summary>
    private readonly double[] _added;

    private UpperFactor(int[] order, double[][] upper, double[] added)
    {
        _added = added;
        Order = order;
        _upper = upper;
    }

    /// <summary>[place]: the column that is rounded there; columns of large diagonals first, the bias last.</summary>
    public int[] Order { get; }

    /// <summary>Row <paramref name="place"/> of U, places before it are zero.</summary>
    public double[] this[int place] => _upper[place];

    /// <param name="hessian">Mean products of the inputs, the last column being the bias's.</param>
    /// <param name="damping">Share of the mean diagonal that is added to each.</param>
    public static UpperFactor Of(double[][] hessian, double damping)
    {
        int n = hessian.Length;
        int columns = n - 1;
        double mean = 0;
        for (int i = 0; i < columns; i++)
            mean += hessian[i][i] / columns;
        int[] order = [.. Enumerable.Range(0, columns).OrderByDescending(i => hessian[i][i]), columns];

        // With the order reversed, H = M·Mᵀ (Cholesky) is H = R·Rᵀ with R upper in the order itself, and U is R⁻¹.
        double[][] lower = new double[n][];
        double[] added = new double[n];
        for (int i = 0; i < n; i++)
        {
            lower[i] = new double[n];
            int from = order[n - 1 - i];
            for (int j = 0; j <= i; j++)
                lower[i][j] = hessian[from][order[n - 1 - j]];
            added[n - 1 - i] = from == columns ? 1e-6 * Math.Max(hessian[from][from], 1) : (damping * mean) + 1e-12;
            lower[i][i] += added[n - 1 - i];
        }

        Cholesky(lower);
        double[][] inverse = InvertLower(lower);
        double[][] upper = new double[n][];
        for (int i = 0; i < n; i++)
        {
            upper[i] = new double[n];
            for (int j = i; j < n; j++)
                upper[i][j] = inverse[n - 1 - i][n - 1 - j];
        }

        return new UpperFactor(order, upper, added);
    }

    /// <summary>The Hessian that this is the factor of, damping included, in the order of <see cref="Order"/>.</summary>
    public double[][] Reordered(double[][] hessian)
    {
        int n = Order.Length;
        double[][] reordered = new double[n][];
        for (int i = 0; i < n; i++)
        {
            double[] from = hessian[Order[i]];
            reordered[i] = [.. Order.Select(k => from[k])];
            reordered[i][i] += _added[i];
        }

        return reordered;
    }

    /// <summary>H⁻¹·b, both in the order of <see cref="Order"/>.</summary>
    public double[] Solve(double[] b)
    {
        int n = b.Length;
        double[] x = new double[n];
        for (int i = 0; i < n; i++)
        {
            double t = Dot(_upper[i], b, i, n);
            AddScaled(x, _upper[i], t, i, n);
        }

        return x;
    }

    /// <summary>target += factor · row over [from, to).</summary>
    public static void AddScaled(double[] target, double[] row, double factor, int from, int to)
    {
        ref double t = ref MemoryMarshal.GetArrayDataReference(target);
        ref double r = ref MemoryMarshal.GetArrayDataReference(row);
        Vector256<double> f = Vector256.Create(factor);
        int k = from;
        for (; k + Vector256<double>.Count <= to; k += Vector256<double>.Count)
            Vector256.FusedMultiplyAdd(f, Vector256.LoadUnsafe(ref r, (nuint)k), Vector256.LoadUnsafe(ref t, (nuint)k)).StoreUnsafe(ref t, (nuint)k);
        for (; k < to; k++)
            target[k] = Math.FusedMultiplyAdd(factor, row[k], target[k]);
    }

    private static void Cholesky(double[][] a)
    {
        int n = a.Length;
        for (int j = 0; j < n; j++)
        {
            double[] rowJ = a[j];
            double diagonal = Math.Sqrt(Math.Max(rowJ[j] - Dot(rowJ, rowJ, 0, j), 1e-300));
            rowJ[j] = diagonal;
            if (n - j > 256)
                Parallel.For(j + 1, n, i => a[i][j] = (a[i][j] - Dot(a[i], rowJ, 0, j)) / diagonal);
            else
                for (int i = j + 1; i < n; i++)
                    a[i][j] = (a[i][j] - Dot(a[i], rowJ, 0, j)) / diagonal;
        }
    }

    /// <summary>Inverse of a lower triangle, row by row: X[i] = (e_i − Σ L[i][k]·X[k]) / L[i][i].</summary>
    private static double[][] InvertLower(double[][] lower)
    {
        int n = lower.Length;
        double[][] inverse = new double[n][];
        for (int i = 0; i < n; i++)
        {
            double[] row = inverse[i] = new double[n];
            for (int k = 0; k < i; k++)
                AddScaled(row, inverse[k], -lower[i][k], 0, k + 1);
            double scale = 1 / lower[i][i];
            for (int k = 0; k < i; k++)
                row[k] *= scale;
            row[i] = scale;
        }

        return inverse;
    }

    private static double Dot(double[] a, double[] b, int from, int to)
    {
        ref double x = ref MemoryMarshal.GetArrayDataReference(a);
        ref double y = ref MemoryMarshal.GetArrayDataReference(b);
        Vector256<double> sums = default;
        int k = from;
        for (; k + Vector256<double>.Count <= to; k += Vector256<double>.Count)
            sums = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref x, (nuint)k), Vector256.LoadUnsafe(ref y, (nuint)k), sums);
        double sum = sums.GetElement(0) + sums.GetElement(1) + sums.GetElement(2) + sums.GetElement(3);
        for (; k < to; k++)
            sum += a[k] * b[k];
        return sum;
    }
}
