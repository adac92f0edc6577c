using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests.Lowering;

namespace Barrel.Compiler.Tests.Quantizing;

/// <summary>One linear layer with frames in front of it whose channels and neighbours resemble each other, as those of real networks do.</summary>
internal sealed class SyntheticLayer
{
    public SyntheticLayer(int seed, Func<GraphBuilder, Value> make, int frames = 4, int channels = 6, int height = 12, int width = 14)
    {
        GraphBuilder b = new(seed, channels, height, width);
        b.To(make(b));
        LoweredTensor input = new("input", channels, height, width);
        Layer = (LinearLayer)Lowerer.Lower(b.Graph, input).Layers.Single();
        Sums = new FloatSums(Layer);
        Random random = new(seed);
        Values = [.. Enumerable.Range(0, frames).Select(_ => Smooth(random, channels, height, width))];
        Gathered = [.. Values.Select(v => Sums.Gather(_ => v))];
    }

    public LinearLayer Layer { get; }

    public FloatSums Sums { get; }

    /// <summary>[frame]: the input, [channels, height, width].</summary>
    public float[][] Values { get; }

    public float[][] Gathered { get; }

    /// <summary>Mean square of the difference between the layer's own outputs on its frames and a rounded one's on others.</summary>
    public double ErrorOf(QuantizedLinear rounded, float[][]? otherGathered = null)
    {
        FloatFlow flow = new();
        double error = 0;
        int count = 0;
        for (int f = 0; f < Gathered.Length; f++)
        {
            float[] exact = flow.RunLinear(Layer, Sums, Gathered[f], Layer.Weights, Layer.Bias);
            float[] made = flow.RunLinear(Layer, Sums, (otherGathered ?? Gathered)[f], rounded.Weights, rounded.Bias);
            for (int i = 0; i < exact.Length; i++, count++)
                error += Math.Pow(exact[i] - made[i], 2);
        }

        return error / count;
    }

    private static float[] Smooth(Random random, int channels, int height, int width)
    {
        float[] values = new float[channels * height * width];
        double[] shared = [.. Enumerable.Range(0, height * width).Select(i => 1 + Math.Sin((i / width * 0.4) + random.NextDouble()) + Math.Cos(i % width * 0.3))];
        for (int c = 0; c < channels; c++)
        {
            double gain = 0.2 + (random.NextDouble() * 2);
            for (int i = 0; i < shared.Length; i++)
                values[(c * shared.Length) + i] = (float)Math.Max(0, gain * (shared[i] + (random.NextDouble() * 0.7)));
        }

        return values;
    }
}
