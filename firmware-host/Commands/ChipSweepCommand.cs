using Barrel.Host.Cameras;
using Barrel.Host.Chip;
using Barrel.Host.CommandLine;
using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary><c>barrel-host chip sweep</c>: a setting against error.</summary>
internal static class ChipSweepCommand
{
    private const int LimitDefault = 1000;
    private const int StepsMax = 1000;
    private const int ExitNothing = 1;

    public static Command Create(CommandContext context)
    {
        ChipOptions options = new();
        Option<string> model = new("--model") { Description = "a network placed on a chip, a .barrel file", Required = true };
        Option<string> data = new("--data") { Description = VectorSource.Help, Required = true };
        Option<string> parameter = new("--parameter")
        {
            Description = $"{ChipChange.Clock}: the bus's clock in Hz (of the emulator it changes times alone); or, for the emulator, one of --emulate's settings", Required = true,
        };
        Option<double> from = new("--from") { Description = "its first value", Required = true };
        Option<double> to = new("--to") { Description = "its last value", Required = true };
        Option<int> steps = new("--steps") { Description = "how many values", DefaultValue = () => 11 };
        Option<bool> log = new("--log") { Description = "evenly by ratio instead of by difference" };
        Option<int> limit = new("--limit") { Description = "at most so many vectors for each value", DefaultValue = () => LimitDefault };
        Option<string?> svg = new("--svg") { Description = "write a chart to this file" };
        Option<string?> csv = new("--csv") { Description = "write a line for each value to this file" };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        WholeNumber.InRange(steps, 1, StepsMax);
        WholeNumber.InRange(limit, 1, int.MaxValue);
        Command command = new("sweep", "run vectors at several values of a setting and show how errors follow it; exit code 1 where no value gave a result")
        {
            model, data, parameter, from, to, steps, log, limit, svg, csv,
        };
        options.AddTo(command);
        command.Add(json);
        command.SetAction(arguments =>
        {
            Model network = ModelFile.LoadModel(arguments.GetRequiredValue(model));
            string key = arguments.GetRequiredValue(parameter);
            if (key != ChipChange.Clock && arguments.GetRequiredValue(options.Link) != ChipLinks.Emulator)
                throw new BarrelException(ChipErrors.BadSweep, $"--parameter {OneLine.Of(key)} is a setting of the emulator; of a chip on SPI {ChipChange.Clock} can be swept");
            IReadOnlyList<ChipChange> changes = ChipChange.Values(
                key, arguments.GetValue(from), arguments.GetValue(to), arguments.GetValue(steps), arguments.GetValue(log));
            SweepResult sweep = new(key, arguments.GetValue(log), network.Name);
            Emulation emulation = Emulation.Parse(arguments.GetValue(options.Emulate));
            foreach (ChipChange change in changes)
            {
                if (context.IsTerminal && !arguments.GetValue(json))
                    context.Error.Write($"\r{sweep.Points.Count + 1} of {changes.Count} ");
                SweepPoint point = ChipSweep.Measure(
                    network, change, c => options.Open(arguments, network, c), () => VectorSource.Open(arguments.GetRequiredValue(data)), arguments.GetValue(limit));
                sweep.Add(point, key is "static" or "jitter" ? ChipSweep.ExpectedFlips(emulation.With(key, change.Value)) : null);
            }

            if (context.IsTerminal && !arguments.GetValue(json))
                context.Error.Write("\r            \r");
            if (arguments.GetValue(svg) is string svgFile)
                ResultFile.Write(svgFile, stream => ChipSweepChart.Write(stream, sweep));
            if (arguments.GetValue(csv) is string csvFile)
                ResultFile.Write(csvFile, stream => ChipSweepReport.WriteCsv(stream, sweep));
            if (arguments.GetValue(json))
                ChipSweepReport.WriteJson(context.Output, sweep);
            else
                ChipSweepReport.WriteText(context.Output, sweep);
            return sweep.Points.All(p => p.Failure is not null) ? ExitNothing : 0;
        });
        return command;
    }
}
