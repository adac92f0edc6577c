using System.Diagnostics;
using System.Text.Json;
using Barrel.Host.Cameras;
using Barrel.Host.Loop;
using Barrel.Host.Pins;

namespace Barrel.Host.Service;

/// <summary>What a running service says of itself: one JSON object, keys camelCase and stable. Any thread may ask.</summary>
internal sealed class StatusReport
{
    private readonly long started = Stopwatch.GetTimestamp();

    public required RunConfig Config { get; init; }

    public required FrameLoop Loop { get; init; }

    public required ICamera Camera { get; init; }

    public required DecisionPins Pins { get; init; }

    /// <summary>Null where nothing is reloaded.</summary>
    public Reloader? Reloader { get; init; }

    /// <summary>Pictures that could not be written.</summary>
    public Func<long> OverlayFailures { get; init; } = () => 0;

    /// <summary>The object in UTF-8, without a line break at its end.</summary>
    public byte[] ToJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            WriteWhat(json);
            WriteCounters(json);
            WriteLatency(json, "inferenceMs", Loop.Counters.Inference);
            WriteLatency(json, "frameMs", Loop.Counters.Frame);
            WriteHealth(json, BoardHealth.Read());
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private void WriteWhat(Utf8JsonWriter json)
    {
        RoadNetwork network = Loop.Network;
        json.WriteNumber("processId", Environment.ProcessId);
        json.WriteNumber("uptimeSeconds", Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1));
        json.WriteString("model", Reloader?.ModelPath ?? Config.Model);
        json.WriteString("network", network.Executor.Model.Name);
        json.WriteString("executor", network.Executor.Name);
        json.WriteString("mask", $"{network.Mask.Width}x{network.Mask.Height}");
        json.WriteString("camera", Config.Camera);
        json.WriteString("board", Config.BoardName);
        json.WriteString("pins", Config.PinKind);
        json.WriteBoolean("pinsSafe", Pins.IsSafe);
        json.WriteString("decision", Overlay.DecisionText.State(network.Decision).ToLowerInvariant());
        if (Loop.Counters.SinceDecisionMs is { } age)
            json.WriteNumber("sinceDecisionMs", Math.Round(age, 1));
        else
            json.WriteNull("sinceDecisionMs");
    }

    private void WriteCounters(Utf8JsonWriter json)
    {
        json.WriteNumber("frames", Loop.CapturedCount);
        json.WriteNumber("dropped", Loop.DroppedCount);
        json.WriteNumber("lost", Loop.LostCount);
        json.WriteNumber("decisions", Loop.Counters.Decisions);
        json.WriteNumber("reloads", Loop.Counters.Swaps);
        json.WriteNumber("reloadFailures", Reloader?.FailureCount ?? 0);
        json.WriteNumber("cameraRestarts", Camera.RestartCount);
        json.WriteNumber("overlayFailures", OverlayFailures());
        json.WriteNumber("framesPerSecond", Loop.Seconds > 0 ? Math.Round(Loop.FrameCount / Loop.Seconds, 2) : 0);
    }

    private static void WriteLatency(Utf8JsonWriter json, string name, LatencyHistogram histogram)
    {
        json.WriteStartObject(name);
        json.WriteNumber("p50", histogram.PercentileUs(500) / 1000.0);
        json.WriteNumber("p95", histogram.PercentileUs(950) / 1000.0);
        json.WriteNumber("p99", histogram.PercentileUs(990) / 1000.0);
        json.WriteNumber("max", histogram.LongestUs / 1000.0);
        json.WriteEndObject();
    }

    private static void WriteHealth(Utf8JsonWriter json, BoardHealth health)
    {
        if (health.SocCelsius is { } celsius)
            json.WriteNumber("socCelsius", Math.Round(celsius, 1));
        else
            json.WriteNull("socCelsius");
        if (health.ThrottleFlags is not { } flags)
        {
            json.WriteNull("throttled");
            return;
        }

        (string[] now, string[] before) = BoardHealth.Describe(flags);
        json.WriteStartObject("throttled");
        json.WriteNumber("flags", flags);
        WriteNames(json, "now", now);
        WriteNames(json, "sinceBoot", before);
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string name, string[] values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
