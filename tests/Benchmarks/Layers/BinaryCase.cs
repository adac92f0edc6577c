namespace Barrel.Benchmarks.Layers;

/// <summary>A fully connected layer of ±1 inputs, weights and outputs.</summary>
public sealed record BinaryCase(int Inputs, int Outputs)
{
    /// <summary>As in networks for MNIST, and one whose weights fit a small board's flash.</summary>
    public static BinaryCase[] All { get; } = [new(784, 1024), new(1024, 1024), new(2048, 512), new(256, 256)];

    /// <summary>+1 and −1, seeded; [Outputs, Inputs].</summary>
    public float[] Weights()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Inputs * Outputs).Select(_ => (random.Next(2) * 2f) - 1)];
    }

    public override string ToString() => $"{Inputs}-{Outputs}";
}
