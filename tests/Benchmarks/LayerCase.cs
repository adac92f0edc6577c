namespace Barrel.Benchmarks;

/// <summary>One convolution with ReLU, as both engines run it. Padding keeps the size, but for the stride.</summary>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="Bits">Of the activations, in and out.</param>
/// <param name="AddsPerMac">Share of the weights that are a power of two; the others are zero.</param>
public sealed record LayerCase(
    string Name, int Inputs, int Outputs, int Height, int Width, int Kernel, int Bits, double AddsPerMac, int Stride = 1, int Dilation = 1, int Groups = 1)
{
    /// <summary>Adding a line benchmarks it, beside ONNX Runtime and in every executor, and tests that they agree.</summary>
    public static LayerCase[] All { get; } =
    [
        new("3x3", 64, 64, 90, 128, 3, 4, 0.98),
        new("3x3", 64, 64, 90, 128, 3, 4, 0.5),
        new("3x3", 64, 64, 90, 128, 3, 4, 0.3),
        new("3x3", 64, 64, 90, 128, 3, 8, 0.98),
        new("3x3", 64, 64, 90, 128, 3, 8, 0.5),
        new("3x3", 64, 64, 90, 128, 3, 8, 0.3),
        new("1x1", 128, 64, 45, 64, 1, 4, 0.5),
        new("depthwise 3x3", 64, 64, 90, 128, 3, 4, 0.5, Groups: 64),
        new("strided 3x3", 32, 64, 90, 128, 3, 4, 0.5, Stride: 2),
        new("dilated 3x3", 64, 64, 45, 64, 3, 4, 0.5, Dilation: 8),
        new("small 3x3", 64, 64, 23, 30, 3, 4, 0.5),
    ];

    /// <summary>The layer that the sweeps vary: 64 to 64 channels, 90x128, 4-bit activations.</summary>
    public static LayerCase Usual { get; } = new("3x3", 64, 64, 90, 128, 3, 4, 0.5);

    public int OutputHeight => ((Height - 1) / Stride) + 1;

    public int OutputWidth => ((Width - 1) / Stride) + 1;

    public int Padding => Kernel / 2 * Dilation;

    public int FanIn => Inputs / Groups * Kernel * Kernel;

    public long Macs => (long)Outputs * FanIn * OutputHeight * OutputWidth;

    /// <summary>Zeros and signed powers of two, 1 to 1/32, the small ones as frequent as in a trained layer; seeded.</summary>
    public float[] Weights()
    {
        var random = new Random(1);
        float[] weights = new float[Outputs * FanIn];
        for (int i = 0; i < weights.Length; i++)
        {
            double share = random.NextDouble();
            double size = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            int exponent = Math.Clamp((int)Math.Round(Math.Log2(Math.Abs(size) + 1e-9)), -5, 0);
            if (share < AddsPerMac)
                weights[i] = MathF.ScaleB(size < 0 ? -1 : 1, exponent);
        }

        return weights;
    }

    public override string ToString() =>
        FormattableString.Invariant($"{Name} {Inputs}-{Outputs} {OutputHeight}x{OutputWidth} {Bits}b {AddsPerMac:0.##}");
}
