namespace Barrel.Host.Pins;

/// <summary>A few output pins of one header that change together.</summary>
internal interface IPinDriver : IDisposable
{
    /// <summary>Takes the pins as outputs, all of them or none. Called once, before anything else.</summary>
    /// <param name="pins">At most 32.</param>
    /// <param name="levels">Bit i is the level that the i-th pin has from its first moment as an output on.</param>
    /// <exception cref="HostFailureException">BRL4028: a pin is held by another program, or fails.</exception>
    /// <exception cref="Runtime.BarrelException">BRL4028: a pin is not there.</exception>
    void Open(ReadOnlySpan<PinName> pins, uint levels);

    /// <summary>Sets all pins at once, so that nobody sees half of a decision. Allocates nothing.</summary>
    /// <param name="levels">Bit i is the level of the i-th pin.</param>
    /// <exception cref="HostFailureException">BRL4028.</exception>
    void Set(uint levels);
}

/// <summary>How a board's file names a pin.</summary>
/// <param name="Number">Offset on its gpiochip.</param>
/// <param name="Line">The kernel's name of the line, or null.</param>
internal readonly record struct PinName(int Number, string? Line);
