namespace Barrel.Host.Pins;

/// <summary>
/// Makes the pins safe when no decision came for too long, whether the camera or the model is stuck. It looks at the moment at which they
/// become stale, not every so often: what comes on top of its time is what a thread takes to run.
/// </summary>
internal sealed class PinWatchdog : IDisposable
{
    /// <summary>Without a word from the user: a stall is over at the pins within half a second, with some time to spare for a busy board.</summary>
    public const int DefaultMs = 400;

    private readonly DecisionPins pins;
    private readonly Action onStale;
    private readonly Timer timer;
    private readonly Lock gate = new();
    private int timeoutMs;
    private bool isDisposed;

    /// <param name="pins">What it guards.</param>
    /// <param name="timeoutMs">Longest time between two decisions.</param>
    /// <param name="onStale">Told once each time, on another thread.</param>
    public PinWatchdog(DecisionPins pins, int timeoutMs, Action onStale)
    {
        this.pins = pins;
        this.timeoutMs = timeoutMs;
        this.onStale = onStale;
        timer = new Timer(_ => Look(), null, Timeout.Infinite, Timeout.Infinite);
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
        lock (gate)
        {
            if (isDisposed)
                return;
            long leftMs = TimeoutMs - pins.SinceShownMs;

            // Late already: pins that are safe need no look before the next decision could be stale.
            timer.Change(leftMs > 0 ? leftMs : pins.IsSafe ? TimeoutMs : 0, Timeout.Infinite);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            timer.Dispose();
        }
    }

    private void Look()
    {
        if (pins.MakeSafeIfStale(TimeoutMs))
            onStale();
        Start();
    }
}
