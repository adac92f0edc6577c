using System.Text.Json;
using Barrel.Host.Pins;
using Barrel.Runtime;

namespace Barrel.Host.Service;

/// <summary>Reads a configuration file of <c>run</c> and names what is wrong in it.</summary>
internal static class RunConfigFile
{
    private const int FileBytesMax = 64 * 1024;

    /// <exception cref="BarrelException">BRL4060, BRL4061 or BRL4027.</exception>
    public static RunConfig Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            byte[] json = new byte[FileBytesMax + 1];
            int length = stream.ReadAtLeast(json, json.Length, throwOnEndOfStream: false);
            if (length > FileBytesMax)
                throw new BarrelException(HostErrors.ConfigUnreadable, $"configuration '{path}' is larger than {FileBytesMax} bytes");
            return Parse(json.AsSpan(0, length), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BarrelException(HostErrors.ConfigUnreadable, $"configuration '{path}' cannot be read: {OneLine.Of(e)}", e);
        }
    }

    /// <param name="json">The whole file, in UTF-8.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="BarrelException">BRL4061 or BRL4027.</exception>
    public static RunConfig Parse(ReadOnlySpan<byte> json, string path)
    {
        RunConfig? config;
        try
        {
            // Editors of another system begin a file with a mark of its encoding.
            config = JsonSerializer.Deserialize(json is [0xEF, 0xBB, 0xBF, ..] ? json[3..] : json, RunConfigJson.Default.RunConfig);
        }
        catch (JsonException e)
        {
            throw new BarrelException(HostErrors.BadConfig, $"configuration '{path}', {Explain(e)}", e);
        }

        if (config is null)
            throw new BarrelException(HostErrors.BadConfig, $"configuration '{path}' is null; it is one JSON object");
        Check(config, path);
        return config;
    }

    private static string Explain(JsonException e)
    {
        string where = $"line {(e.LineNumber ?? 0) + 1}: ";
        bool isSyntax = e.InnerException is JsonException;
        string name = e.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "";
        if (name.Length == 0)
            return where + (isSyntax ? $"it is not one JSON object: {First(e.InnerException!.Message)}" : "it is not one JSON object");
        if (RunConfigKeys.Find(name) is not { } key)
            return where + $"key '{name}' is unknown; keys are {RunConfigKeys.Beside(name)}";
        if (isSyntax)
            return where + $"key '{name}': {First(e.InnerException!.Message)}";
        return where + (e.Message.StartsWith("Duplicate", StringComparison.Ordinal)
            ? $"key '{name}' is there twice; once is right"
            : $"key '{name}' has a wrong value; right is: {key.Kind}");
    }

    // The serializer adds a path and positions behind its first sentence.
    private static string First(string message)
    {
        int end = message.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).ReplaceLineEndings(" ").TrimEnd('.');
    }

    private static void Check(RunConfig config, string path)
    {
        InRange(path, "frames", config.Frames, 1, long.MaxValue);
        InRange(path, "watchdog", config.Watchdog, RunConfigKeys.WatchdogMsMin, RunConfigKeys.WatchdogMsMax);
        InRange(path, "threads", config.Threads, 1, Executors.ThreadsMax);
        if (config.Pins is not (null or PinAccess.Simulated or PinAccess.Gpio))
            throw Wrong(path, "pins", config.Pins);
        foreach ((string key, string? value) in new[]
        {
            ("model", config.Model), ("camera", config.Camera), ("board", config.Board), ("overlay", config.Overlay), ("record", config.Record), ("link", config.Link),
            ("statusSocket", config.StatusSocket),
        })
        {
            if (value is "")
                throw Wrong(path, key, value);
        }

        try
        {
            config.Decision?.ToSettings();
        }
        catch (BarrelException e)
        {
            throw new BarrelException(e.Code, $"configuration '{path}', key 'decision': {e.Message}", e);
        }
    }

    private static void InRange(string path, string key, long? value, long min, long max)
    {
        if (value is { } number && (number < min || number > max))
            throw Wrong(path, key, $"{number}");
    }

    private static BarrelException Wrong(string path, string key, string value) =>
        new(HostErrors.BadConfig, $"configuration '{path}', key '{key}' is '{value}'; right is: {RunConfigKeys.Find(key)!.Kind}");
}
