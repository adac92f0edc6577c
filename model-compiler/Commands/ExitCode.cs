namespace Barrel.Compiler.Commands;

/// <summary>What the program ends with.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>The command ran, and what it checked did not hold.</summary>
    public const int CheckFailed = 1;

    /// <summary>Bad usage or bad input, said in one line on stderr.</summary>
    public const int BadInput = 2;
}
