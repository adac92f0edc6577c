using System.Device.Gpio;
using Barrel.Boards;
using Barrel.Host.Decision;

namespace Barrel.Host.Pins;

/// <summary>
/// Shows a decision on the board's five pins. They are in their safe state from the start until the first decision, after
/// <see cref="MakeSafe"/> until the next one, and for good after <see cref="Dispose"/>. Safe for use by several threads.
/// </summary>
internal sealed class DecisionPins : IDisposable
{
    private readonly GpioController controller;
    private readonly BoardPins pins;
    private readonly IPinLevels levels;
    private readonly Lock gate = new();
    private bool isClosed;
    private bool isAliveHigh;
    private long shownMs;

    /// <param name="driver">Simulated or real, one that also is an <see cref="IPinLevels"/>; closed with the pins.</param>
    /// <param name="pins">Numbers and safe levels.</param>
    /// <exception cref="HostFailureException">BRL4028: the driver refuses a pin.</exception>
    public DecisionPins(GpioDriver driver, BoardPins pins)
    {
        controller = new GpioController(driver);
        levels = (IPinLevels)driver;
        this.pins = pins;
        try
        {
            Open(pins.Clear);
            Open(pins.Blocked);
            Open(pins.Left);
            Open(pins.Right);
            Open(pins.Alive);
        }
        catch (Exception e)
        {
            controller.Dispose();
            throw new HostFailureException(
                HostErrors.Pins,
                $"pins cannot be opened: {PinAccess.OneLine(e)}; another program may hold them (gpioinfo names it), or a pin of the board's file is not on this header",
                e);
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
            if (decision.State == RoadDecision.StateUnknown)
            {
                WriteSafeLevels();
            }
            else
            {
                Write(pins.Clear, decision.State == RoadDecision.StateClear);
                Write(pins.Blocked, decision.State == RoadDecision.StateBlocked);
                Write(pins.Left, decision.Corridor == RoadDecision.CorridorLeft);
                Write(pins.Right, decision.Corridor == RoadDecision.CorridorRight);
            }

            isAliveHigh = !isAliveHigh;
            Write(pins.Alive, isAliveHigh);
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
            WriteSafeLevels();
            Write(pins.Alive, pins.Alive.SafeLevel == 1);
            IsSafe = true;
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
        controller.Dispose();
    }

    private void Open(BoardPin pin) =>
        controller.OpenPin(pin.Number, PinMode.Output, pin.SafeLevel == 1 ? PinValue.High : PinValue.Low);

    private void WriteSafeLevels()
    {
        Write(pins.Clear, pins.Clear.SafeLevel == 1);
        Write(pins.Blocked, pins.Blocked.SafeLevel == 1);
        Write(pins.Left, pins.Left.SafeLevel == 1);
        Write(pins.Right, pins.Right.SafeLevel == 1);
    }

    private void Write(BoardPin pin, bool isHigh) => levels.SetLevel(pin.Number, isHigh);
}
