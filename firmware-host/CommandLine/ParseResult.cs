namespace Barrel.Host.CommandLine;

/// <summary>A command line taken apart.</summary>
internal sealed class ParseResult
{
    private static readonly string[] HelpNames = ["--help", "-h", "-?", "/h", "/?"];

    private readonly Dictionary<Option, string> texts = [];

    private ParseResult(Command root)
    {
        Command = root;
        Way = [root];
    }

    /// <summary>What is to be done.</summary>
    public Command Command { get; private set; }

    /// <summary>The commands down to it.</summary>
    public List<Command> Way { get; }

    public bool IsHelpAsked { get; private set; }

    /// <summary>What is wrong, or null.</summary>
    public string? Error { get; private set; }

    public static ParseResult Parse(Command root, string[] arguments)
    {
        ParseResult result = new(root);
        string? unknown = null;
        Dictionary<Option, int> counts = [];
        for (int i = 0; i < arguments.Length; i++)
        {
            string word = arguments[i];
            if (HelpNames.Contains(word))
                result.IsHelpAsked = true;
            else if (result.Command.Commands.Find(c => c.Name == word || c.Alias == word) is { } command)
                result.Enter(command);
            else if (!result.TryTake(arguments, ref i, counts))
                unknown ??= word;
        }

        result.Error = result.Command.Action is null ? "Required command was not provided"
            : unknown is not null ? $"Unrecognized command or argument '{unknown}'"
            : result.FirstWrong(counts);
        return result;
    }

    public T? GetValue<T>(Option<T> option) =>
        texts.TryGetValue(option, out string? text) ? (T?)option.Convert(text) : option.DefaultValue is { } value ? value() : default;

    /// <summary>Of an option that is required or has a default.</summary>
    public T GetRequiredValue<T>(Option<T> option)
        where T : class => GetValue(option)!;

    private void Enter(Command command)
    {
        Command = command;
        Way.Add(command);
    }

    private bool TryTake(string[] arguments, ref int i, Dictionary<Option, int> counts)
    {
        string word = arguments[i];
        int end = word.StartsWith('-') ? word.AsSpan().IndexOfAny('=', ':') : -1;
        string name = end < 0 ? word : word[..end];
        if (Command.Options.Find(o => o.Name == name || o.ShortName == name) is not { } option)
            return false;
        string text = end < 0 ? "" : word[(end + 1)..];
        bool hasText = end >= 0;
        if (!hasText && i + 1 < arguments.Length && (!option.IsSwitch || bool.TryParse(arguments[i + 1], out _)))
        {
            text = arguments[++i];
            hasText = true;
        }

        if (hasText && (end < 0 || text.Length > 0))
            texts[option] = text;
        else if (option.IsSwitch)
            texts[option] = bool.TrueString;
        counts[option] = counts.GetValueOrDefault(option) + 1;
        return true;
    }

    private string? FirstWrong(Dictionary<Option, int> counts)
    {
        foreach (Option option in Command.Options)
        {
            if (!counts.TryGetValue(option, out int count))
            {
                if (option.Required)
                    return $"Option '{option.Name}' is required";
                continue;
            }

            if (!texts.TryGetValue(option, out string? text))
                return $"Required argument missing for option: '{option.Name}'";
            if (count > 1 && !option.IsSwitch)
                return $"Option '{option.Name}' expects a single argument but {count} were provided";
            if (option.Refuse(text) is { } wrong)
                return wrong;
        }

        return null;
    }
}
