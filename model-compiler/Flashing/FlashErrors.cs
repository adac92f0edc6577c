namespace Barrel.Compiler.Flashing;

/// <summary>BRL15xx: installing on a board.</summary>
public static class FlashErrors
{
    /// <summary>The tool that installs is not on this machine.</summary>
    public const int NoTool = 1501;

    /// <summary>A step of the tool failed.</summary>
    public const int StepFailed = 1502;
}
