using System.Runtime.InteropServices;
using System.Text.Json;

namespace Barrel.Boards;

/// <summary>What is wrong with a JSON file.</summary>
public enum StrictJsonFault
{
    /// <summary>It is not JSON.</summary>
    Syntax,

    /// <summary>It is JSON, and no object.</summary>
    NotAnObject,

    /// <summary>It has a key that means nothing.</summary>
    UnknownKey,

    /// <summary>It has a key twice.</summary>
    KeyTwice,

    /// <summary>A key that must be there is not, or is null.</summary>
    KeyMissing,

    /// <summary>A key's value is of another kind, or a number that does not fit.</summary>
    WrongValue,
}

/// <summary>A JSON file is not what it should be.</summary>
/// <param name="fault">What is wrong.</param>
/// <param name="line">Where, from 1.</param>
/// <param name="key">The key with its way, like <c>spi.bus</c> or <c>faults[3]</c>; empty where there is none.</param>
/// <param name="message">A line for people without the place.</param>
/// <param name="inner">What the parser said.</param>
public sealed class StrictJsonException(StrictJsonFault fault, long line, string key, string message, Exception? inner = null) : Exception(message, inner)
{
    public StrictJsonFault Fault { get; } = fault;

    public long Line { get; } = line;

    public string Key { get; } = key;
}

/// <summary>
/// An object of a JSON file, read key by key: what is missing, there twice, of another kind or not asked for is an error with its line. The serializer would need
/// a tenth of the program that runs on a board.
/// </summary>
public sealed class StrictJson
{
    private readonly ReadOnlyMemory<byte> file;
    private readonly JsonElement element;
    private readonly string path;
    private readonly List<string> known = [];

    private StrictJson(ReadOnlyMemory<byte> file, JsonElement element, string path)
    {
        this.file = file;
        this.element = element;
        this.path = path;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="file">All of it, in UTF-8, with or without a mark of its encoding.</param>
    /// <param name="read">Asks for every key that there may be.</param>
    /// <param name="isLenient">Comments and a comma behind the last value are no mistake.</param>
    /// <returns>Null where the file says null.</returns>
    /// <exception cref="StrictJsonException">The file is not as it was read.</exception>
    public static T? Read<T>(ReadOnlyMemory<byte> file, Func<StrictJson, T> read, bool isLenient = false)
        where T : class
    {
        if (file.Span is [0xEF, 0xBB, 0xBF, ..])
            file = file[3..];
        JsonDocumentOptions options = new() { CommentHandling = isLenient ? JsonCommentHandling.Skip : JsonCommentHandling.Disallow, AllowTrailingCommas = isLenient };
        try
        {
            using JsonDocument document = JsonDocument.Parse(file, options);
            return document.RootElement.ValueKind == JsonValueKind.Null ? null : ReadObject(file, document.RootElement, "", read);
        }
        catch (JsonException e)
        {
            // The parser adds positions behind its first sentence.
            int end = e.Message.IndexOf(". ", StringComparison.Ordinal);
            string why = (end < 0 ? e.Message : e.Message[..end]).ReplaceLineEndings(" ").TrimEnd('.');
            throw new StrictJsonException(StrictJsonFault.Syntax, (e.LineNumber ?? 0) + 1, "", why, e);
        }
        catch (InvalidOperationException e)
        {
            throw new StrictJsonException(StrictJsonFault.Syntax, 1, "", "a text is not UTF-8", e);
        }
    }

    public string Text(string key) => Text(key, Need(key));

    public string? TextOrNull(string key) => Find(key) is { } value ? Text(key, value) : null;

    public int Int(string key) => Int(key, Need(key));

    public int? IntOrNull(string key) => Find(key) is { } value ? Int(key, value) : null;

    public long Long(string key) => Long(key, Need(key));

    public long? LongOrNull(string key) => Find(key) is { } value ? Long(key, value) : null;

    public double Double(string key) => Double(key, Need(key));

    public double? DoubleOrNull(string key) => Find(key) is { } value ? Double(key, value) : null;

    public bool? BoolOrNull(string key) => Find(key) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, value, "true or false");

    public T Object<T>(string key, Func<StrictJson, T> read)
        where T : class => ReadObject(file, Need(key), path + key, read);

    public T? ObjectOrNull<T>(string key, Func<StrictJson, T> read)
        where T : class => Find(key) is { } value ? ReadObject(file, value, path + key, read) : null;

    /// <summary>An array of objects.</summary>
    public T[] Objects<T>(string key, Func<StrictJson, T> read)
        where T : class
    {
        JsonElement array = Need(key);
        if (array.ValueKind != JsonValueKind.Array)
            throw Wrong(key, array, "an array");
        T[] objects = new T[array.GetArrayLength()];
        int i = 0;
        foreach (JsonElement value in array.EnumerateArray())
        {
            objects[i] = ReadObject(file, value, $"{path}{key}[{i}]", read);
            i++;
        }

        return objects;
    }

    private static T ReadObject<T>(ReadOnlyMemory<byte> file, JsonElement element, string path, Func<StrictJson, T> read)
        where T : class
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            long line = LineOf(file, JsonMarshal.GetRawUtf8Value(element));
            throw path.Length == 0
                ? new StrictJsonException(StrictJsonFault.NotAnObject, line, "", "it is not one JSON object")
                : new StrictJsonException(StrictJsonFault.WrongValue, line, path, $"key '{path}' has a wrong value; an object would be right");
        }

        StrictJson json = new(file, element, path.Length == 0 ? "" : path + ".");
        T result = read(json);
        json.CheckKeys();
        return result;
    }

    private static long LineOf(ReadOnlyMemory<byte> file, ReadOnlySpan<byte> part)
    {
        _ = file.Span.Overlaps(part, out int offset);
        return 1 + file.Span[..offset].Count((byte)'\n');
    }

    private string Text(string key, JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(key, value, "a text");

    private int Int(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Wrong(key, value, "a whole number of 32 bits");

    private long Long(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : throw Wrong(key, value, "a whole number of 64 bits");

    private double Double(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) ? number : throw Wrong(key, value, "a number");

    private JsonElement? Find(string key)
    {
        known.Add(key);
        return element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private JsonElement Need(string key) => Find(key) ?? throw new StrictJsonException(
        StrictJsonFault.KeyMissing, LineOf(file, JsonMarshal.GetRawUtf8Value(element)), path + key, $"key '{path}{key}' is missing or null");

    private StrictJsonException Wrong(string key, JsonElement value, string right) => new(
        StrictJsonFault.WrongValue, LineOf(file, JsonMarshal.GetRawUtf8Value(value)), path + key, $"key '{path}{key}' has a wrong value; {right} would be right");

    private void CheckKeys()
    {
        List<string> met = [];
        foreach (JsonProperty property in element.EnumerateObject())
        {
            bool isTwice = met.Contains(property.Name);
            if (!isTwice && known.Contains(property.Name))
            {
                met.Add(property.Name);
                continue;
            }

            throw new StrictJsonException(
                isTwice ? StrictJsonFault.KeyTwice : StrictJsonFault.UnknownKey,
                LineOf(file, JsonMarshal.GetRawUtf8PropertyName(property)),
                path + property.Name,
                $"key '{path}{property.Name}' {(isTwice ? "is there twice" : "is unknown")}");
        }
    }
}
