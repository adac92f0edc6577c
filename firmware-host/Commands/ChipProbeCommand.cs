using System.Text.Json;
using Barrel.Host.Chip;
using Barrel.Host.CommandLine;

namespace Barrel.Host.Commands;

/// <summary><c>barrel-host chip probe</c>: who is there, and does it answer well.</summary>
internal static class ChipProbeCommand
{
    public static Command Create(CommandContext context)
    {
        ChipOptions options = new();
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        Command command = new("probe", "identity, geometry and self-test; weights stay as they are");
        options.AddTo(command);
        command.Add(json);
        command.SetAction(arguments =>
        {
            using ChipSession session = options.Open(arguments, null);
            session.Chip.SelfTest();
            if (arguments.GetValue(json))
                WriteJson(context.Output, session);
            else
                WriteText(context.Output, session);
            return 0;
        });
        return command;
    }

    private static void WriteText(TextWriter output, ChipSession session)
    {
        ChipIdentity chip = session.Chip.Identity;
        output.WriteLine($"{session.Board.Title}, link {session.LinkName}");
        output.WriteLine($"{chip.KindName} chip {chip.Serial:x8}: {chip.Segments:N0} segments of {chip.SegmentPes} PEs, {chip.Segments * (long)chip.SegmentPes:N0} in all");
        output.WriteLine($"{chip.InputBits:N0} input bits; {(chip.MarginBits == 0 ? "no margins" : $"margins of {chip.MarginBits} bits")}");
        output.WriteLine($"self-test passed in {session.Chip.Link.TransferCount} transfers, {session.Chip.Link.ErrorCount} of them repeated");
    }

    private static void WriteJson(TextWriter output, ChipSession session)
    {
        ChipIdentity chip = session.Chip.Identity;
        using JsonOutput json = new(output);
        Utf8JsonWriter writer = json.Writer;
        writer.WriteString("board", session.Board.Name);
        writer.WriteString("link", session.LinkName);
        writer.WriteString("kind", chip.KindName.ToLowerInvariant());
        writer.WriteString("serial", $"{chip.Serial:x8}");
        writer.WriteNumber("segments", chip.Segments);
        writer.WriteNumber("segmentPes", chip.SegmentPes);
        writer.WriteNumber("pes", chip.Segments * (long)chip.SegmentPes);
        writer.WriteNumber("inputBits", chip.InputBits);
        writer.WriteNumber("marginBits", chip.MarginBits);
        writer.WriteBoolean("selfTest", true);
        writer.WriteNumber("transfers", session.Chip.Link.TransferCount);
        writer.WriteNumber("transferErrors", session.Chip.Link.ErrorCount);
    }
}
