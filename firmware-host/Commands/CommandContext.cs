using Barrel.Host.Service;

namespace Barrel.Host.Commands;

/// <summary>What commands take from the program: where they write and how models are loaded.</summary>
internal sealed class CommandContext
{
    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>True where the system's journal reads <see cref="Error"/>.</summary>
    public bool IsJournal { get; init; }

    /// <summary>Writes lines to <see cref="Error"/>.</summary>
    public EventLog Log => field ??= new EventLog(Error, IsJournal);

    public required ExecutorFactory CreateExecutor { get; init; }

    /// <summary>True where a person looks at the output.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>True where 24-bit colours may be written.</summary>
    public bool HasColour { get; init; }

    public static CommandContext ForConsole(ExecutorFactory createExecutor) => new()
    {
        Output = Console.Out,
        Error = Console.Error,
        IsJournal = JournalStream.IsStandardError(),
        CreateExecutor = createExecutor,
        IsTerminal = !Console.IsOutputRedirected,
        HasColour = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
    };
}
