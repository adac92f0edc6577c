using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// What the weights of one group see: a column of samples for each kernel index and one of ones for the bias, taken at positions spread over the
/// calibration frames. Every vector operation has eight lanes on every machine, so that the same frames give the same numbers everywhere.
/// </summary>
internal sealed class InputSamples
{
    private const int SamplesMax = 24576;

    /// <summary>Samples whose products are summed in float before they join the sum in double.</summary>
    private const int Chunk = 1024;

    private readonly float[][] _columns;

    private InputSamples(float[][] columns, int count)
    {
        _columns = columns;
        Count = count;
    }

    /// <summary>Samples.</summary>
    public int Count { get; }

    /// <summary>Kernel indices and the bias.</summary>
    public int Columns => _columns.Length;

    /// <param name="layer">The layer.</param>
    /// <param name="sums">Its geometry.</param>
    /// <param name="gathered">Its input on each frame, as <see cref="FloatSums.Gather"/> lays it out.</param>
    /// <param name="group">The group.</param>
    public static InputSamples Take(LinearLayer layer, FloatSums sums, float[][] gathered, int group)
    {
        int positions = layer.GridHeight * layer.GridWidth;
        int perFrame = Math.Min(positions, Math.Max(1, SamplesMax / gathered.Length));
        int count = perFrame * gathered.Length;
        int padded = (count + Chunk - 1) / Chunk * Chunk;
        int[] offsets = sums.OffsetsOf(group);
        int[] at = new int[perFrame * gathered.Length];
        for (int f = 0; f < gathered.Length; f++)
            for (int i = 0; i < perFrame; i++)
            {
                // A different phase in each frame, so that no row or column of the picture is always or never seen.
                int position = (int)((((long)i * positions) + (((f * 7919L) + 1) % positions)) / perFrame % positions);
                at[(f * perFrame) + i] = (position / layer.GridWidth * sums.RowStride) + (position % layer.GridWidth);
            }

        float[][] columns = new float[offsets.Length + 1][];
        Parallel.For(0, columns.Length, k =>
        {
            float[] column = columns[k] = new float[padded];
            if (k == offsets.Length)
            {
                column.AsSpan(0, count).Fill(1);
                return;
            }

            for (int f = 0, s = 0; f < gathered.Length; f++)
            {
                float[] source = gathered[f];
                for (int i = 0; i < perFrame; i++, s++)
                    column[s] = source[offsets[k] + at[s]];
            }
        });
        return new InputSamples(columns, count);
    }

    /// <summary>Mean products of this set's columns with another's: [i][j] = mean of this column i times that column j.</summary>
    public double[][] Products(InputSamples other)
    {
        int n = Columns;
        bool symmetric = ReferenceEquals(this, other);
        double[][] products = new double[n][];
        for (int i = 0; i < n; i++)
            products[i] = new double[n];
        const int block = 4;
        int blocks = (n + block - 1) / block;
        Parallel.For(0, blocks, b =>
        {
            for (int j = symmetric ? b * block : 0; j < n; j += 2)
                for (int i = b * block; i < Math.Min(n, (b + 1) * block); i += 2)
                    Dot2x2(_columns[i], _columns[Math.Min(i + 1, n - 1)], other._columns[j], other._columns[Math.Min(j + 1, n - 1)], products, i, j);
        });
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                if (symmetric && j < i)
                    products[i][j] = products[j][i];
                else
                    products[i][j] /= Count;
            }

        return products;
    }

    private static void Dot2x2(float[] a0, float[] a1, float[] b0, float[] b1, double[][] products, int i, int j)
    {
        double s00 = 0, s01 = 0, s10 = 0, s11 = 0;
        ref float pa0 = ref MemoryMarshal.GetArrayDataReference(a0);
        ref float pa1 = ref MemoryMarshal.GetArrayDataReference(a1);
        ref float pb0 = ref MemoryMarshal.GetArrayDataReference(b0);
        ref float pb1 = ref MemoryMarshal.GetArrayDataReference(b1);
        for (int from = 0; from < a0.Length; from += Chunk)
        {
            Vector256<float> v00 = default, v01 = default, v10 = default, v11 = default;
            for (int k = from; k < from + Chunk; k += Vector256<float>.Count)
            {
                Vector256<float> x0 = Vector256.LoadUnsafe(ref pa0, (nuint)k);
                Vector256<float> x1 = Vector256.LoadUnsafe(ref pa1, (nuint)k);
                Vector256<float> y0 = Vector256.LoadUnsafe(ref pb0, (nuint)k);
                Vector256<float> y1 = Vector256.LoadUnsafe(ref pb1, (nuint)k);
                v00 = Vector256.FusedMultiplyAdd(x0, y0, v00);
                v01 = Vector256.FusedMultiplyAdd(x0, y1, v01);
                v10 = Vector256.FusedMultiplyAdd(x1, y0, v10);
                v11 = Vector256.FusedMultiplyAdd(x1, y1, v11);
            }

            s00 += Sum(v00);
            s01 += Sum(v01);
            s10 += Sum(v10);
            s11 += Sum(v11);
        }

        int n = products.Length;
        products[i][j] = s00;
        if (j + 1 < n)
            products[i][j + 1] = s01;
        if (i + 1 >= n)
            return;
        products[i + 1][j] = s10;
        if (j + 1 < n)
            products[i + 1][j + 1] = s11;
    }

    private static double Sum(Vector256<float> v)
    {
        double sum = 0;
        for (int i = 0; i < Vector256<float>.Count; i++)
            sum += v.GetElement(i);
        return sum;
    }
}
