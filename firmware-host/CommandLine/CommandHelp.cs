namespace Barrel.Host.CommandLine;

/// <summary>What <c>--help</c> prints.</summary>
internal static class CommandHelp
{
    private const int Gap = 2;
    private const int RightWidthMin = 20;

    /// <param name="output">Where to.</param>
    /// <param name="program">The program's name.</param>
    /// <param name="way">The command, after those before it.</param>
    /// <param name="width">Characters of a line of the terminal; <see cref="int.MaxValue"/> where there is none.</param>
    public static void Write(TextWriter output, string program, IReadOnlyList<Command> way, int width)
    {
        Command command = way[^1];
        output.WriteLine("Description:");
        WriteFolded(output, "  ", command.Description, width);
        output.WriteLine();
        output.WriteLine("Usage:");
        output.WriteLine($"  {string.Join(' ', (string[])[program, .. way.Skip(1).Select(c => c.Name)])}{(command.Commands.Count > 0 ? " [command]" : "")} [options]");
        output.WriteLine();

        List<(string Left, string Right)> rows = [];
        foreach (Option option in command.Options)
            rows.Add((LeftOf(option), option.Description + (option.Default is { } value ? $" [default: {value}]" : "")));
        rows.Add(("-?, -h, --help", "Show help and usage information"));
        if (way.Count == 1)
            rows.Add(("--version", "Show version information"));
        WriteRows(output, "Options:", rows, width);
        if (command.Commands.Count > 0)
            WriteRows(output, "Commands:", [.. command.Commands.FindAll(c => !c.IsHidden).ConvertAll(c => (c.Name, c.Description))], width);
    }

    private static string LeftOf(Option option) =>
        (option.ShortName is null ? "" : option.ShortName + ", ") + option.Name + (option.IsSwitch ? "" : $" <{option.Name.TrimStart('-')}>") + (option.Required ? " (REQUIRED)" : "");

    private static void WriteRows(TextWriter output, string title, List<(string Left, string Right)> rows, int width)
    {
        int left = 0;
        foreach ((string text, _) in rows)
            left = Math.Max(left, text.Length);
        output.WriteLine(title);
        foreach ((string text, string right) in rows)
            WriteFolded(output, $"  {text.PadRight(left + Gap)}", right, width);
        output.WriteLine();
    }

    /// <summary>A text behind others, whose further lines begin below its first.</summary>
    private static void WriteFolded(TextWriter output, string before, string text, int width)
    {
        int room = Math.Max(RightWidthMin, width - before.Length - 1);
        while (text.Length > room)
        {
            int end = text.LastIndexOf(' ', room);
            if (end <= 0)
                break;
            output.WriteLine(before + text[..end]);
            text = text[(end + 1)..];
            before = new string(' ', before.Length);
        }

        output.WriteLine(before + text);
    }
}
