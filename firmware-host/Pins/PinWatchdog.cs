namespace Barrel.Host.Pins;

/// <summary>Makes the pins safe when no decision came for too long, whether the camera or the model is stuck.</summary>
internal sealed class PinWatchdog : IDisposable
{
    private readonly Timer timer;

    /// <param name="pins">What it guards.</param>
    /// <param name="timeoutMs">Longest time between two decisions.</param>
    /// <param name="onStale">Told once each time, on another thread.</param>
    public PinWatchdog(DecisionPins pins, int timeoutMs, Action onStale)
    {
        int periodMs = Math.Clamp(timeoutMs / 4, 1, 1000);
        timer = new Timer(
            _ =>
            {
                if (pins.MakeSafeIfStale(timeoutMs))
                    onStale();
            },
            null,
            periodMs,
            periodMs);
    }

    public void Dispose() => timer.Dispose();
}
