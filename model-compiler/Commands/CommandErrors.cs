namespace Barrel.Compiler.Commands;

/// <summary>BRL10xx that belong to the command line itself; all end with exit code 2.</summary>
public static class CommandErrors
{
    /// <summary>Unknown command or option, missing argument, a value that is no number.</summary>
    public const int Usage = 1091;

    /// <summary>An option's value is out of range, or two options contradict each other.</summary>
    public const int Option = 1092;

    /// <summary>An input file does not exist, or is of no kind that the command takes.</summary>
    public const int InputFile = 1093;

    /// <summary>An output file or folder cannot be written.</summary>
    public const int Unwritable = 1094;

    /// <summary>The operating system refused something that no other error names.</summary>
    public const int System = 1095;
}
