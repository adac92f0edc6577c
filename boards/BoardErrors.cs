namespace Barrel.Boards;

/// <summary>Codes of what can be wrong with a board: BRL4001 to BRL4019.</summary>
public static class BoardErrors
{
    /// <summary>No board has this name.</summary>
    public const int UnknownBoard = 4001;

    /// <summary>A board's file cannot be read.</summary>
    public const int UnreadableFile = 4002;

    /// <summary>A board's file is not JSON, or has a key missing, unknown or of the wrong kind.</summary>
    public const int InvalidFile = 4003;

    /// <summary>A number in a board's file is out of its range, or two pins share a number.</summary>
    public const int InvalidValue = 4004;

    /// <summary>A chip's fault map cannot be read.</summary>
    public const int UnreadableFaultMap = 4005;

    /// <summary>A fault map is not JSON, or has a key missing, unknown or of the wrong kind.</summary>
    public const int InvalidFaultMap = 4006;

    /// <summary>A number in a fault map is out of its range, or a PE is in it twice.</summary>
    public const int InvalidFaultMapValue = 4007;

    /// <summary>A fault map is of a chip of another board or geometry.</summary>
    public const int OtherFaultMap = 4008;

    /// <summary>A fault map cannot be written.</summary>
    public const int UnwritableFaultMap = 4009;
}
