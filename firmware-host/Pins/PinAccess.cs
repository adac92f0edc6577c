using System.Runtime.InteropServices;
using Barrel.Boards;
using Barrel.Host.Linux;
using Barrel.Runtime;

namespace Barrel.Host.Pins;

/// <summary>Opens the real header, or a simulated one.</summary>
internal static class PinAccess
{
    public const string Simulated = "simulated";
    public const string Gpio = "gpio";

    public static IPinDriver Open(string kind, Board board) => kind switch
    {
        Simulated => new SimulatedPins(),
        Gpio => new HeaderPins(OpenChip(board)),
        _ => throw new BarrelException(HostErrors.Usage, $"unknown pins '{kind}'; they are {Simulated} or {Gpio}"),
    };

    private static GpioChip OpenChip(Board board)
    {
        if ((board.GpioLabel is null && board.GpioChip < 0) || !OperatingSystem.IsLinux())
        {
            throw new BarrelException(
                HostErrors.Pins, $"board {board.Name} names no gpiochip for a Linux program; take --pins {Simulated} or another --board");
        }

        return board.GpioLabel is { } label ? FindChip(board, label) : OpenChip(GpioChip.PathOf(board.GpioChip), board);
    }

    // The header's number moves with kernels and with what else is plugged in; the label of its controller does not.
    private static GpioChip FindChip(Board board, string label)
    {
        List<string> others = [];
        foreach (string path in GpioChip.Paths())
        {
            GpioChip chip = OpenChip(path, board);
            if (chip.Info(out GpioChipInfo info) == SystemError.None && info.Label.ToString() == label)
                return chip;
            others.Add($"{path} '{OneLine.Of(info.Label.ToString())}'");
            chip.Dispose();
        }

        throw new BarrelException(
            HostErrors.Pins,
            $"pins: board {board.Name} has its header at the gpiochip '{label}', and there is {(others.Count > 0 ? string.Join(", ", others) : "none")}; "
            + $"take --pins {Simulated} or another --board");
    }

    private static GpioChip OpenChip(string path, Board board)
    {
        int error = GpioChip.Open(path, out GpioChip? chip);
        return error switch
        {
            SystemError.None => chip!,
            SystemError.NoEntry => throw new BarrelException(
                HostErrors.Pins, $"pins: {path} of board {board.Name} does not exist; take --pins {Simulated} to go without"),
            SystemError.AccessDenied or SystemError.NotPermitted => throw new BarrelException(
                HostErrors.Pins, $"pins: {path} may not be opened; the user must be in the group gpio"),
            _ => throw new BarrelException(HostErrors.Pins, $"pins: {path} cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}"),
        };
    }
}
