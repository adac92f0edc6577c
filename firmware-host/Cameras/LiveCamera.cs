using Barrel.Host.Service;
using Barrel.Runtime;

namespace Barrel.Host.Cameras;

/// <summary>
/// A camera that may stall, be unplugged and come back, perhaps with another size or format. It is opened again until frames come; meanwhile
/// its reader waits, and the pins become safe by their own watchdog. Each change is told in one line. Frames allocate nothing.
/// </summary>
internal sealed class LiveCamera : ICamera
{
    // Whoever closes the camera waits at most so long for its reader to notice.
    private const int SliceMs = 100;
    private const int CloseMsMax = 2000;

    private readonly string name;
    private readonly Func<IFrameStream> open;
    private readonly LiveTiming timing;
    private readonly EventLog log;
    private readonly object gate = new();
    private readonly ManualResetEventSlim closing = new();
    private IFrameStream? stream;
    private bool hasFrame;
    private bool isLost;
    private int lastCode;
    private int retryCount;
    private long lostAtMs;
    private long waitedSinceMs;
    private long lostCount;
    private long restartCount;
    private long frameCount;
    private long firstMs;
    private long lastMs;

    /// <summary>Opens it, so that what the user can put right is told at once.</summary>
    /// <param name="name">What the user called it.</param>
    /// <param name="open">Gives a new connection or throws a <see cref="BarrelException"/>.</param>
    /// <param name="log">Diagnostics, a line each.</param>
    /// <exception cref="BarrelException">It cannot be opened.</exception>
    public LiveCamera(string name, Func<IFrameStream> open, LiveTiming timing, EventLog log)
    {
        this.name = OneLine.Of(name);
        this.open = open;
        this.timing = timing;
        this.log = log;
        stream = open();
        FramesPerSecond = stream.FramesPerSecond;
        waitedSinceMs = Environment.TickCount64;
        log.Info($"camera {this.name} is open: {OneLine.Of(stream.Description)}");
    }

    public bool IsLive => true;

    public string? EndMessage => null;

    public int FramesPerSecond { get; }

    public long RestartCount => Interlocked.Read(ref restartCount);

    public long LostCount => Interlocked.Read(ref lostCount);

    public bool Read(CameraFrame frame)
    {
        lock (gate)
        {
            while (!closing.IsSet)
            {
                if ((stream ??= TryOpen()) is { } current && TryRead(current, frame))
                    return true;
            }

            return false;
        }
    }

    public void Dispose()
    {
        closing.Set();

        // A reader that hangs in the kernel keeps the device; the program ends all the same.
        if (!Monitor.TryEnter(gate, CloseMsMax))
            return;
        stream?.Dispose();
        stream = null;
        Monitor.Exit(gate);
    }

    private bool TryRead(IFrameStream current, CameraFrame frame)
    {
        try
        {
            long lostBefore = current.LostCount;
            bool isRead = current.TryRead(frame, SliceMs);
            if (current.LostCount != lostBefore)
                Interlocked.Add(ref lostCount, current.LostCount - lostBefore);
            if (isRead)
            {
                Accept(current, frame);
                return true;
            }
        }
        catch (BarrelException e)
        {
            Lose(e.Code, e.Message);
            return false;
        }

        int patienceMs = hasFrame ? Math.Max(timing.StallMs, 5000 / Math.Max(1, current.FramesPerSecond)) : timing.FirstFrameMs;
        if (Environment.TickCount64 - waitedSinceMs >= patienceMs)
            Lose(HostErrors.CameraStalled, $"camera {name}: no frame for {patienceMs} ms");
        return false;
    }

    private void Accept(IFrameStream current, CameraFrame frame)
    {
        if (frameCount == 0)
            firstMs = frame.TimestampMs;
        lastMs = Math.Max(lastMs, frame.TimestampMs - firstMs);
        frame.TimestampMs = lastMs;
        frame.Number = frameCount++;
        hasFrame = true;
        waitedSinceMs = Environment.TickCount64;
        if (!isLost)
            return;
        log.Info($"camera {name} is back after {(waitedSinceMs - lostAtMs) / 1000.0:0.0} s: {OneLine.Of(current.Description)}");
        Interlocked.Increment(ref restartCount);
        isLost = false;
        retryCount = 0;
    }

    private IFrameStream? TryOpen()
    {
        int delayMs = (int)Math.Min(timing.RetryMsMax, (long)timing.RetryMsMin << Math.Min(retryCount++, 20));
        if (closing.Wait(delayMs))
            return null;
        try
        {
            IFrameStream opened = open();
            waitedSinceMs = Environment.TickCount64;
            hasFrame = false;
            return opened;
        }
        catch (BarrelException e)
        {
            Lose(e.Code, e.Message);
            return null;
        }
    }

    private void Lose(int code, string message)
    {
        stream?.Dispose();
        stream = null;

        // That an unplugged camera is not there, or that it still stalls, is no news.
        bool isNews = !isLost || (code != lastCode && code != HostErrors.CameraMissing);
        if (!isLost)
            lostAtMs = Environment.TickCount64;
        isLost = true;
        lastCode = code;
        if (isNews)
            log.Warning($"lost, and tried again until it is back: BRL{code}: {OneLine.Of(message)}");
    }
}
