using Barrel.Compiler.Quantizing;

namespace Barrel.Accuracy;

/// <summary>What the compiler is asked for in one row.</summary>
/// <param name="Weights">Name of the weights' scheme, as the tables write it.</param>
/// <param name="Options">Without the activations.</param>
internal sealed record Setting(string Weights, QuantizeOptions Options)
{
    /// <summary>Columns of the first table of each network.</summary>
    public static int[] ActivationBits { get; } = [8, 6, 5, 4];

    /// <summary>Bits of log activations, besides a sign.</summary>
    public const int LogActivationBits = 4;

    private static readonly double[] Budgets = [0.5, 0.75, 1.0, 1.25, 1.5];

    /// <summary>With linear activations of every width.</summary>
    public static Setting[] Linear { get; } =
    [
        Published(WeightScheme.Linear, 4), Published(WeightScheme.LogNet, 4), Published(WeightScheme.Log2, 4),
        Published(WeightScheme.Linear, 5), Published(WeightScheme.Log2, 5), Published(WeightScheme.LogSqrt2, 5),
        .. Budgets.Select(Terms),
    ];

    /// <summary>With log activations: LOGNET's method 1 has linear weights, its method 2 log weights.</summary>
    public static Setting[] Log { get; } =
    [
        Published(WeightScheme.Linear, 4), Published(WeightScheme.Linear, 5), Published(WeightScheme.LogNet, 4), Published(WeightScheme.LogNet, 5),
        Published(WeightScheme.LogSqrt2, 5), Terms(1.25),
    ];

    /// <summary>Settings whose blobs are made smaller, and what share of the ONNX file's bytes they may take: one over each.</summary>
    public static (Setting Setting, int[] OnnxShares)[] Sized { get; } = [(Terms(0.75), [0, 12]), (Terms(0.5), [0, 16])];

    /// <summary>The paper's method that a row is, with log activations.</summary>
    public string Method => Options.Weights switch
    {
        WeightScheme.Linear => "1",
        WeightScheme.LogNet or WeightScheme.LogSqrt2 => "2",
        _ => "–",
    };

    private static Setting Published(WeightScheme scheme, int bits) =>
        new($"{scheme.ToString().ToLowerInvariant()}-{bits}", new QuantizeOptions { Weights = scheme, Bits = bits });

    private static Setting Terms(double addsPerMac) =>
        new(FormattableString.Invariant($"terms {addsPerMac:0.00}"), new QuantizeOptions { AddsPerMac = addsPerMac });
}
