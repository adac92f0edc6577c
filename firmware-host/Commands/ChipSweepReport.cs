using System.Globalization;
using System.Text;
using System.Text.Json;
using Barrel.Host.Chip;

namespace Barrel.Host.Commands;

/// <summary>Writes what <c>chip sweep</c> found: for people, as CSV and as JSON.</summary>
internal static class ChipSweepReport
{
    public static void WriteText(TextWriter output, SweepResult sweep)
    {
        int width = Math.Max(21, sweep.Layers.Select(l => OneLine.Of(l.Name).Length).MaxOrDefault());
        int first = Math.Max(12, sweep.Key.Length);
        StringBuilder head = new();
        head.Append(sweep.Key.PadLeft(first));
        if (sweep.HasExpected)
            head.Append($"  {"expected",8}");
        foreach (SweepLayer layer in sweep.Layers)
            head.Append($"  {OneLine.Of(layer.Name).PadLeft(width)}");
        head.Append($"  {"vectors differ",14}");
        if (sweep.HasClasses)
            head.Append($"  {"class differs",13}");
        if (sweep.IsLabelled)
            head.Append($"  {"top-1",22}");
        head.Append($"  {"repeated",8}  {"wire s",8}");
        output.WriteLine(head.ToString());
        for (int i = 0; i < sweep.Points.Count; i++)
        {
            SweepPoint point = sweep.Points[i];
            string value = point.Value.ToString("G6", CultureInfo.InvariantCulture).PadLeft(first);
            if (point.Failure is not null)
            {
                output.WriteLine($"{value}  {OneLine.Of(point.Failure)}");
                continue;
            }

            StringBuilder line = new(value);
            if (sweep.HasExpected)
                line.Append($"  {Percent(sweep.Expected[i]!.Value, 3),7}%");
            foreach (SweepLayer layer in point.Layers)
                line.Append($"  {WithInterval(layer.Differing, 3).PadLeft(width)}");
            line.Append($"  {$"{point.Mismatches.Count:N0} of {point.Mismatches.Of:N0}",14}");
            if (point.OtherClass is { } other)
                line.Append($"  {other.Count,13:N0}");
            if (point.Right is { } right)
                line.Append($"  {WithInterval(right, 2),22}");
            line.Append($"  {point.TransferErrors,8:N0}  {point.WireSeconds,8:0.000}");
            output.WriteLine(line.ToString());
        }

        output.WriteLine($"{sweep.Key}: {ChipChange.UnitOf(sweep.Key)}; layers: codes that differ from the reference for the same inputs, with Wilson's interval of 95%");
        if (sweep.HasExpected)
            output.WriteLine("expected: signs of random inputs that flip, (1/pi) atan(sqrt(2) sigma)");
        if (sweep.Layers.Any(l => !l.IsSign))
            output.WriteLine($"{string.Join(", ", sweep.Layers.Where(l => !l.IsSign).Select(l => OneLine.Of(l.Name)))}: bytes of whole sums from margins, not signs");
    }

    /// <summary>A line for each value; shares are of 1.</summary>
    public static void WriteCsv(Stream stream, SweepResult sweep)
    {
        using StreamWriter csv = new(stream, new UTF8Encoding(false), leaveOpen: true);
        csv.NewLine = "\r\n";
        IEnumerable<string> layers = sweep.Layers.SelectMany(l => new[] { $"{l.Name} codes", $"{l.Name} differing", $"{l.Name} share", $"{l.Name} low", $"{l.Name} high" });
        csv.WriteLine(string.Join(',', new[] { sweep.Key, "expected" }.Concat(layers).Concat(
            ["vectors", "mismatches", "otherClass", "right", "top1", "top1 low", "top1 high", "transferErrors", "wireSeconds", "seconds", "failure"]).Select(Quoted)));
        for (int i = 0; i < sweep.Points.Count; i++)
        {
            SweepPoint p = sweep.Points[i];
            List<string> cells = [Number(p.Value), sweep.Expected[i] is double e ? Number(e) : ""];
            for (int layer = 0; layer < sweep.Layers.Count; layer++)
            {
                Proportion share = p.Failure is null ? p.Layers[layer].Differing : default;
                cells.AddRange(p.Failure is null ? [Number(share.Of), Number(share.Count), Number(share.Share), Number(share.Low), Number(share.High)] : ["", "", "", "", ""]);
            }

            cells.AddRange(p.Failure is null ? [Number(p.Mismatches.Of), Number(p.Mismatches.Count), p.OtherClass is { } o ? Number(o.Count) : ""] : ["", "", ""]);
            cells.AddRange(p.Right is { } r ? [Number(r.Count), Number(r.Share), Number(r.Low), Number(r.High)] : ["", "", "", ""]);
            cells.AddRange(p.Failure is null ? [Number(p.TransferErrors), Number(p.WireSeconds), Number(p.Seconds), ""] : ["", "", "", Quoted(p.Failure)]);
            csv.WriteLine(string.Join(',', cells));
        }
    }

    public static void WriteJson(TextWriter output, SweepResult sweep)
    {
        using JsonOutput json = new(output);
        Utf8JsonWriter writer = json.Writer;
        writer.WriteString("parameter", sweep.Key);
        writer.WriteString("unit", ChipChange.UnitOf(sweep.Key));
        writer.WriteString("model", sweep.Model);
        writer.WriteStartArray("points");
        for (int i = 0; i < sweep.Points.Count; i++)
            WritePoint(writer, sweep.Points[i], sweep.Expected[i]);
        writer.WriteEndArray();
    }

    private static void WritePoint(Utf8JsonWriter writer, SweepPoint point, double? expected)
    {
        writer.WriteStartObject();
        writer.WriteNumber("value", point.Value);
        if (expected is double theory)
            writer.WriteNumber("expectedFlips", Math.Round(theory, 6));
        if (point.Failure is not null)
        {
            writer.WriteString("failure", point.Failure);
            writer.WriteEndObject();
            return;
        }

        writer.WriteStartArray("layers");
        foreach (SweepLayer layer in point.Layers)
        {
            writer.WriteStartObject();
            writer.WriteString("name", layer.Name);
            writer.WriteBoolean("isSign", layer.IsSign);
            writer.WriteNumber("codes", layer.Differing.Of);
            writer.WriteNumber("differing", layer.Differing.Count);
            writer.WriteNumber("low", Math.Round(layer.Differing.Low, 8));
            writer.WriteNumber("high", Math.Round(layer.Differing.High, 8));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("vectors", point.Mismatches.Of);
        writer.WriteNumber("mismatches", point.Mismatches.Count);
        if (point.OtherClass is { } other)
            writer.WriteNumber("otherClass", other.Count);
        if (point.Right is { } right)
            writer.WriteNumber("top1", Math.Round(100 * right.Share, 4));
        writer.WriteNumber("transferErrors", point.TransferErrors);
        writer.WriteNumber("wireSeconds", Math.Round(point.WireSeconds, 6));
        writer.WriteNumber("seconds", Math.Round(point.Seconds, 3));
        writer.WriteEndObject();
    }

    private static string WithInterval(Proportion p, int digits) => $"{Percent(p.Share, digits)}% ({Percent(p.Low, digits)}-{Percent(p.High, digits)})";

    private static string Percent(double share, int digits) => (100 * share).ToString($"F{digits}", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string text) => $"\"{OneLine.Of(text).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
