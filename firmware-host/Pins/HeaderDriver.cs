using System.Device.Gpio;
using System.Device.Gpio.Drivers;

namespace Barrel.Host.Pins;

/// <summary>The pins of a Linux board, through libgpiod.</summary>
internal sealed class HeaderDriver(int chip) : LibGpiodDriver(chip), IPinLevels
{
    public void SetLevel(int pin, bool isHigh) => Write(pin, isHigh ? PinValue.High : PinValue.Low);
}
