using System.Runtime.Intrinsics;
using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// What the weights of one group see: a column of samples for each kernel index and one of ones for the bias, taken at positions spread over the
/// calibration frames. Every vector operation has eight lanes on every machine, so that the same frames give the same numbers everywhere.
/// </summary>
internal sealed class InputSamples
{
    public const int SamplesMax = 24576;

    /// <summary>Samples whose products are summed in float before they join the sum in double.</summary>
    private const int Chunk = 1024;

    /// <summary>Columns that share the loads of the other set's.</summary>
    private const int Block = 4;

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
    /// <param name="weights">[frame][grid position]: how much a sample counts; null or empty: 1.</param>
    /// <param name="samplesMax">Samples that are taken where there are so many.</param>
    public static InputSamples Take(LinearLayer layer, FloatSums sums, float[][] gathered, int group, float[][]? weights = null, int samplesMax = SamplesMax)
    {
        int positions = layer.GridHeight * layer.GridWidth;
        int perFrame = Math.Min(positions, Math.Max(1, samplesMax / gathered.Length));
        int count = perFrame * gathered.Length;
        int padded = (count + Chunk - 1) / Chunk * Chunk;
        int[] offsets = sums.OffsetsOf(group);
        int[] at = new int[perFrame * gathered.Length];
        float[] root = new float[padded];
        for (int f = 0; f < gathered.Length; f++)
            for (int i = 0; i < perFrame; i++)
            {
                // A different phase in each frame, so that no row or column of the picture is always or never seen.
                int position = (int)((((long)i * positions) + (((f * 7919L) + 1) % positions)) / perFrame % positions);
                at[(f * perFrame) + i] = (position / layer.GridWidth * sums.RowStride) + (position % layer.GridWidth);
                root[(f * perFrame) + i] = weights?[f] is { Length: > 0 } w ? MathF.Sqrt(w[position]) : 1;
            }

        float[][] columns = new float[offsets.Length + 1][];
        Parallel.For(0, columns.Length, k =>
        {
            float[] column = columns[k] = new float[padded];
            if (k == offsets.Length)
            {
                root.CopyTo(column, 0);
                return;
            }

            for (int f = 0, s = 0; f < gathered.Length; f++)
            {
                float[] source = gathered[f];
                for (int i = 0; i < perFrame; i++, s++)
                    column[s] = source[offsets[k] + at[s]] * root[s];
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
        int blocks = (n + Block - 1) / Block;
        Parallel.For(0, blocks, b =>
        {
            // A block's columns stay in the first-level cache for a chunk of samples while the other set's go by.
            int first = b * Block;
            for (int from = 0; from < _columns[0].Length; from += Chunk)
                for (int j = symmetric ? first : 0; j < n; j += 2)
                    Dot4x2(first, other, j, from, products);
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

    /// <summary>Adds the products of four columns with two, over one chunk; columns behind the last are the last again and are dropped.</summary>
    private void Dot4x2(int i, InputSamples other, int j, int from, double[][] products)
    {
        int n = Columns;
        ref float a0 = ref _columns[i][from];
        ref float a1 = ref _columns[Math.Min(i + 1, n - 1)][from];
        ref float a2 = ref _columns[Math.Min(i + 2, n - 1)][from];
        ref float a3 = ref _columns[Math.Min(i + 3, n - 1)][from];
        ref float b0 = ref other._columns[j][from];
        ref float b1 = ref other._columns[Math.Min(j + 1, n - 1)][from];
        Vector256<float> v00 = default, v01 = default, v10 = default, v11 = default, v20 = default, v21 = default, v30 = default, v31 = default;
        for (nuint k = 0; k < Chunk; k += (nuint)Vector256<float>.Count)
        {
            Vector256<float> y0 = Vector256.LoadUnsafe(ref b0, k);
            Vector256<float> y1 = Vector256.LoadUnsafe(ref b1, k);
            Vector256<float> x = Vector256.LoadUnsafe(ref a0, k);
            v00 = Vector256.FusedMultiplyAdd(x, y0, v00);
            v01 = Vector256.FusedMultiplyAdd(x, y1, v01);
            x = Vector256.LoadUnsafe(ref a1, k);
            v10 = Vector256.FusedMultiplyAdd(x, y0, v10);
            v11 = Vector256.FusedMultiplyAdd(x, y1, v11);
            x = Vector256.LoadUnsafe(ref a2, k);
            v20 = Vector256.FusedMultiplyAdd(x, y0, v20);
            v21 = Vector256.FusedMultiplyAdd(x, y1, v21);
            x = Vector256.LoadUnsafe(ref a3, k);
            v30 = Vector256.FusedMultiplyAdd(x, y0, v30);
            v31 = Vector256.FusedMultiplyAdd(x, y1, v31);
        }

        AddPair(products, i, j, v00, v01);
        AddPair(products, i + 1, j, v10, v11);
        AddPair(products, i + 2, j, v20, v21);
        AddPair(products, i + 3, j, v30, v31);
    }

    private static void AddPair(double[][] products, int i, int j, Vector256<float> first, Vector256<float> second)
    {
        if (i >= products.Length)
            return;
        products[i][j] += Sum(first);
        if (j + 1 < products.Length)
            products[i][j + 1] += Sum(second);
    }

    private static double Sum(Vector256<float> v)
    {
        double sum = 0;
        for (int i = 0; i < Vector256<float>.Count; i++)
            sum += v.GetElement(i);
        return sum;
    }
}
