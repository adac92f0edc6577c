using System.Text;
using System.Text.Json;

namespace Barrel.Host.Commands;

/// <summary>The one JSON object that a command prints: written when this is closed.</summary>
internal sealed class JsonOutput : IDisposable
{
    private readonly MemoryStream stream = new();
    private readonly TextWriter output;

    public JsonOutput(TextWriter output)
    {
        this.output = output;
        Writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        Writer.WriteStartObject();
    }

    public Utf8JsonWriter Writer { get; }

    public void Dispose()
    {
        Writer.WriteEndObject();
        Writer.Dispose();
        output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }
}
