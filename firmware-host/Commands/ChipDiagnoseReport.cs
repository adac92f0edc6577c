using System.Text.Json;
using Barrel.Boards;
using Barrel.Host.Chip;
using Barrel.Host.Chip.Diagnosis;
using Barrel.Host.Overlay;

namespace Barrel.Host.Commands;

/// <summary>Writes what <c>chip diagnose</c> found, for people and as JSON.</summary>
internal static class ChipDiagnoseReport
{
    private const int PictureColumns = 80;

    /// <summary>Longer lists are for --json and --save.</summary>
    private const int RowsMax = 200;

    public static void WriteText(CommandContext context, ChipDiagnosis diagnosis, ChipSession session, PeHeatMap picture)
    {
        TextWriter output = context.Output;
        ChipIdentity chip = session.Chip.Identity;
        ChipLink link = session.Chip.Link;
        if (diagnosis.Faults.Count > 0)
        {
            output.WriteLine($"{"segment",7}  {"PE",4}  {"kind",-11}  {"step",6}  {"skew",6}");
            foreach (ChipFault fault in diagnosis.Faults.Take(RowsMax))
            {
                PeVerdict verdict = diagnosis.VerdictAt(fault.Segment, fault.Pe);
                output.WriteLine($"{fault.Segment,7}  {fault.Pe,4}  {PeColours.NameOf(fault.Kind),-11}  {Number(verdict.Step),6}  {Number(verdict.Skew),6}");
            }

            if (diagnosis.Faults.Count > RowsMax)
                output.WriteLine($"and {diagnosis.Faults.Count - RowsMax:N0} more; --json and --save give all");
            output.WriteLine();
        }

        output.Write(picture.Draw(PictureColumns, context.HasColour));
        output.WriteLine();
        IEnumerable<string> counts = PeColours.Kinds.Select(kind => $"{diagnosis.Faults.Count(f => f.Kind == kind):N0} {PeColours.NameOf(kind)}");
        output.WriteLine($"{diagnosis.Faults.Count:N0} of {chip.Segments * (long)chip.SegmentPes:N0} PEs are bad: {string.Join(", ", counts)}; {diagnosis.SuspectCount:N0} looked bad at first");
        output.WriteLine($"steps of all PEs spread by {diagnosis.Spread:0.000}, measuring included; 1 is a good PE's step");
        output.WriteLine($"{diagnosis.EvaluationCount:N0} evaluations, {link.TransferCount:N0} transfers, {link.ErrorCount:N0} repeated, {link.ByteCount:N0} bytes, {diagnosis.Seconds:0.00} s");
        if (diagnosis.PulseCount > 0)
            output.WriteLine($"{diagnosis.PulseCount:N0} programming pulses, recorded");
    }

    public static void WriteJson(TextWriter output, ChipDiagnosis diagnosis, ChipSession session)
    {
        using JsonOutput json = new(output);
        Utf8JsonWriter writer = json.Writer;
        writer.WriteString("board", session.Board.Name);
        writer.WriteString("serial", $"{session.Chip.Identity.Serial:x8}");
        writer.WriteNumber("segments", session.Chip.Identity.Segments);
        writer.WriteNumber("segmentPes", session.Chip.Identity.SegmentPes);
        writer.WriteStartArray("faults");
        foreach (ChipFault fault in diagnosis.Faults)
        {
            writer.WriteStartObject();
            writer.WriteNumber("segment", fault.Segment);
            writer.WriteNumber("pe", fault.Pe);
            writer.WriteString("kind", fault.Kind);
            Write(writer, "step", diagnosis.VerdictAt(fault.Segment, fault.Pe).Step);
            Write(writer, "skew", diagnosis.VerdictAt(fault.Segment, fault.Pe).Skew);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("suspects", diagnosis.SuspectCount);
        writer.WriteNumber("spread", Math.Round(diagnosis.Spread, 4));
        writer.WriteNumber("evaluations", diagnosis.EvaluationCount);
        writer.WriteNumber("pulses", diagnosis.PulseCount);
        writer.WriteNumber("transfers", session.Chip.Link.TransferCount);
        writer.WriteNumber("transferErrors", session.Chip.Link.ErrorCount);
        writer.WriteNumber("bytes", session.Chip.Link.ByteCount);
        writer.WriteNumber("seconds", Math.Round(diagnosis.Seconds, 3));
    }

    private static string Number(float value) => float.IsNaN(value) ? "none" : $"{value:0.00;-0.00;0.00}";

    private static void Write(Utf8JsonWriter writer, string name, float value)
    {
        if (float.IsNaN(value))
            writer.WriteNull(name);
        else
            writer.WriteNumber(name, Math.Round(value, 3));
    }
}
