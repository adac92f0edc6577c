namespace Barrel.Compiler.Placing;

/// <summary>Codes of networks that compile and cannot be placed on a board's TDNN chip.</summary>
public static class PlacingErrors
{
    /// <summary>BRL2101: no layer that the chip takes.</summary>
    public const int NothingToPlace = 2101;

    /// <summary>BRL2102: a chain longer than the chip or its input buffer.</summary>
    public const int ChainTooLong = 2102;

    /// <summary>BRL2103: a ReRAM chip that would be programmed anew for every frame.</summary>
    public const int WearsOut = 2103;

    /// <summary>BRL2104: no room for a chain between bad processing elements, or more passes than a blob holds.</summary>
    public const int NoRoom = 2104;
}
