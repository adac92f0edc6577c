using System.Diagnostics;
using Barrel.Host.Loop;

namespace Barrel.Host.Service;

/// <summary>
/// Looks at the loop from outside and tells systemd: ready after the first decision, alive only while decisions go on, one line of status. A
/// loop whose camera or model hangs is thus not kept alive by a timer that still ticks.
/// </summary>
internal sealed class ServiceHeartbeat : IDisposable
{
    private const int StatusSeconds = 10;
    private const int StandstillMs = 2000;
    private const int PeriodMsMax = 250;

    private readonly SystemdNotifier notifier;
    private readonly FrameLoop loop;
    private readonly Timer timer;
    private readonly Lock gate = new();
    private long seen;
    private long statusAt;
    private bool isTold;
    private bool isStopped;

    /// <param name="notifier">Not closed here.</param>
    /// <param name="loop">Looked at only.</param>
    public ServiceHeartbeat(SystemdNotifier notifier, FrameLoop loop)
    {
        this.notifier = notifier;
        this.loop = loop;

        // Twice as often as half the watch: a decision just after one look is still told in time by the next.
        int periodMs = notifier.WatchdogMs > 0 ? (int)Math.Clamp(notifier.WatchdogMs / 4, 1, PeriodMsMax) : PeriodMsMax;
        timer = new Timer(_ => Look(), null, Timeout.Infinite, Timeout.Infinite);
        if (!notifier.IsConnected)
            return;
        notifier.Status("waiting for the first frame");
        timer.Change(periodMs, periodMs);
    }

    /// <summary>Tells that the service ends; it is not said to be alive any more.</summary>
    public void Stop()
    {
        lock (gate)
        {
            if (isStopped)
                return;
            isStopped = true;
            notifier.Stopping();
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        Stop();
    }

    private void Look()
    {
        lock (gate)
        {
            long now = loop.Counters.Decisions;
            if (isStopped || now == seen)
            {
                TellOfStandstill();
                return;
            }

            bool isFirst = seen == 0;
            seen = now;
            if (isFirst)
                notifier.Ready();
            if (notifier.WatchdogMs > 0)
                notifier.Watchdog();
            if (!isFirst && !isTold && Stopwatch.GetElapsedTime(statusAt).TotalSeconds < StatusSeconds)
                return;
            isTold = false;
            statusAt = Stopwatch.GetTimestamp();
            LatencyHistogram frame = loop.Counters.Frame;
            notifier.Status(
                $"{now} frames decided, {loop.DroppedCount} dropped, {loop.Counters.Swaps} reloads, "
                + $"{frame.PercentileUs(500) / 1000.0:0.0} ms a frame, 99 % within {frame.PercentileUs(990) / 1000.0:0.0} ms");
        }
    }

    private void TellOfStandstill()
    {
        if (isStopped || isTold || seen == 0 || loop.Counters.SinceDecisionMs < StandstillMs)
            return;
        isTold = true;
        notifier.Status($"no decision for more than {StandstillMs / 1000} s, after {seen} frames; the pins are in their safe state");
    }
}
