using System.Numerics;
using System.Runtime.CompilerServices;

namespace Barrel.Compiler.Graphs;

/// <summary>
/// The inner loop of every convolution: out[o, p] = bias[o] + Σ_t weights[o, t] · planes[offsets[t] + p] for consecutive positions p. Inputs
/// are laid out so that a tap is a plain offset (see <see cref="FloatConvolution"/>). Taps are summed in order, one accumulator an output.
/// </summary>
internal static class TapSum
{
    /// <summary>Outputs that share each load.</summary>
    private const int Block = 4;

    /// <summary>Vectors of positions in registers; Block × Tile accumulators.</summary>
    private const int Tile = 3;

    // Positions worked on before the next outputs: their inputs stay in the cache.
    private const int ChunkPositions = 768;

    /// <summary>Elements that <see cref="Run"/> may read and write beyond the last position.</summary>
    public static int Slack => Math.Max(Tile * Vector<float>.Count, ChunkPositions);

    /// <param name="planes">Inputs; offsets[t] + positions + <see cref="Slack"/> stays inside.</param>
    /// <param name="offsets">One for each tap.</param>
    /// <param name="weights">[outputs, taps], row major.</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="positions">How many outputs each row gets.</param>
    /// <param name="rows">[outputs, stride].</param>
    /// <param name="stride">Elements from one row to the next, at least positions + <see cref="Slack"/>.</param>
    public static void Run(float[] planes, int[] offsets, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int positions, float[] rows, int stride)
    {
        int outputs = bias.Length, taps = offsets.Length;
        int blocks = outputs / Block;
        // Interleaved, so that the four weights of a tap lie side by side; one more, so that there is a first even without taps.
        var packed = new float[blocks * Block * taps + 1];
        for (int o = 0; o < blocks * Block; o++)
        {
            for (int t = 0; t < taps; t++)
                packed[(o / Block * taps + t) * Block + o % Block] = weights[o * taps + t];
        }
        for (int chunk = 0; chunk < positions; chunk += ChunkPositions)
        {
            int end = Math.Min(chunk + ChunkPositions, positions);
            for (int b = 0; b < blocks; b++)
            {
                for (int p = chunk; p < end; p += Tile * Vector<float>.Count)
                    Four(ref planes[p], offsets, ref packed[b * Block * taps], bias.Slice(b * Block, Block), ref rows[b * Block * stride + p], stride);
            }
            for (int o = blocks * Block; o < outputs; o++)
            {
                for (int p = chunk; p < end; p += Tile * Vector<float>.Count)
                    One(ref planes[p], offsets, weights.Slice(o * taps, taps), bias[o], ref rows[o * stride + p]);
            }
        }
    }

    // Safety: the caller of Run leaves Slack elements after the last position, so that whole tiles may be read and written.
    private static void Four(ref float x, int[] offsets, ref float weights, ReadOnlySpan<float> bias, ref float y, int stride)
    {
        int lanes = Vector<float>.Count;
        Vector<float> a0 = new(bias[0]), a1 = a0, a2 = a0;
        Vector<float> b0 = new(bias[1]), b1 = b0, b2 = b0;
        Vector<float> c0 = new(bias[2]), c1 = c0, c2 = c0;
        Vector<float> d0 = new(bias[3]), d1 = d0, d2 = d0;
        ref float w = ref weights;
        foreach (int offset in offsets)
        {
            ref float from = ref Unsafe.Add(ref x, offset);
            Vector<float> x0 = Vector.LoadUnsafe(ref from);
            Vector<float> x1 = Vector.LoadUnsafe(ref from, (nuint)lanes);
            Vector<float> x2 = Vector.LoadUnsafe(ref from, (nuint)(2 * lanes));
            var k = new Vector<float>(w);
            a0 = Vector.FusedMultiplyAdd(x0, k, a0);
            a1 = Vector.FusedMultiplyAdd(x1, k, a1);
            a2 = Vector.FusedMultiplyAdd(x2, k, a2);
            k = new Vector<float>(Unsafe.Add(ref w, 1));
            b0 = Vector.FusedMultiplyAdd(x0, k, b0);
            b1 = Vector.FusedMultiplyAdd(x1, k, b1);
            b2 = Vector.FusedMultiplyAdd(x2, k, b2);
            k = new Vector<float>(Unsafe.Add(ref w, 2));
            c0 = Vector.FusedMultiplyAdd(x0, k, c0);
            c1 = Vector.FusedMultiplyAdd(x1, k, c1);
            c2 = Vector.FusedMultiplyAdd(x2, k, c2);
            k = new Vector<float>(Unsafe.Add(ref w, 3));
            d0 = Vector.FusedMultiplyAdd(x0, k, d0);
            d1 = Vector.FusedMultiplyAdd(x1, k, d1);
            d2 = Vector.FusedMultiplyAdd(x2, k, d2);
            w = ref Unsafe.Add(ref w, Block);
        }
        Store(a0, a1, a2, ref y);
        Store(b0, b1, b2, ref Unsafe.Add(ref y, stride));
        Store(c0, c1, c2, ref Unsafe.Add(ref y, 2 * stride));
        Store(d0, d1, d2, ref Unsafe.Add(ref y, 3 * stride));
    }

    private static void One(ref float x, int[] offsets, ReadOnlySpan<float> weights, float bias, ref float y)
    {
        int lanes = Vector<float>.Count;
        Vector<float> a0 = new(bias), a1 = a0, a2 = a0;
        for (int t = 0; t < offsets.Length; t++)
        {
            ref float from = ref Unsafe.Add(ref x, offsets[t]);
            var k = new Vector<float>(weights[t]);
            a0 = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref from), k, a0);
            a1 = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref from, (nuint)lanes), k, a1);
            a2 = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref from, (nuint)(2 * lanes)), k, a2);
        }
        Store(a0, a1, a2, ref y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector<float> v0, Vector<float> v1, Vector<float> v2, ref float y)
    {
        v0.StoreUnsafe(ref y);
        v1.StoreUnsafe(ref y, (nuint)Vector<float>.Count);
        v2.StoreUnsafe(ref y, (nuint)(2 * Vector<float>.Count));
    }
}
