namespace Barrel.Host.Commands;

/// <summary>What commands take from the program: where they write and how models are loaded.</summary>
internal sealed class CommandContext
{
    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public required ExecutorFactory CreateExecutor { get; init; }

    /// <summary>True where a person looks at the output.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>True where 24-bit colours may be written.</summary>
    public bool HasColour { get; init; }

    public static CommandContext ForConsole(ExecutorFactory createExecutor) => new()
    {
        Output = Console.Out,
        Error = Console.Error,
        CreateExecutor = createExecutor,
        IsTerminal = !Console.IsOutputRedirected,
        HasColour = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
    };
}
