namespace Barrel.Runtime.Simd;

/// <summary>Vectors of positions that are summed together: a constant of the body that is made for it.</summary>
internal interface IBlockSize
{
    static abstract int Vectors { get; }
}

/// <summary>What the tile holds and how it is summed: a constant of the body that is made for it.</summary>
internal interface ITileKind
{
    /// <summary>Whether partial sums of several codes fit a byte.</summary>
    static abstract bool SumsBytes { get; }

    /// <summary>Whether the tile holds 16-bit levels, those of even positions apart from those of odd ones.</summary>
    static abstract bool HoldsLevels { get; }
}

internal readonly struct OneVector : IBlockSize
{
    public static int Vectors => 1;
}

internal readonly struct TwoVectors : IBlockSize
{
    public static int Vectors => 2;
}

internal readonly struct FourVectors : IBlockSize
{
    public static int Vectors => 4;
}

internal readonly struct EightVectors : IBlockSize
{
    public static int Vectors => 8;
}

/// <summary>Codes of up to 5 bits.</summary>
internal readonly struct SmallCodes : ITileKind
{
    public static bool SumsBytes => true;

    public static bool HoldsLevels => false;
}

/// <summary>Codes of 6 to 8 bits.</summary>
internal readonly struct WideCodes : ITileKind
{
    public static bool SumsBytes => false;

    public static bool HoldsLevels => false;
}

/// <summary>Levels of log codes.</summary>
internal readonly struct Levels : ITileKind
{
    public static bool SumsBytes => false;

    public static bool HoldsLevels => true;
}
