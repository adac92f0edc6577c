using System.Text.Json;
using Barrel.Runtime;

namespace Barrel.Compiler.Cards;

/// <summary>Reads and checks a model card; every error names the file and the key.</summary>
internal sealed class CardReader
{
    private const int BytesMax = 1 << 20;

    private readonly string _path;

    private CardReader(string path)
    {
        _path = path;
    }

    public static ModelCard Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > BytesMax })
                throw new BarrelException(CardErrors.NotJson, $"{path}: a model card of more than {BytesMax} bytes is none");
            return Parse(path, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new BarrelException(CardErrors.Unreadable, $"{path}: the model card cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    public static ModelCard Parse(string path, byte[] json)
    {
        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 };
            // Some editors put a byte order mark before the first brace.
            ReadOnlyMemory<byte> text = json.AsSpan().StartsWith("\uFEFF"u8) ? json.AsMemory(3) : json;
            using JsonDocument document = JsonDocument.Parse(text, options);
            return new CardReader(path).Card(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new BarrelException(CardErrors.NotJson, $"{path}: not a JSON file: {e.Message.TrimEnd('.')}", e);
        }
    }

    private ModelCard Card(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new BarrelException(CardErrors.NotJson, $"{_path}: a model card is a JSON object, this is a {Kind(root)}");
        CheckKeys(root, "", ["task", "input", "classes", "road", "ignoreLabel", "threshold"]);

        int task = Choice(root, "", "task", ["none", "segmentation", "classification", "detection"]) ?? Model.TaskNone;
        string[] classes = Classes(root);
        float? threshold = Number(root, "threshold") is double t ? (float)t : null;
        if (threshold is not null && task != Model.TaskSegmentation)
            throw Contradiction("threshold", "is for task segmentation, a mask of one channel");
        return new ModelCard
        {
            Path = _path,
            Task = task,
            Input = root.TryGetProperty("input", out JsonElement input) ? Input(input) : new CardInput(),
            Classes = classes,
            RoadClass = Road(root, classes),
            IgnoreLabel = Integer(root, "", "ignoreLabel", 0, 255) ?? -1,
            Threshold = threshold,
        };
    }

    private CardInput Input(JsonElement input)
    {
        if (input.ValueKind != JsonValueKind.Object)
            throw BadValue("input", "an object", input);
        CheckKeys(input, "input.", ["channels", "subtract", "multiply", "resize", "binarize", "padTo", "padValue"]);

        int? order = Choice(input, "input.", "channels", ["RGB", "BGR", "GRAY"]);
        int channels = order == InputFormat.ChannelsGray ? 1 : 3;
        double[] subtract = Numbers(input, "subtract", channels) ?? [0];
        double[] multiply = Numbers(input, "multiply", channels) ?? [1];
        bool binarize = input.TryGetProperty("binarize", out JsonElement b) && b.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw BadValue("input.binarize", "true or false", b),
        };
        if (Array.Exists(multiply, m => (float)m == 0))
            throw Contradiction("input.multiply", "must not be 0: the network would not see the pixels");
        if (binarize && Array.Exists(multiply, m => m < 0))
            throw Contradiction("input.multiply", "must be positive where input.binarize is true");
        int? padTo = Integer(input, "input.", "padTo", 1, 1 << 24);
        if (padTo is null && input.TryGetProperty("padValue", out _))
            throw Contradiction("input.padValue", "needs input.padTo");
        return new CardInput
        {
            ChannelOrder = order,
            Subtract = subtract,
            Multiply = multiply,
            Resize = Choice(input, "input.", "resize", ["stretch", "crop"]) ?? InputFormat.ResizeStretch,
            Binarize = binarize,
            PadTo = padTo,
            PadValue = Number(input, "padValue", "input.") ?? 0,
        };
    }

    private string[] Classes(JsonElement root)
    {
        if (!root.TryGetProperty("classes", out JsonElement list))
            return [];
        if (list.ValueKind != JsonValueKind.Array)
            throw BadValue("classes", "a list of names", list);
        var names = new List<string>();
        foreach (JsonElement entry in list.EnumerateArray())
        {
            string? name = entry.ValueKind == JsonValueKind.String ? entry.GetString() : null;
            if (string.IsNullOrWhiteSpace(name))
                throw BadValue($"classes[{names.Count}]", "a name", entry);
            if (names.Contains(name))
                throw Contradiction($"classes[{names.Count}]", $"repeats '{name}'");
            names.Add(name);
        }

        return [.. names];
    }

    private int Road(JsonElement root, string[] classes)
    {
        if (!root.TryGetProperty("road", out JsonElement road))
            return -1;
        if (road.ValueKind != JsonValueKind.String)
            throw BadValue("road", "the name of a class", road);
        int index = Array.IndexOf(classes, road.GetString());
        return index >= 0 ? index : throw Contradiction("road", $"names '{road.GetString()}', which is not among classes");
    }

    // The position of the value among the choices, which are in the order of the runtime's constants.
    private int? Choice(JsonElement parent, string prefix, string key, string[] choices)
    {
        if (!parent.TryGetProperty(key, out JsonElement value))
            return null;
        int index = value.ValueKind == JsonValueKind.String ? Array.IndexOf(choices, value.GetString()) : -1;
        return index >= 0 ? index : throw BadValue(prefix + key, "one of " + string.Join(", ", choices), value);
    }

    private int? Integer(JsonElement parent, string prefix, string key, int least, int greatest)
    {
        if (!parent.TryGetProperty(key, out JsonElement value))
            return null;
        bool ok = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int n) && n >= least && n <= greatest;
        return ok ? value.GetInt32() : throw BadValue(prefix + key, $"a whole number {least}..{greatest}", value);
    }

    private double? Number(JsonElement parent, string key, string prefix = "") =>
        parent.TryGetProperty(key, out JsonElement value) ? Finite(value, prefix + key) : null;

    private double Finite(JsonElement value, string key)
    {
        // 1e39 would be infinite as the network's float.
        bool ok = value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double n) && float.IsFinite((float)n);
        return ok ? value.GetDouble() : throw BadValue(key, "a finite number", value);
    }

    private double[]? Numbers(JsonElement parent, string key, int channels)
    {
        if (!parent.TryGetProperty(key, out JsonElement list))
            return null;
        string name = "input." + key;
        if (list.ValueKind == JsonValueKind.Number)
            return [Finite(list, name)];
        if (list.ValueKind != JsonValueKind.Array)
            throw BadValue(name, "a list of numbers", list);
        double[] numbers = [.. list.EnumerateArray().Select((e, i) => Finite(e, $"{name}[{i}]"))];
        return numbers.Length == 1 || numbers.Length == channels
            ? numbers
            : throw Contradiction(name, $"has {numbers.Length} numbers for {channels} channel(s); 1 or {channels} would be right");
    }

    private void CheckKeys(JsonElement parent, string prefix, string[] known)
    {
        foreach (JsonProperty property in parent.EnumerateObject())
        {
            // "$schema" and the like are addressed to editors.
            if (!property.Name.StartsWith('$') && Array.IndexOf(known, property.Name) < 0)
            {
                throw new BarrelException(CardErrors.UnknownKey,
                    $"{_path}: unknown key '{prefix}{property.Name}'; known are {string.Join(", ", known.Select(k => prefix + k))}");
            }
        }
    }

    private BarrelException BadValue(string key, string expected, JsonElement found)
    {
        string raw = found.GetRawText().ReplaceLineEndings(" ");
        return new(CardErrors.BadValue, $"{_path}: {key} must be {expected}, not {(raw.Length > 40 ? raw[..40] + "…" : raw)}");
    }

    private BarrelException Contradiction(string key, string what) => new(CardErrors.Contradiction, $"{_path}: {key} {what}");

    private static string Kind(JsonElement element) => element.ValueKind.ToString().ToLowerInvariant();
}
