namespace Barrel.Benchmarks.Layers;

/// <summary>A layer of ±1 inputs, weights and outputs: fully connected, or a convolution over a square input without padding.</summary>
public sealed record BinaryCase(int Inputs, int Outputs, int Kernel = 1, int Extent = 1, int Stride = 1)
{
    /// <summary>
    /// As in networks for MNIST, one whose weights fit a small board's flash, the convolutions of residual and VGG networks, and what those have between.
    /// </summary>
    public static BinaryCase[] All { get; } =
    [
        new(784, 1024), new(1024, 1024), new(2048, 512), new(256, 256), new(64, 64, 3, 58), new(128, 128, 3, 30), new(256, 256, 3, 16), new(512, 512, 3, 9),
        new(64, 128, 3, 57, 2), new(128, 128, 1, 28), new(256, 512, 1, 28, 2),
    ];

    public int OutputExtent => ((Extent - Kernel) / Stride) + 1;

    /// <summary>Of the input, as ONNX has it.</summary>
    public long[] Shape => Extent == 1 ? [1, Inputs] : [1, Inputs, Extent, Extent];

    public long Macs => (long)Inputs * Kernel * Kernel * Outputs * OutputExtent * OutputExtent;

    public int InputElements => Inputs * Extent * Extent;

    /// <summary>+1 and −1, seeded; [Outputs, Inputs, Kernel, Kernel].</summary>
    public float[] Weights()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Inputs * Kernel * Kernel * Outputs).Select(_ => (random.Next(2) * 2f) - 1)];
    }

    public override string ToString() =>
        Extent == 1 ? $"{Inputs}-{Outputs}" : $"{Kernel}x{Kernel} {Inputs}-{Outputs} {OutputExtent}x{OutputExtent}{(Stride == 1 ? "" : $" stride {Stride}")}";
}
