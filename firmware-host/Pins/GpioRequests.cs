using Barrel.Host.Linux;

namespace Barrel.Host.Pins;

/// <summary>Numbers of the requests of linux/gpio.h, second version.</summary>
internal static class GpioRequests
{
    private const uint Letter = 0xB4;

    public static readonly uint ChipInfo = RequestNumber.Of<GpioChipInfo>(RequestNumber.FromKernel, Letter, 1);
    public static readonly uint LineInfo = RequestNumber.Of<GpioLineInfo>(RequestNumber.Both, Letter, 5);
    public static readonly uint GetLines = RequestNumber.Of<GpioLineRequest>(RequestNumber.Both, Letter, 7);
    public static readonly uint SetLevels = RequestNumber.Of<GpioLineLevels>(RequestNumber.Both, Letter, 15);
}
