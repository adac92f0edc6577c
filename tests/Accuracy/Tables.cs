using System.Globalization;
using System.Text;

namespace Barrel.Accuracy;

/// <summary>The rows as Markdown.</summary>
internal static class Tables
{
    /// <param name="subjects">Networks to write tables of, unmeasured rows too.</param>
    /// <param name="cache">What was measured.</param>
    public static string Write(Subject[] subjects, RowCache cache)
    {
        StringBuilder text = new();
        text.Append("""
            # What quantizing costs

            Written by `dotnet run -c Release --project tests/Accuracy`; every figure is a compiled blob on labelled data that calibration did not see, in percent.
            Nothing was retrained. `linear`, `lognet` and `logsqrt2` are the schemes of LOGNET (arXiv 1603.01025), bits besides the sign; `log2` rounds to the nearest
            power of two instead; `terms` is Barrel's own, by its budget of adds per MAC. Adds per MAC are those of the leftmost figure. The code of an error says why a
            row cannot be; – was not measured.


            """.ReplaceLineEndings("\n"));
        foreach (Subject subject in subjects)
            Write(text, subject, cache);
        return text.ToString().TrimEnd() + "\n";
    }

    private static void Write(StringBuilder text, Subject subject, RowCache cache)
    {
        string score = subject.Segmentation ? "mIoU / road IoU" : "top-1";
        text.Append(CultureInfo.InvariantCulture, $"## {subject.Title}\n\nLinear activations, {score}:\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| weights | adds/MAC |{string.Concat(Setting.ActivationBits.Select(b => $" {b} bits |"))}\n");
        text.Append(CultureInfo.InvariantCulture, $"|---|---|{string.Concat(Setting.ActivationBits.Select(_ => "---|"))}\n");
        text.Append(CultureInfo.InvariantCulture, $"| float | – | {Cell(cache[new Row(subject, null, false, 0)])} |{string.Concat(Setting.ActivationBits.Skip(1).Select(_ => " |"))}\n");
        foreach (Setting setting in Setting.Linear)
        {
            Figures?[] figures = [.. Setting.ActivationBits.Select(bits => cache[new Row(subject, setting, false, bits)])];
            text.Append(CultureInfo.InvariantCulture, $"| {setting.Weights} | {Adds(figures)} |{string.Concat(figures.Select(f => $" {Cell(f)} |"))}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\nLog activations of {Setting.LogActivationBits} bits:\n\n| weights | method of the paper | adds/MAC | {score} |\n|---|---|---|---|\n");
        foreach (Setting setting in Setting.Log)
        {
            Figures? figures = cache[new Row(subject, setting, true, Setting.LogActivationBits)];
            text.Append(CultureInfo.InvariantCulture, $"| {setting.Weights} | {setting.Method} | {Adds([figures])} | {Cell(figures)} |\n");
        }

        text.Append('\n');
        if (Row.All.Any(r => r.Subject == subject && r.OnnxShare > 0))
            WriteSizes(text, subject, score, cache);
    }

    private static void WriteSizes(StringBuilder text, Subject subject, string score, RowCache cache)
    {
        text.Append(CultureInfo.InvariantCulture, $"Size, 8-bit activations; `--blob-bytes` is that share of the ONNX file's:\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| weights | `--blob-bytes` | bytes | adds/MAC | {score} |\n|---|---|---|---|---|\n");
        foreach ((Setting setting, int[] shares) in Setting.Sized)
            foreach (int share in shares)
            {
                Figures? figures = cache[new Row(subject, setting, false, 8, share)];
                string bytes = figures?.Bytes?.ToString("N0", CultureInfo.InvariantCulture) ?? "–";
                text.Append(CultureInfo.InvariantCulture, $"| {setting.Weights} | {(share == 0 ? "–" : $"1/{share}")} | {bytes} | {Adds([figures])} | {Cell(figures)} |\n");
            }

        text.Append('\n');
    }

    private static string Adds(Figures?[] figures) => figures.FirstOrDefault(f => f?.AddsPerMac is not null)?.AddsPerMac?.ToString("0.00", CultureInfo.InvariantCulture) ?? "–";

    private static string Cell(Figures? figures) =>
        figures?.Error ?? (figures?.Score is not double score ? "–" : Percent(score) + (figures.Road is double road ? $" / {Percent(road)}" : ""));

    private static string Percent(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
