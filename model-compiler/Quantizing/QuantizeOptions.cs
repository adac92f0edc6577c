namespace Barrel.Compiler.Quantizing;

/// <summary>How weights become sums of signed powers of two.</summary>
public enum WeightScheme
{
    /// <summary>0 to 3 terms a weight, chosen by rate and distortion under a budget of adds.</summary>
    Terms,

    /// <summary>One power of two, nearest in the linear domain, full-scale range searched per layer.</summary>
    Log2,

    /// <summary>One power of two as LOGNET publishes it: rounded in the log domain, clipped.</summary>
    LogNet,

    /// <summary>One power of √2, rounded and clipped as LOGNET does; odd ones are taken as 1.5·2^j.</summary>
    LogSqrt2,

    /// <summary>Uniform steps, as LOGNET's baseline.</summary>
    Linear,
}

/// <summary>How the codes of activations are spaced.</summary>
public enum ActivationScheme
{
    /// <summary>Uniform steps, a power of two for each channel.</summary>
    Linear,

    /// <summary>Zero and powers of two, as LOGNET's method 1 (with linear weights) and method 2 (with log weights).</summary>
    Log2,
}

/// <summary>What the user asked of the quantizer.</summary>
public sealed record QuantizeOptions
{
    public WeightScheme Weights { get; init; } = WeightScheme.Terms;

    /// <summary>Bits of a weight without its sign, for all schemes but terms: 2 to 8.</summary>
    public int Bits { get; init; } = 4;

    /// <summary>Adds for each multiplication of the float network, everything counted; terms only.</summary>
    public double AddsPerMac { get; init; } = 1.2;

    /// <summary>
    /// What a term's bits in the blob cost, relative to the adds of an average one; terms only. A tenth keeps layers of many weights and few positions,
    /// whose adds are almost free, from taking terms for nothing (MNIST's blob would be a third larger). More makes blobs smaller at a price in accuracy: half
    /// takes 3% of ESPNet's and 0.1 to 0.3 points of mIoU.
    /// </summary>
    public double StorageShare { get; init; } = 0.1;

    public ActivationScheme Activations { get; init; } = ActivationScheme.Linear;

    /// <summary>4 to 8 for linear codes, 2 to 5 for log codes.</summary>
    public int ActivationBits { get; init; } = 8;
}
