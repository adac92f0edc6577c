namespace Barrel.Compiler.Emitting;

/// <summary>A place of the input that taps read, relative to the position that is summed.</summary>
/// <param name="Channel">Of all inputs of the layer.</param>
/// <param name="Ky">Row of the kernel.</param>
/// <param name="Kx">Column of the kernel.</param>
internal readonly record struct Cell(int Channel, int Ky, int Kx)
{
    /// <summary>A place of a tensor that is added at the output's own position: a skip.</summary>
    public bool IsSkip => Ky < 0;

    /// <summary>How it is called in generated code.</summary>
    public string Name => IsSkip ? $"s{Channel}" : $"x{Channel}_{Ky}_{Kx}";
}

/// <summary>±2^exponent times the code in a cell.</summary>
/// <param name="Exponent">Relative to the row's unit.</param>
/// <param name="IsNegative">Whether it is subtracted.</param>
/// <param name="Cell">What it reads.</param>
/// <param name="CodeMax">Greatest code that can be there.</param>
internal readonly record struct CellTap(int Exponent, bool IsNegative, Cell Cell, int CodeMax);

/// <summary>
/// One row of a layer in the unit 2^<paramref name="Unit"/>: with S = Σ taps, the output is clamp((S + Offset) >> Shift, Low, High). Bits of bias and rounding
/// below the unit do not matter: floor(floor(a) / 2^n) is floor(a / 2^n).
/// </summary>
/// <param name="Index">Row of the layer.</param>
/// <param name="Taps">Exponents falling; those that are added before those that are subtracted.</param>
/// <param name="Unit">Exponent of the accumulator that one of S stands for.</param>
/// <param name="Offset">Bias and rounding.</param>
/// <param name="Shift">Right shift that is left.</param>
/// <param name="Low">Least code.</param>
/// <param name="High">Greatest code.</param>
internal sealed record RowForm(int Index, CellTap[] Taps, int Unit, long Offset, int Shift, int Low, int High)
{
    /// <summary>Least S + Offset.</summary>
    public long Least => Offset - Taps.Where(t => t.IsNegative).Sum(t => (long)t.CodeMax << t.Exponent);

    /// <summary>Greatest S + Offset.</summary>
    public long Greatest => Offset + Taps.Where(t => !t.IsNegative).Sum(t => (long)t.CodeMax << t.Exponent);
}
