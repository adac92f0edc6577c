using System.Globalization;
using System.Text;
using System.Text.Json;
using Barrel.Host.Chip;

namespace Barrel.Host.Commands;

/// <summary>Writes what <c>chip test</c> found: for people, as JSON, as JUnit's XML and as CSV.</summary>
internal static class ChipTestReport
{
    public static void WriteText(TextWriter output, ChipTest test, ChipLink link)
    {
        int width = Math.Max(5, test.Layers.Select(l => OneLine.Of(l.Name).Length).Max());
        output.WriteLine($"{"layer".PadRight(width)}  {"codes",12}  {"differing",12}  {"share",9}");
        foreach (LayerOutcome layer in test.Layers)
        {
            output.WriteLine($"{OneLine.Of(layer.Name).PadRight(width)}  {layer.Codes,12:N0}  {layer.Differing,12:N0}  {100.0 * layer.Differing / Math.Max(1, layer.Codes),8:0.0000}%");
            if (layer.Margins.Length > 0)
                output.WriteLine($"{"".PadRight(width)}  margins in delay steps: least {Quantile(layer.Margins, 0)}, 1% below {Quantile(layer.Margins, 0.01)}, median {Quantile(layer.Margins, 0.5)}");
        }

        output.WriteLine($"{test.Vectors.Count:N0} vectors, {test.MismatchCount:N0} differ from the reference{(test.Accuracy is double right ? $"; top-1 {right:0.00}%" : "")}");
        if (FirstMismatch(test) is { } first)
            output.WriteLine($"first at vector {first.Number}: {OneLine.Of(first.Mismatch!)}");
        output.WriteLine($"{link.TransferCount:N0} transfers, {link.ErrorCount:N0} repeated, {link.ByteCount:N0} bytes, {test.Seconds:0.00} s");
    }

    public static void WriteJson(TextWriter output, ChipTest test, ChipLink link)
    {
        using JsonOutput json = new(output);
        Utf8JsonWriter writer = json.Writer;
        writer.WriteNumber("vectors", test.Vectors.Count);
        writer.WriteNumber("mismatches", test.MismatchCount);
        if (FirstMismatch(test) is { } first)
        {
            writer.WriteStartObject("firstMismatch");
            writer.WriteNumber("vector", first.Number);
            writer.WriteString("what", first.Mismatch);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("firstMismatch");
        }

        writer.WriteNumber("transferErrors", link.ErrorCount);
        WriteMargins(writer, test);
        if (test.Accuracy is double right)
            writer.WriteNumber("top1", Math.Round(right, 4));
        writer.WriteStartArray("layers");
        foreach (LayerOutcome layer in test.Layers)
        {
            writer.WriteStartObject();
            writer.WriteString("name", layer.Name);
            writer.WriteNumber("codes", layer.Codes);
            writer.WriteNumber("differing", layer.Differing);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("transfers", link.TransferCount);
        writer.WriteNumber("bytes", link.ByteCount);
        writer.WriteNumber("seconds", Math.Round(test.Seconds, 3));
    }

    /// <summary>JUnit's form, which continuous integration reads: a test case for each vector.</summary>
    public static void WriteJUnit(Stream stream, ChipTest test, string modelName)
    {
        using StreamWriter xml = new(stream, new UTF8Encoding(false), leaveOpen: true);
        string name = Attribute(modelName);
        string seconds = test.Seconds.ToString("0.000", CultureInfo.InvariantCulture);
        xml.WriteLine("""<?xml version="1.0" encoding="utf-8"?>""");
        xml.WriteLine("<testsuites>");
        xml.WriteLine($"""  <testsuite name="{name}" tests="{test.Vectors.Count}" failures="{test.MismatchCount}" errors="0" time="{seconds}">""");
        foreach (VectorOutcome vector in test.Vectors)
        {
            string testCase = $"""    <testcase classname="{name}" name="vector {vector.Number}" """;
            if (vector.Mismatch is null)
            {
                xml.WriteLine(testCase + "/>");
                continue;
            }

            xml.WriteLine(testCase.TrimEnd() + ">");
            xml.WriteLine($"""      <failure message="{Attribute(vector.Mismatch)}" />""");
            xml.WriteLine("    </testcase>");
        }

        xml.WriteLine("  </testsuite>");
        xml.WriteLine("</testsuites>");
    }

    private static string Attribute(string text) => OneLine.Of(text)
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal);

    /// <summary>A line for each vector; −1 where there is no class.</summary>
    public static void WriteCsv(Stream stream, ChipTest test)
    {
        using StreamWriter csv = new(stream, new UTF8Encoding(false), leaveOpen: true);
        csv.NewLine = "\r\n";
        csv.WriteLine("vector,label,chip,reference,equal,mismatch");
        foreach (VectorOutcome v in test.Vectors)
            csv.WriteLine($"{v.Number},{v.Label},{v.Chip},{v.Reference},{(v.Mismatch is null ? 1 : 0)},\"{OneLine.Of(v.Mismatch ?? "").Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
    }

    private static VectorOutcome? FirstMismatch(ChipTest test) => test.Vectors.FirstOrDefault(v => v.Mismatch is not null);

    private static void WriteMargins(Utf8JsonWriter writer, ChipTest test)
    {
        writer.WriteStartArray("margins");
        foreach (LayerOutcome layer in test.Layers.Where(l => l.Margins.Length > 0))
        {
            writer.WriteStartObject();
            writer.WriteString("name", layer.Name);
            writer.WriteNumber("least", Quantile(layer.Margins, 0));
            writer.WriteNumber("onePercent", Quantile(layer.Margins, 0.01));
            writer.WriteNumber("median", Quantile(layer.Margins, 0.5));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>The least margin that more than this share of all reach or stay below.</summary>
    private static int Quantile(long[] counts, double share)
    {
        long rest = (long)(counts.Sum(count => count) * share);
        for (int i = 0; i < counts.Length; i++)
        {
            rest -= counts[i];
            if (rest < 0)
                return i;
        }

        return counts.Length - 1;
    }
}
