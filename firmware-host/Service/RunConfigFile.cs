using Barrel.Boards;
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
            return Parse(json.AsMemory(0, length), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BarrelException(HostErrors.ConfigUnreadable, $"configuration '{path}' cannot be read: {OneLine.Of(e)}", e);
        }
    }

    /// <param name="json">The whole file, in UTF-8.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="BarrelException">BRL4061 or BRL4027.</exception>
    public static RunConfig Parse(ReadOnlyMemory<byte> json, string path)
    {
        RunConfig? config;
        try
        {
            config = StrictJson.Read(json, Read, isLenient: true);
        }
        catch (StrictJsonException e)
        {
            throw new BarrelException(HostErrors.BadConfig, $"configuration '{path}', line {e.Line}: {Explain(e)}", e);
        }

        if (config is null)
            throw new BarrelException(HostErrors.BadConfig, $"configuration '{path}' is null; it is one JSON object");
        Check(config, path);
        return config;
    }

    private static string Explain(StrictJsonException e) => e.Fault switch
    {
        StrictJsonFault.Syntax => $"it is not one JSON object: {e.Message}",
        StrictJsonFault.UnknownKey => $"{e.Message}; keys are {RunConfigKeys.Beside(e.Key)}",
        StrictJsonFault.KeyTwice => $"{e.Message}; once is right",
        StrictJsonFault.WrongValue => $"key '{e.Key}' has a wrong value; right is: {RunConfigKeys.Find(e.Key)!.Kind}",
        _ => e.Message,
    };

    private static RunConfig Read(StrictJson json) => new()
    {
        Model = json.TextOrNull("model"),
        Camera = json.TextOrNull("camera"),
        Board = json.TextOrNull("board"),
        Pins = json.TextOrNull("pins"),
        Frames = json.LongOrNull("frames"),
        Overlay = json.TextOrNull("overlay"),
        Record = json.TextOrNull("record"),
        Realtime = json.BoolOrNull("realtime"),
        Loop = json.BoolOrNull("loop"),
        Watchdog = json.IntOrNull("watchdog"),
        Threads = json.IntOrNull("threads"),
        Link = json.TextOrNull("link"),
        Emulate = json.TextOrNull("emulate"),
        Json = json.BoolOrNull("json"),
        StatusSocket = json.TextOrNull("statusSocket"),
        Decision = json.ObjectOrNull("decision", ReadDecision),
    };

    private static DecisionConfig ReadDecision(StrictJson json) => new()
    {
        TopPerMille = json.IntOrNull("topPerMille"),
        BottomPerMille = json.IntOrNull("bottomPerMille"),
        TopWidthPerMille = json.IntOrNull("topWidthPerMille"),
        BottomWidthPerMille = json.IntOrNull("bottomWidthPerMille"),
        CentrePerMille = json.IntOrNull("centrePerMille"),
        ClearFromPerMille = json.IntOrNull("clearFromPerMille"),
        BlockedUntilPerMille = json.IntOrNull("blockedUntilPerMille"),
        AsideFromPerMille = json.IntOrNull("asideFromPerMille"),
        AheadUntilPerMille = json.IntOrNull("aheadUntilPerMille"),
        FramesToChange = json.IntOrNull("framesToChange"),
    };

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
