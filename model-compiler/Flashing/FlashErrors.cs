namespace Barrel.Compiler.Flashing;

/// <summary>BRL15xx: a program that does not get onto a board; all end with exit code 2.</summary>
public static class FlashErrors
{
    /// <summary>The board is none that is flashed.</summary>
    public const int NotFlashed = 1501;

    /// <summary>A program that this one calls is not installed.</summary>
    public const int ToolMissing = 1502;

    /// <summary>The board's program cannot be published here.</summary>
    public const int NotPublished = 1503;

    /// <summary>Nobody answers at the host, or who does lets nobody in.</summary>
    public const int Unreachable = 1504;

    /// <summary>What answers lacks something that the service needs.</summary>
    public const int Unsuited = 1505;

    /// <summary>The host refused the files, or the connection broke.</summary>
    public const int NotCopied = 1506;

    /// <summary>The files are there, and the new version does not run.</summary>
    public const int NotInstalled = 1507;

    /// <summary>There is no version before the one that runs.</summary>
    public const int NothingBefore = 1508;

    /// <summary>A step of nanoff failed.</summary>
    public const int StepFailed = 1509;
}
