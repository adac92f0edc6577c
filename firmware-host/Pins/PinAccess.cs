using System.Device.Gpio;
using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Host.Pins;

/// <summary>Opens the driver of the real header, or a simulated one.</summary>
internal static class PinAccess
{
    public const string Simulated = "simulated";
    public const string Gpio = "gpio";

    public static GpioDriver Open(string kind, Board board) => kind switch
    {
        Simulated => new SimulatedGpioDriver(),
        Gpio => OpenHeader(board),
        _ => throw new BarrelException(HostErrors.Usage, $"unknown pins '{kind}'; they are {Simulated} or {Gpio}"),
    };

    private static HeaderDriver OpenHeader(Board board)
    {
        if (board.GpioChip < 0)
        {
            throw new BarrelException(
                HostErrors.Pins, $"board {board.Name} names no gpiochip for a Linux program; take --pins {Simulated} or another --board");
        }

        string chip = $"/dev/gpiochip{board.GpioChip}";
        if (!File.Exists(chip))
            throw new BarrelException(HostErrors.Pins, $"pins: {chip} of board {board.Name} does not exist; take --pins {Simulated} to go without");
        try
        {
            return new HeaderDriver(board.GpioChip);
        }
        catch (Exception e)
        {
            // The driver answers with whatever its native library throws: missing library, no permission, no such chip.
            throw new BarrelException(
                HostErrors.Pins,
                $"pins: {chip} cannot be opened: {OneLine(e)}; libgpiod must be installed and the user be in group gpio",
                e);
        }
    }

    /// <summary>A message of somebody else's as part of a line.</summary>
    public static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
