namespace Barrel.Host.Pins;

/// <summary>One change of a simulated pin.</summary>
/// <param name="Pin">GPIO number.</param>
/// <param name="IsHigh">The level after the change.</param>
/// <param name="Milliseconds">Time since the pins were made.</param>
internal readonly record struct PinTransition(int Pin, bool IsHigh, long Milliseconds);

/// <summary>Pins without hardware. The last changes are kept in a ring, so that a long run allocates nothing.</summary>
internal sealed class SimulatedPins : IPinDriver
{
    public const int TransitionsKept = 4096;

    private readonly PinTransition[] ring = new PinTransition[TransitionsKept];
    private readonly long startedMs = Environment.TickCount64;
    private PinName[] names = [];
    private uint levels;

    /// <summary>All changes so far, also those that the ring has forgotten.</summary>
    public long TransitionCount { get; private set; }

    /// <param name="pin">GPIO number; one that was not opened is low.</param>
    public bool IsHigh(int pin)
    {
        int i = Array.FindIndex(names, n => n.Number == pin);
        return i >= 0 && ((levels >> i) & 1) != 0;
    }

    /// <summary>The changes that are still kept, oldest first.</summary>
    public PinTransition[] Transitions()
    {
        long first = Math.Max(0, TransitionCount - TransitionsKept);
        PinTransition[] kept = new PinTransition[TransitionCount - first];
        for (int i = 0; i < kept.Length; i++)
            kept[i] = ring[(first + i) % TransitionsKept];
        return kept;
    }

    public void Open(ReadOnlySpan<PinName> pins, uint levels)
    {
        names = pins.ToArray();
        this.levels = 0;
        Set(levels);
    }

    public void Set(uint levels)
    {
        uint changed = this.levels ^ levels;
        this.levels = levels;
        for (int i = 0; i < names.Length; i++)
        {
            if (((changed >> i) & 1) == 0)
                continue;
            ring[TransitionCount % TransitionsKept] = new PinTransition(names[i].Number, ((levels >> i) & 1) != 0, Environment.TickCount64 - startedMs);
            TransitionCount++;
        }
    }

    public void Dispose()
    {
    }
}
