using Barrel.Host.Pins;

namespace Barrel.Host.Service;

/// <summary>
/// The options of <c>run</c>, each null where it was not given: what a configuration file holds, what a command line says, and the one over the
/// other. <see cref="RunConfigKeys"/> says what each means.
/// </summary>
internal sealed record RunConfig
{
    public string? Model { get; init; }

    public string? Camera { get; init; }

    public string? Board { get; init; }

    public string? Pins { get; init; }

    public long? Frames { get; init; }

    public string? Overlay { get; init; }

    public string? Record { get; init; }

    public bool? Realtime { get; init; }

    public bool? Loop { get; init; }

    /// <summary>Milliseconds.</summary>
    public int? Watchdog { get; init; }

    public int? Threads { get; init; }

    public string? Link { get; init; }

    public string? Emulate { get; init; }

    public bool? Json { get; init; }

    public string? StatusSocket { get; init; }

    public DecisionConfig? Decision { get; init; }

    public string BoardName => Board ?? "desktop";

    public string PinKind => Pins ?? PinAccess.Simulated;

    public int WatchdogMs => Watchdog ?? PinWatchdog.DefaultMs;

    public int ThreadCount => Threads ?? 1;

    /// <summary>These options where they were given, the file's where not.</summary>
    public RunConfig Over(RunConfig file) => new()
    {
        Model = Model ?? file.Model,
        Camera = Camera ?? file.Camera,
        Board = Board ?? file.Board,
        Pins = Pins ?? file.Pins,
        Frames = Frames ?? file.Frames,
        Overlay = Overlay ?? file.Overlay,
        Record = Record ?? file.Record,
        Realtime = Realtime ?? file.Realtime,
        Loop = Loop ?? file.Loop,
        Watchdog = Watchdog ?? file.Watchdog,
        Threads = Threads ?? file.Threads,
        Link = Link ?? file.Link,
        Emulate = Emulate ?? file.Emulate,
        Json = Json ?? file.Json,
        StatusSocket = StatusSocket ?? file.StatusSocket,
        Decision = Decision ?? file.Decision,
    };

    /// <summary>Keys in which the other differs although a running loop cannot take them over: camera, pins and the like.</summary>
    public IEnumerable<string> KeysThatNeedRestart(RunConfig other)
    {
        (string Key, bool Differs)[] keys =
        [
            ("camera", Camera != other.Camera), ("board", BoardName != other.BoardName), ("pins", PinKind != other.PinKind),
            ("frames", Frames != other.Frames), ("overlay", Overlay != other.Overlay), ("record", Record != other.Record), ("realtime", Realtime != other.Realtime),
            ("loop", Loop != other.Loop), ("link", Link != other.Link), ("emulate", Emulate != other.Emulate), ("json", Json != other.Json),
            ("statusSocket", StatusSocket != other.StatusSocket),
        ];
        return keys.Where(k => k.Differs).Select(k => k.Key);
    }
}
