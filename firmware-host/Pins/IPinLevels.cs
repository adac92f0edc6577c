namespace Barrel.Host.Pins;

/// <summary>
/// Sets an open output pin's level. A driver's own write, because GpioController.Write allocates a dictionary node for each call to
/// remember the level.
/// </summary>
internal interface IPinLevels
{
    void SetLevel(int pin, bool isHigh);
}
