using Barrel.Host.Cameras;
using Barrel.Host.Chip;
using Barrel.Host.CommandLine;
using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary><c>barrel-host chip test</c>: vectors through the chip and through the reference.</summary>
internal static class ChipTestCommand
{
    private const int ExitMismatch = 1;

    public static Command Create(CommandContext context)
    {
        ChipOptions options = new();
        Option<string> model = new("--model") { Description = "a network placed on a chip, a .barrel file", Required = true };
        Option<string> data = new("--data") { Description = VectorSource.Help, Required = true };
        Option<int> limit = new("--limit") { Description = "at most so many vectors", DefaultValue = () => int.MaxValue };
        Option<bool> margins = new("--margins") { Description = "read every chain's margin as well" };
        Option<string?> junit = new("--junit") { Description = "write JUnit XML to this file" };
        Option<string?> csv = new("--csv") { Description = "write a line for each vector to this file" };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        WholeNumber.InRange(limit, 1, int.MaxValue);
        Command command = new("test", "compare the chip with the reference, layer by layer; exit code 1 where anything differs") { model, data, limit, margins, junit, csv };
        options.AddTo(command);
        command.Add(json);
        command.SetAction(arguments =>
        {
            Model network = ModelFile.LoadModel(arguments.GetRequiredValue(model));
            using ICamera vectors = VectorSource.Open(arguments.GetRequiredValue(data));
            using ChipSession session = options.Open(arguments, network);
            ChipExecutor executor = new(Executors.Create(network), session.ProgramOf(network), null);
            if (arguments.GetValue(margins))
                executor.CountMargins();
            ChipTest test = new(network, executor);
            test.Run(vectors, (vectors as IdxCamera)?.Labels, arguments.GetValue(limit));
            if (test.Vectors.Count == 0)
                throw new BarrelException(HostErrors.SourceUnreadable, $"'{arguments.GetRequiredValue(data)}' has no vector");
            if (arguments.GetValue(junit) is string junitFile)
                ResultFile.Write(junitFile, stream => ChipTestReport.WriteJUnit(stream, test, network.Name));
            if (arguments.GetValue(csv) is string csvFile)
                ResultFile.Write(csvFile, stream => ChipTestReport.WriteCsv(stream, test));
            if (arguments.GetValue(json))
                ChipTestReport.WriteJson(context.Output, test, session.Chip.Link);
            else
                ChipTestReport.WriteText(context.Output, test, session.Chip.Link);
            return test.MismatchCount == 0 ? 0 : ExitMismatch;
        });
        return command;
    }
}
