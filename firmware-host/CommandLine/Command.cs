using System.Collections;

namespace Barrel.Host.CommandLine;

/// <summary>A word of the command line with its options or with further words.</summary>
internal sealed class Command(string name, string description) : IEnumerable
{
    public string Name => name;

    public string Description => description;

    /// <summary>Another word for it, which the help does not tell.</summary>
    public string? Alias { get; set; }

    /// <summary>Not told in the help.</summary>
    public bool IsHidden { get; set; }

    public List<Option> Options { get; } = [];

    public List<Command> Commands { get; } = [];

    /// <summary>What it does, giving the exit code; null where one of <see cref="Commands"/> must follow.</summary>
    public Func<ParseResult, int>? Action { get; private set; }

    public void Add(Option option) => Options.Add(option);

    public void Add(Command command) => Commands.Add(command);

    public void SetAction(Func<ParseResult, int> action) => Action = action;

    IEnumerator IEnumerable.GetEnumerator() => Options.GetEnumerator();
}
