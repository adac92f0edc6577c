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
}
