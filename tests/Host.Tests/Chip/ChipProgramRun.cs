using Barrel.Host.Commands;

namespace Barrel.Host.Tests.Chip;

/// <summary>Runs <c>barrel-host chip …</c> in this process.</summary>
internal static class ChipProgramRun
{
    public static (int ExitCode, string Output, string Error) Of(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        CommandContext context = new() { Output = output, Error = error, CreateExecutor = ModelFile.Load };
        int exitCode = Program.Run(["chip", .. arguments], context);
        return (exitCode, output.ToString(), error.ToString());
    }
}
