namespace Barrel.Compiler.Packing;

/// <summary>One signed power of two of a row: the input at a kernel index, shifted left by an exponent in the accumulator's unit.</summary>
public readonly record struct Tap(int KernelIndex, int Exponent, bool Negative);

/// <summary>A row of a layer in integers, ready for the blob; fields as in <c>AccumulatorLayer</c>.</summary>
public sealed class TapRow
{
    public required List<Tap> Taps { get; init; }

    public int Bias { get; set; }

    public int Shift { get; set; }

    public int Post { get; set; }

    public int Low { get; set; }

    public int High { get; set; }

    /// <summary>Terms of the negative side's slope: right shift and sign; null where the row is linear.</summary>
    public List<(int Shift, bool Negative)>? Slope { get; set; }

    /// <summary>Left shift of each skip.</summary>
    public int[] SkipShifts { get; set; } = [];

    /// <summary>The accumulator's unit is 2^Unit.</summary>
    public int Unit { get; set; }
}
