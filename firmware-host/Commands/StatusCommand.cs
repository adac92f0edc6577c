using System.Text.Json;
using Barrel.Host.CommandLine;
using Barrel.Host.Service;

namespace Barrel.Host.Commands;

/// <summary><c>barrel-host status</c>: how the service is that runs on this board.</summary>
internal static class StatusCommand
{
    private const int NameColumns = 18;

    public static Command Create(CommandContext context)
    {
        Option<string> socket = new("--socket")
        {
            Description = "the service's socket, as its --status-socket",
            DefaultValue = () => StatusSocket.PathOfService() ?? StatusSocket.DefaultPath,
        };
        Option<bool> json = new("--json") { Description = "print the service's own JSON object" };
        Command command = new("status", "ask the running service how it is") { socket, json };
        command.Alias = "--status";
        command.SetAction(arguments =>
        {
            string path = arguments.GetRequiredValue(socket);
            string answer = StatusSocket.Ask(path);
            using JsonDocument status = Parse(answer, path);
            if (arguments.GetValue(json))
                context.Output.WriteLine(answer);
            else
                Print(context.Output, status.RootElement);
            return 0;
        });
        return command;
    }

    private static JsonDocument Parse(string answer, string path)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(answer);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new HostFailureException(HostErrors.NothingRuns, $"what answers at '{path}' is no barrel-host; name the service's --socket");
    }

    // Any key is shown, so that an older program can ask a newer service.
    private static void Print(TextWriter output, JsonElement status)
    {
        foreach (JsonProperty property in status.EnumerateObject())
            output.WriteLine($"{Words(property.Name),-NameColumns}{Text(property.Value)}");
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "not known",
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => value.GetArrayLength() == 0 ? "-" : string.Join(", ", value.EnumerateArray().Select(Text)),
        JsonValueKind.Object => string.Join("  ", value.EnumerateObject().Select(p => $"{Words(p.Name)} {Text(p.Value)}")),
        _ => OneLine.Of(value.ToString()),
    };

    // camelCase to words, as people read them.
    private static string Words(string key) =>
        OneLine.Of(string.Concat(key.Select(c => char.IsAsciiLetterUpper(c) ? $" {char.ToLowerInvariant(c)}" : c.ToString())));
}
