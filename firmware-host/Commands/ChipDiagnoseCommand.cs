using Barrel.Boards;
using Barrel.Host.Chip;
using Barrel.Host.Chip.Diagnosis;
using Barrel.Host.CommandLine;
using Barrel.Host.Overlay;
using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary><c>barrel-host chip diagnose</c>: finds the processing elements (PEs) that do not work.</summary>
internal static class ChipDiagnoseCommand
{
    private const int ExitFaults = 1;

    public static Command Create(CommandContext context)
    {
        ChipOptions options = new();
        Option<string?> save = new("--save") { Description = "write the fault map for 'barrel compile --faults' to this file" };
        Option<string?> png = new("--png") { Description = "write a heat map of the array to this file" };
        Option<bool> wear = new("--wear") { Description = "allow programming pulses, which wear a ReRAM chip" };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        Command command = new(
            "diagnose", "find stuck, dead and weak processing elements by the signs of test patterns; overwrites the chip's weights; exit code 1 where any is bad");
        options.AddTo(command);
        command.Add(save);
        command.Add(png);
        command.Add(wear);
        command.Add(json);
        command.SetAction(arguments =>
        {
            using ChipSession session = options.Open(arguments, null);
            ChipDiagnosis diagnosis = new(session.Chip, WearOf(session, arguments.GetValue(wear)));
            diagnosis.Run();
            ChipIdentity chip = session.Chip.Identity;
            PeHeatMap picture = new(chip.Segments, chip.SegmentPes, (segment, pe) => diagnosis.VerdictAt(segment, pe).Step, diagnosis.Faults);
            if (arguments.GetValue(png) is string pngFile)
                ResultFile.Write(pngFile, picture.WritePng);
            if (arguments.GetValue(save) is string mapFile)
                MapOf(session, diagnosis).Save(mapFile);
            if (arguments.GetValue(json))
                ChipDiagnoseReport.WriteJson(context.Output, diagnosis, session);
            else
                ChipDiagnoseReport.WriteText(context, diagnosis, session, picture);
            return diagnosis.Faults.Count == 0 ? 0 : ExitFaults;
        });
        return command;
    }

    /// <summary>Null for chips that do not wear.</summary>
    private static WearRecord? WearOf(ChipSession session, bool isAllowed)
    {
        if (session.Chip.Identity.Kind != Placement.KindReram)
            return null;
        if (!isAllowed)
            throw new BarrelException(
                ChipErrors.WearNotAllowed,
                $"diagnosing this ReRAM chip takes about {ChipDiagnosis.PulsesOf(session.Chip):N0} programming pulses, at most 3 for most cells, which endure {session.Board.Chip!.EnduranceCycles:N0}; add --wear to allow them");
        return WearRecord.Open(session.StateFolder, session.Chip.Identity, session.Board.Chip!.EnduranceCycles);
    }

    private static ChipFaultMap MapOf(ChipSession session, ChipDiagnosis diagnosis) => new()
    {
        Board = session.Board.Name,
        Serial = session.Chip.Identity.Serial,
        Segments = session.Chip.Identity.Segments,
        SegmentPes = session.Chip.Identity.SegmentPes,
        Faults = [.. diagnosis.Faults],
    };
}
