using System.Numerics;

namespace Barrel.Compiler.Graphs;

/// <summary>Float kernels that look at one element at a time.</summary>
internal static class FloatElementwise
{
    public static void ParametricRelu(ParametricRelu n, float[] x, float[] y)
    {
        int area = n.Output.Height * n.Output.Width;
        for (int c = 0; c < n.Output.Channels; c++)
        {
            float slope = n.Slopes[n.Slopes.Length == 1 ? 0 : c];
            ReadOnlySpan<float> from = x.AsSpan(c * area, area);
            Span<float> to = y.AsSpan(c * area, area);
            int i = 0;
            for (; i + Vector<float>.Count <= area; i += Vector<float>.Count)
            {
                var v = new Vector<float>(from[i..]);
                Vector.ConditionalSelect(Vector.GreaterThanOrEqual(v, Vector<float>.Zero), v, v * slope).CopyTo(to[i..]);
            }
            for (; i < area; i++)
                to[i] = from[i] >= 0 ? from[i] : slope * from[i];
        }
    }

    /// <summary>y = scale·x + offset by channel.</summary>
    public static void Affine(float[] scales, float[] offsets, float[] x, float[] y)
    {
        int area = y.Length / scales.Length;
        for (int c = 0; c < scales.Length; c++)
        {
            ReadOnlySpan<float> from = x.AsSpan(c * area, area);
            Span<float> to = y.AsSpan(c * area, area);
            Vector<float> scale = new(scales[c]), offset = new(offsets[c]);
            int i = 0;
            for (; i + Vector<float>.Count <= area; i += Vector<float>.Count)
                Vector.FusedMultiplyAdd(new Vector<float>(from[i..]), scale, offset).CopyTo(to[i..]);
            for (; i < area; i++)
                to[i] = MathF.FusedMultiplyAdd(from[i], scales[c], offsets[c]);
        }
    }

    public static void Clip(Clip n, float[] x, float[] y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = MathF.Min(MathF.Max(x[i], n.Minimum), n.Maximum);
    }

    public static void Sign(float[] x, float[] y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = x[i] >= 0 ? 1 : -1;
    }

    public static void Add(float[] a, float[] b, float[] y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = a[i] + b[i];
    }

    public static void Grid(ActivationGrid n, float[] x, float[] y)
    {
        int area = n.Output.Height * n.Output.Width;
        for (int i = 0; i < y.Length; i++)
        {
            float scale = n.Scales[n.Scales.Length == 1 ? 0 : i / area];
            float code = Math.Clamp(MathF.Floor(x[i] / scale + 0.5f) + n.Zero, 0, n.MaximumCode);
            y[i] = (code - n.Zero) * scale;
        }
    }
}
