using Barrel.Host.CommandLine;

namespace Barrel.Host.Commands;

/// <summary><c>barrel-host chip</c>: the TDNN chip.</summary>
internal static class ChipCommand
{
    public static Command Create(CommandContext context) => new("chip", "load, test and diagnose a time-domain neural network chip, or its emulator")
    {
        ChipProbeCommand.Create(context),
        ChipLoadCommand.Create(context),
        ChipTestCommand.Create(context),
        ChipSweepCommand.Create(context),
        ChipDiagnoseCommand.Create(context),
        ChipEmulateCommand.Create(context),
    };
}
