namespace Barrel.Compiler.Quantizing;

/// <summary>How weights become sums of signed powers of two.</summary>
public enum WeightScheme
{
    /// <summary>0, 1 or 2 terms a weight, chosen by rate and distortion under a budget of adds.</summary>
    Terms,

    /// <summary>One power of two, nearest in the linear domain, full-scale range searched per layer.</summary>
    Log2,

    /// <summary>One power of two as LOGNET publishes it: rounded in the log domain, clipped.</summary>
    LogNet,

    /// <summary>Uniform steps, as LOGNET's baseline.</summary>
    Linear,
}

/// <summary>What the user asked of the quantizer.</summary>
public sealed record QuantizeOptions
{
    public WeightScheme Weights { get; init; } = WeightScheme.Terms;

    /// <summary>Bits of a weight without its sign, for all schemes but terms: 2 to 8.</summary>
    public int Bits { get; init; } = 4;

    /// <summary>Adds for each multiplication of the float network, everything counted; terms only.</summary>
    public double AddsPerMac { get; init; } = 1.2;

    /// <summary>4 to 8.</summary>
    public int ActivationBits { get; init; } = 8;
}
