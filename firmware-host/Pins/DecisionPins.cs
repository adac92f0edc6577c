using Barrel.Boards;
using Barrel.Host.Decision;

namespace Barrel.Host.Pins;

/// <summary>
/// Shows a decision on the board's five pins. They are in their safe state from the start until the first decision, after
/// <see cref="MakeSafe"/> until the next one, and for good after <see cref="Dispose"/>. Safe for use by several threads.
/// </summary>
internal sealed class DecisionPins : IDisposable
{
    private const uint Clear = 1, Blocked = 2, Left = 4, Right = 8, Alive = 16;

    private readonly IPinDriver driver;
    private readonly uint safeLevels;
    private readonly Lock gate = new();
    private bool isClosed;
    private bool isAliveHigh;
    private long shownMs;

    /// <param name="driver">Simulated or real; closed with the pins.</param>
    /// <param name="pins">Numbers and safe levels.</param>
    /// <exception cref="HostFailureException">BRL4028: the driver refuses a pin.</exception>
    public DecisionPins(IPinDriver driver, BoardPins pins)
    {
        this.driver = driver;

        // In the order of the bits above.
        BoardPin[] all = [pins.Clear, pins.Blocked, pins.Left, pins.Right, pins.Alive];
        PinName[] names = new PinName[all.Length];
        for (int i = 0; i < all.Length; i++)
        {
            names[i] = new PinName(all[i].Number, all[i].Line);
            safeLevels |= (uint)all[i].SafeLevel << i;
        }

        try
        {
            driver.Open(names, safeLevels);
        }
        catch
        {
            driver.Dispose();
            throw;
        }

        IsSafe = true;
        shownMs = Environment.TickCount64;
    }

    /// <summary>True while the pins show no decision.</summary>
    public bool IsSafe { get; private set; }

    /// <summary>Since the last decision was shown, or since the pins were opened.</summary>
    public long SinceShownMs => Environment.TickCount64 - Volatile.Read(ref shownMs);

    /// <summary>Shows the decision; nothing happens after <see cref="Dispose"/>.</summary>
    public void Show(RoadDecision decision)
    {
        lock (gate)
        {
            if (isClosed)
                return;
            Volatile.Write(ref shownMs, Environment.TickCount64);
            isAliveHigh = !isAliveHigh;
            driver.Set(LevelsOf(decision) | (isAliveHigh ? Alive : 0));
            IsSafe = false;
        }
    }

    /// <summary>Every pin to its safe level. False if they had it already.</summary>
    public bool MakeSafe()
    {
        lock (gate)
        {
            if (isClosed || IsSafe)
                return false;
            IsSafe = true;
            try
            {
                driver.Set(safeLevels);
            }
            catch (HostFailureException)
            {
                // Pins that are gone have no level; the loop fails at its next decision, or ends already.
            }

            return true;
        }
    }

    /// <summary>As <see cref="MakeSafe"/>, but only if no decision was shown for so long.</summary>
    public bool MakeSafeIfStale(int milliseconds)
    {
        lock (gate)
            return SinceShownMs >= milliseconds && MakeSafe();
    }

    /// <summary>Makes the pins safe and accepts no decision any more; they stay open, so that their level is held.</summary>
    public bool Latch()
    {
        lock (gate)
        {
            bool changed = MakeSafe();
            isClosed = true;
            return changed;
        }
    }

    public void Dispose()
    {
        Latch();
        driver.Dispose();
    }

    private uint LevelsOf(RoadDecision decision)
    {
        if (decision.State == RoadDecision.StateUnknown)
            return safeLevels & ~Alive;
        return (decision.State == RoadDecision.StateClear ? Clear : 0)
            | (decision.State == RoadDecision.StateBlocked ? Blocked : 0)
            | (decision.Corridor == RoadDecision.CorridorLeft ? Left : 0)
            | (decision.Corridor == RoadDecision.CorridorRight ? Right : 0);
    }
}
