using System.Globalization;
using System.Runtime.InteropServices;
using Barrel.Boards;
using Barrel.ChipEmulator;
using Barrel.Host.Chip;
using Barrel.Host.CommandLine;
using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary><c>barrel-host chip emulate</c>: the emulated chip as a device of the system, which any program opens as it opens a real bus.</summary>
internal static class ChipEmulateCommand
{
    private const string Cuse = "/dev/cuse";
    private const string DevFolder = "/dev/";
    private const string DevicePrefix = "spidev";
    private const int LookMs = 200;

    public static Command Create(CommandContext context)
    {
        Option<string> board = new("--board") { Description = "the board with the chip, or its .json file", DefaultValue = () => ChipOptions.DefaultBoard };
        Option<string?> device = new("--device") { Description = "name of the device, for instance spidev0.0; else the board's bus and chip select" };
        Option<string?> emulate = new("--emulate") { Description = Emulation.Help };
        Command command = new(
            "emulate", "serve the emulated chip as /dev/spidevB.C until it is stopped by a signal; Linux, as root, with the kernel's module cuse; a chip begins without weights") { board, device, emulate };
        command.SetAction(arguments =>
        {
            Board chosen = Boards.Boards.Find(arguments.GetRequiredValue(board));
            BoardChip chip = chosen.Chip ?? throw new BarrelException(ChipErrors.NotPlaced, $"board {chosen.Name} has no TDNN chip; choose one that has, or add one to its file");
            string name = arguments.GetValue(device) ?? string.Create(CultureInfo.InvariantCulture, $"{DevicePrefix}{chosen.Spi.Bus}.{chosen.Spi.ChipSelect}");
            (int bus, int chipSelect) = Parse(name);
            using EmulatedSpiDevice emulated = Emulation.Parse(arguments.GetValue(emulate)).CreateDevice(chip);
            Serve(context, emulated, bus, chipSelect);
            return 0;
        });
        return command;
    }

    private static void Serve(CommandContext context, EmulatedSpiDevice device, int bus, int chipSelect)
    {
        using ManualResetEventSlim stopped = new();
        void Stop(PosixSignalContext signal)
        {
            // The device is taken away before the program ends.
            signal.Cancel = true;
            stopped.Set();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using (CuseSpiServer server = Open(device, bus, chipSelect))
        {
            context.Output.WriteLine($"serving {server.DevicePath}");
            context.Output.Flush();
            while (!stopped.Wait(LookMs))
                if (server.Failure is { } failure)
                    throw new BarrelException(ChipErrors.CannotServe, $"{server.DevicePath} is served no more: {OneLine.Of(failure.Message).TrimEnd('.')}", failure);
        }

        context.Error.WriteLine($"barrel-host: {device.Transfers:N0} transfers served");
    }

    private static CuseSpiServer Open(EmulatedSpiDevice device, int bus, int chipSelect)
    {
        if (!File.Exists(Cuse))
            throw new BarrelException(ChipErrors.CannotServe, $"there is no {Cuse}, through which Linux lets programs serve devices; run 'modprobe cuse' as root");
        try
        {
            return new CuseSpiServer(device, bus, chipSelect);
        }
        catch (IOException e)
        {
            throw new BarrelException(ChipErrors.CannotServe, OneLine.Of(e.Message).TrimEnd('.'), e);
        }
    }

    private static (int Bus, int ChipSelect) Parse(string device)
    {
        string name = device.StartsWith(DevFolder, StringComparison.Ordinal) ? device[DevFolder.Length..] : device;
        if (name.StartsWith(DevicePrefix, StringComparison.Ordinal) && ChipLinks.TryParseBus(name[DevicePrefix.Length..], out int bus, out int chipSelect))
            return (bus, chipSelect);
        throw new BarrelException(ChipErrors.UnknownLink, $"--device is '{OneLine.Of(device)}'; it is {DevicePrefix}BUS.CS, for instance {DevicePrefix}0.0, both 0 to 255");
    }
}
