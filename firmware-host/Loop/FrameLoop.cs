using System.Diagnostics;
using Barrel.Host.Cameras;
using Barrel.Host.Decision;
using Barrel.Host.Pins;
using Barrel.Host.Service;
using Barrel.Runtime;

namespace Barrel.Host.Loop;

/// <summary>How a loop runs.</summary>
internal sealed class FrameLoopSettings
{
    public DecisionSettings Decision { get; init; } = new();

    /// <summary>Frames to take from the camera at most.</summary>
    public long FrameCountMax { get; init; } = long.MaxValue;

    /// <summary>Frames come at their timestamps and old ones are dropped, as with a live camera.</summary>
    public bool IsRealTime { get; init; }

    /// <summary>Longest time without a decision before the pins are made safe.</summary>
    public int WatchdogMs { get; init; } = PinWatchdog.DefaultMs;
}

/// <summary>
/// Camera, network, decision, pins. Live cameras and real-time runs drop the oldest waiting frame when the network is slower; a file is
/// waited for, so that every frame of it is seen. The steady path allocates nothing.
/// </summary>
internal sealed class FrameLoop : IDisposable
{
    private const int SlotCount = 3;

    private readonly ICamera camera;
    private readonly DecisionPins pins;
    private readonly FrameLoopSettings settings;
    private readonly EventLog log;
    private readonly IFrameObserver? observer;
    private readonly FrameQueue queue;
    private readonly PinWatchdog watchdog;
    private readonly RateLimit staleLimit = new(5, 60);
    private RoadNetwork network;
    private NetworkChange? offered;
    private long frameSize;

    /// <param name="camera">Not closed here.</param>
    /// <param name="network">Closed with the loop, or when another takes over.</param>
    /// <param name="pins">Latched in their safe state when the loop ends; not closed here.</param>
    /// <param name="settings">Not changed afterwards.</param>
    /// <param name="log">Diagnostics, a line each.</param>
    /// <param name="observer">Told about each frame, or null.</param>
    public FrameLoop(
        ICamera camera, RoadNetwork network, DecisionPins pins, FrameLoopSettings settings, EventLog log, IFrameObserver? observer)
    {
        this.camera = camera;
        this.network = network;
        this.pins = pins;
        this.settings = settings;
        this.log = log;
        this.observer = observer;
        queue = new FrameQueue(SlotCount, camera.IsLive || settings.IsRealTime);
        watchdog = new PinWatchdog(pins, settings.WatchdogMs, LogStale);
    }

    public LoopCounters Counters { get; } = new();

    /// <summary>The one in use. Its decision may be read by other threads, a field at a time.</summary>
    public RoadNetwork Network => Volatile.Read(ref network);

    public long FrameCount => Counters.Decisions;

    /// <summary>Frames that the camera gave.</summary>
    public long CapturedCount => queue.PostedCount;

    public long DroppedCount => queue.DroppedCount;

    /// <summary>Pixels of the last frame's sides; 0 before the first.</summary>
    public (int Width, int Height) FrameSize
    {
        get
        {
            long size = Volatile.Read(ref frameSize);
            return ((int)(size >> 32), (int)size);
        }
    }

    /// <summary>Frames that the camera's device made and could not give.</summary>
    public long LostCount => camera.LostCount;

    /// <summary>Wall time of the loop so far.</summary>
    public double Seconds { get; private set; }

    /// <summary>
    /// Hands over what is to take over before the next frame. An earlier one that no frame has met yet is closed unused. Called by one
    /// thread at a time, any one.
    /// </summary>
    public void Offer(NetworkChange change) => Interlocked.Exchange(ref offered, change)?.Network.Dispose();

    /// <summary>Runs until the camera ends or somebody cancels. Pins are safe when it returns or throws.</summary>
    /// <exception cref="BarrelException">The camera broke or the model failed.</exception>
    public void Run(CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        CaptureThread capture = new(camera, queue, settings.FrameCountMax, settings.IsRealTime);
        using CancellationTokenRegistration stop = cancellation.Register(queue.Stop);
        string reason = "the loop failed";
        try
        {
            watchdog.Start();
            capture.Start();
            RunFrames(started);
            reason = cancellation.IsCancellationRequested ? "stopped" : camera.EndMessage is null ? "the frames ended" : "the frames broke off";
        }
        catch (BarrelException e)
        {
            reason = e.Code == HostErrors.ModelFailed ? "the model failed" : $"error BRL{e.Code}";
            throw;
        }
        finally
        {
            queue.Stop();
            watchdog.Dispose();
            pins.Latch();
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            log.Info($"pins are in their safe state: {reason}");

            // A camera that hangs is left behind: its thread does not keep the program alive.
            capture.Join(500);
        }
    }

    public void Dispose()
    {
        watchdog.Dispose();
        network.Dispose();
        Interlocked.Exchange(ref offered, null)?.Network.Dispose();
    }

    private void RunFrames(long started)
    {
        if (queue.Take() is not { } frame)
            return;
        FrameOutcome outcome = new() { Frame = frame, Network = network };
        for (CameraFrame? next = frame; next is not null; next = queue.Take())
        {
            if (Volatile.Read(ref offered) is not null)
                TakeOver();
            RoadNetwork current = network;

            // After a gap the frames before it say nothing about now.
            if (pins.IsSafe)
                current.Decision.Reset();
            Volatile.Write(ref frameSize, ((long)next.Width << 32) | (uint)next.Height);
            long inference = current.Decide(next);
            pins.Show(current.Decision);
            Counters.CountDecision(inference, queue.TakenPosted);
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            outcome.Frame = next;
            outcome.Network = current;
            observer?.OnFrame(outcome);
            queue.Return(next);
        }
    }

    // The pins keep what they show: the new network's frames must agree as often as ever before it changes.
    private void TakeOver()
    {
        if (Interlocked.Exchange(ref offered, null) is not { } change)
            return;
        RoadNetwork before = network;
        change.Network.Decision.Continue(before.Decision);
        watchdog.TimeoutMs = change.WatchdogMs;
        Volatile.Write(ref network, change.Network);
        Counters.CountSwap();
        before.Dispose();
    }

    private void LogStale() => log.Warning($"pins are in their safe state: no decision for {watchdog.TimeoutMs} ms", staleLimit);
}
