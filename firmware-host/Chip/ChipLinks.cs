using System.Device.Spi;
using System.Globalization;
using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>The ways to a chip: what users write after <c>--link</c>.</summary>
internal static class ChipLinks
{
    public const string Help = "emulator, or spi:BUS.CS, for instance spi:0.0 for /dev/spidev0.0";

    public const string Emulator = "emulator";

    private const string SpiPrefix = "spi:";

    /// <summary>Opens the link and greets the chip.</summary>
    /// <param name="name">As in <see cref="Help"/>.</param>
    /// <param name="board">Says what the chip is, and the clock of the bus.</param>
    /// <param name="emulation">How the emulated chip behaves.</param>
    /// <param name="clockHz">Clock of the bus, where it is not to be the board's.</param>
    /// <exception cref="BarrelException">BRL5001 to BRL5008.</exception>
    public static TdnnChip Open(string name, Board board, Emulation emulation, int? clockHz = null)
    {
        BoardChip chip = board.Chip ?? throw new BarrelException(ChipErrors.NotPlaced, $"board {board.Name} has no TDNN chip; choose one that has, or add one to its file");
        return SpiLink.Greet(OpenDevice(name, clockHz ?? board.Spi.ClockHz, chip, emulation), chip);
    }

    private static SpiDevice OpenDevice(string name, int clockHz, BoardChip chip, Emulation emulation)
    {
        if (name == Emulator)
            return emulation.CreateDevice(chip);
        if (!emulation.IsDefault)
            throw new BarrelException(ChipErrors.BadEmulation, $"--emulate is for --link {Emulator}, and the link is '{name}'");
        if (!name.StartsWith(SpiPrefix, StringComparison.Ordinal) || !TryParseBus(name[SpiPrefix.Length..], out int bus, out int chipSelect))
            throw new BarrelException(ChipErrors.UnknownLink, $"unknown link '{name}'; it is {Help}");
        string path = $"/dev/spidev{bus}.{chipSelect}";
        if (!File.Exists(path))
            throw new BarrelException(ChipErrors.LinkUnavailable, $"there is no {path}; enable SPI (on a Raspberry Pi: raspi-config, Interface Options) and check bus and chip select");
        try
        {
            return SpiDevice.Create(new SpiConnectionSettings(bus, chipSelect) { ClockFrequency = clockHz, Mode = SpiMode.Mode0, DataBitLength = 8 });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or PlatformNotSupportedException)
        {
            throw new BarrelException(ChipErrors.LinkUnavailable, $"{path} cannot be opened: {OneLine.Of(e.Message).TrimEnd('.')}; is the user in the group spi?", e);
        }
    }

    /// <summary>Reads "BUS.CS", each 0 to 255.</summary>
    public static bool TryParseBus(string text, out int bus, out int chipSelect)
    {
        bus = chipSelect = 0;
        return text.Split('.') is [string first, string second]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out bus) && bus <= 255
            && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out chipSelect) && chipSelect <= 255;
    }
}
