using System.Device.Gpio;

namespace Barrel.Host.Pins;

/// <summary>One change of a simulated pin.</summary>
/// <param name="Pin">GPIO number.</param>
/// <param name="IsHigh">The level after the change.</param>
/// <param name="Milliseconds">Time since the driver was made.</param>
internal readonly record struct PinTransition(int Pin, bool IsHigh, long Milliseconds);

/// <summary>Pins without hardware. The last changes are kept in a ring, so that a long run allocates nothing.</summary>
internal sealed class SimulatedGpioDriver : GpioDriver, IPinLevels
{
    public const int TransitionsKept = 4096;

    private readonly PinMode[] modes = new PinMode[512];
    private readonly bool[] levels = new bool[512];
    private readonly PinTransition[] ring = new PinTransition[TransitionsKept];
    private readonly long startedMs = Environment.TickCount64;

    /// <summary>All changes so far, also those that the ring has forgotten.</summary>
    public long TransitionCount { get; private set; }

    protected override int PinCount => levels.Length;

    public bool IsHigh(int pin) => levels[pin];

    public void SetLevel(int pin, bool isHigh) => Write(pin, isHigh ? PinValue.High : PinValue.Low);

    /// <summary>The changes that are still kept, oldest first.</summary>
    public PinTransition[] Transitions()
    {
        long first = Math.Max(0, TransitionCount - TransitionsKept);
        PinTransition[] kept = new PinTransition[TransitionCount - first];
        for (int i = 0; i < kept.Length; i++)
            kept[i] = ring[(first + i) % TransitionsKept];
        return kept;
    }

    protected override void OpenPin(int pinNumber) => modes[pinNumber] = PinMode.Input;

    protected override void ClosePin(int pinNumber)
    {
    }

    protected override void SetPinMode(int pinNumber, PinMode mode) => modes[pinNumber] = mode;

    protected override PinMode GetPinMode(int pinNumber) => modes[pinNumber];

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) => mode is PinMode.Output or PinMode.Input;

    protected override PinValue Read(int pinNumber) => levels[pinNumber] ? PinValue.High : PinValue.Low;

    protected override void Write(int pinNumber, PinValue value)
    {
        bool isHigh = value == PinValue.High;
        if (levels[pinNumber] == isHigh)
            return;
        levels[pinNumber] = isHigh;
        ring[TransitionCount % TransitionsKept] = new PinTransition(pinNumber, isHigh, Environment.TickCount64 - startedMs);
        TransitionCount++;
    }

    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException("simulated pins are outputs");

    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) =>
        throw new NotSupportedException("simulated pins are outputs");

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) =>
        throw new NotSupportedException("simulated pins are outputs");
}
