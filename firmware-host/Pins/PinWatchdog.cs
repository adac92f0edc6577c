namespace Barrel.Host.Pins;

/// <summary>Makes the pins safe when no decision came for too long, whether the camera or the model is stuck.</summary>
internal sealed class PinWatchdog : IDisposable
{
    private readonly Timer timer;
    private int timeoutMs;

    /// <param name="pins">What it guards.</param>
    /// <param name="timeoutMs">Longest time between two decisions.</param>
    /// <param name="onStale">Told once each time, on another thread.</param>
    public PinWatchdog(DecisionPins pins, int timeoutMs, Action onStale)
    {
        this.timeoutMs = timeoutMs;
        timer = new Timer(
            _ =>
            {
                if (pins.MakeSafeIfStale(TimeoutMs))
                    onStale();
            },
            null,
            Timeout.Infinite,
            Timeout.Infinite);
    }

    /// <summary>Longest time between two decisions; may be changed while it guards.</summary>
    public int TimeoutMs
    {
        get => Volatile.Read(ref timeoutMs);
        set
        {
            if (value == timeoutMs)
                return;
            Volatile.Write(ref timeoutMs, value);
            Start();
        }
    }

    public void Start()
    {
        int periodMs = Math.Clamp(TimeoutMs / 4, 1, 1000);
        timer.Change(periodMs, periodMs);
    }

    public void Dispose() => timer.Dispose();
}
