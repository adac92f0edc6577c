using System.Diagnostics;
using Barrel.Host.Chip;
using Barrel.Host.CommandLine;
using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary><c>barrel-host chip load</c>: program a model's chains and read them back.</summary>
internal static class ChipLoadCommand
{
    public static Command Create(CommandContext context)
    {
        ChipOptions options = new();
        Option<string> model = new("--model") { Description = "a network placed on a chip, a .barrel file", Required = true };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        Command command = new("load", "program the chip with a network's chains and read them back; with several passes each once, the first stays");
        command.Add(model);
        options.AddTo(command);
        command.Add(json);
        command.SetAction(arguments =>
        {
            Model network = ModelFile.LoadModel(arguments.GetRequiredValue(model));
            using ChipSession session = options.Open(arguments, network);
            ChipProgram program = session.ProgramOf(network);
            long started = Stopwatch.GetTimestamp();
            for (int pass = program.Placement.Passes - 1; pass >= 0; pass--)
                program.Load(pass);
            Write(context, arguments.GetValue(json), session, program, Stopwatch.GetElapsedTime(started).TotalSeconds);
            return 0;
        });
        return command;
    }

    private static void Write(CommandContext context, bool isJson, ChipSession session, ChipProgram program, double seconds)
    {
        ChipLink link = session.Chip.Link;
        if (!isJson)
        {
            context.Output.WriteLine(
                $"{program.SegmentsWritten:N0} segments programmed and read back in {program.Placement.Passes} passes: {link.TransferCount:N0} transfers, {link.ErrorCount} repeated, {link.ByteCount:N0} bytes, {seconds:0.00} s");
            if (program.Wear?.CyclesMax is long worn)
                context.Output.WriteLine($"the segment that was programmed most has had {worn:N0} pulses of {session.Board.Chip!.EnduranceCycles:N0}");
            return;
        }

        using JsonOutput json = new(context.Output);
        json.Writer.WriteNumber("segmentsWritten", program.SegmentsWritten);
        json.Writer.WriteNumber("passes", program.Placement.Passes);
        json.Writer.WriteNumber("transfers", link.TransferCount);
        json.Writer.WriteNumber("transferErrors", link.ErrorCount);
        json.Writer.WriteNumber("bytes", link.ByteCount);
        json.Writer.WriteNumber("seconds", Math.Round(seconds, 3));
        if (program.Wear?.CyclesMax is long wear)
            json.Writer.WriteNumber("pulsesMax", wear);
    }
}
