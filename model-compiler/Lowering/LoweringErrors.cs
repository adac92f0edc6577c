namespace Barrel.Compiler.Lowering;

/// <summary>Codes of networks that import but cannot be lowered, quantized or placed.</summary>
public static class LoweringErrors
{
    /// <summary>BRL2001: an operator that runs in float but has no tap form here.</summary>
    public const int NoTapForm = 2001;

    /// <summary>BRL2002: sums that cannot be kept within 32 bits.</summary>
    public const int Overflow = 2002;

    /// <summary>BRL2003: an option outside its range, or options that exclude each other.</summary>
    public const int BadOption = 2003;

    /// <summary>BRL2004: a trained activation grid that is not a power of two.</summary>
    public const int BadGrid = 2004;

    /// <summary>BRL2005: the card and the network do not fit each other.</summary>
    public const int CardMismatch = 2005;

    /// <summary>BRL2006: values so large or small that no scale of the blob holds them.</summary>
    public const int ScaleRange = 2006;

    /// <summary>BRL2007: a layer or tensor beyond what the blob's format holds.</summary>
    public const int BeyondFormat = 2007;
}
