using System.Diagnostics;
using Barrel.Host.Cameras;
using Barrel.Host.Decision;
using Barrel.Host.Pins;
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
    public int WatchdogMs { get; init; } = 1000;
}

/// <summary>
/// Camera, network, decision, pins. Live cameras and real-time runs drop the oldest waiting frame when the network is slower; a file is
/// waited for, so that every frame of it is seen. The steady path allocates nothing.
/// </summary>
internal sealed class FrameLoop
{
    private const int SlotCount = 3;

    private readonly ICamera camera;
    private readonly Executor executor;
    private readonly DecisionPins pins;
    private readonly FrameLoopSettings settings;
    private readonly TextWriter log;
    private readonly IFrameObserver? observer;
    private readonly FrameInput input;
    private readonly Mask mask;
    private readonly RoadDecision decision;
    private readonly FrameQueue queue;
    private long inferenceTicks;

    /// <param name="camera">Not closed here.</param>
    /// <param name="executor">Runs the model.</param>
    /// <param name="pins">Latched in their safe state when the loop ends; not closed here.</param>
    /// <param name="settings">Not changed afterwards.</param>
    /// <param name="log">Diagnostics, a line each.</param>
    /// <param name="observer">Told about each frame, or null.</param>
    /// <exception cref="BarrelException">The model gives no road mask, or a setting is wrong.</exception>
    public FrameLoop(
        ICamera camera, Executor executor, DecisionPins pins, FrameLoopSettings settings, TextWriter log, IFrameObserver? observer)
    {
        this.camera = camera;
        this.executor = executor;
        this.pins = pins;
        this.settings = settings;
        this.log = log;
        this.observer = observer;
        input = new FrameInput(executor.Model.Input);
        mask = new Mask(executor);
        decision = new RoadDecision(settings.Decision, mask.Width, mask.Height);
        queue = new FrameQueue(SlotCount, camera.IsLive || settings.IsRealTime);
    }

    public long FrameCount { get; private set; }

    public long DroppedCount => queue.DroppedCount;

    /// <summary>Frames that the camera's device made and could not give.</summary>
    public long LostCount => camera.LostCount;

    /// <summary>Wall time of the loop so far.</summary>
    public double Seconds { get; private set; }

    /// <summary>Time in the model alone, mean of all frames.</summary>
    public double InferenceMsMean => FrameCount == 0 ? 0 : inferenceTicks * 1000.0 / Stopwatch.Frequency / FrameCount;

    /// <summary>Runs until the camera ends or somebody cancels. Pins are safe when it returns or throws.</summary>
    /// <exception cref="BarrelException">The camera broke or the model failed.</exception>
    public void Run(CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        CaptureThread capture = new(camera, queue, settings.FrameCountMax, settings.IsRealTime);
        using PinWatchdog watchdog = new(pins, settings.WatchdogMs, LogStale);
        using CancellationTokenRegistration stop = cancellation.Register(queue.Stop);
        string reason = "the loop failed";
        try
        {
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
            pins.Latch();
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            log.WriteLine($"barrel-host: pins are in their safe state: {reason}");

            // A camera that hangs is left behind: its thread does not keep the program alive.
            capture.Join(500);
        }
    }

    private void RunFrames(long started)
    {
        if (queue.Take() is not { } frame)
            return;
        FrameOutcome outcome = new() { Frame = frame, Mask = mask, Input = input, Decision = decision };
        for (CameraFrame? next = frame; next is not null; next = queue.Take())
        {
            // After a gap the frames before it say nothing about now.
            if (pins.IsSafe)
                decision.Reset();
            Infer(next);
            decision.Update(mask.Classes, mask.Offset, mask.RoadClass);
            pins.Show(decision);
            FrameCount++;
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            outcome.Frame = next;
            observer?.OnFrame(outcome);
            queue.Return(next);
        }
    }

    private void Infer(CameraFrame frame)
    {
        input.Write(frame.Rgb, 0, frame.Width, frame.Height, FrameInput.PixelsRgb24, executor.Arena, executor.InputOffset);
        long before = Stopwatch.GetTimestamp();
        try
        {
            executor.Run();
        }
        catch (Exception e)
        {
            throw new BarrelException(HostErrors.ModelFailed, $"the model failed at frame {frame.Number}: {PinAccess.OneLine(e)}", e);
        }

        inferenceTicks += Stopwatch.GetTimestamp() - before;
    }

    private void LogStale() =>
        log.WriteLine($"barrel-host: pins are in their safe state: no decision for {settings.WatchdogMs} ms");
}
