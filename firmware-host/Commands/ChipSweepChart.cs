using System.Text;
using Barrel.Host.Chip;

namespace Barrel.Host.Commands;

/// <summary>Draws a sweep as an SVG picture that stands alone: errors of bits above, what they do to the network below.</summary>
internal static class ChipSweepChart
{
    private const int TitleHeight = 56;
    private const int Gap = 24;

    private static readonly string[] Colours = ["#1565c0", "#c62828", "#2e7d32", "#6a1b9a", "#ef6c00", "#00838f", "#ad1457", "#4e342e"];

    public static void Write(Stream stream, SweepResult sweep)
    {
        string across = $"{sweep.Key} ({ChipChange.UnitOf(sweep.Key)})";
        double[] failed = [.. sweep.Points.Where(p => p.Failure is not null).Select(p => p.Value)];
        List<ChartPanel> panels = [];
        if (sweep.Layers.Any(l => l.IsSign))
            panels.Add(new ChartPanel(across, "bits that differ (%)", sweep.IsLog, BitLines(sweep)) { Failed = failed });
        if (sweep.IsLabelled)
            panels.Add(new ChartPanel(across, "top-1 (%)", sweep.IsLog, [Line(sweep, "top-1", Colours[2], p => p.Right)]) { Failed = failed, IsFromZero = false });
        panels.Add(new ChartPanel(across, "vectors that differ (%)", sweep.IsLog, VectorLines(sweep)) { Failed = failed });
        int height = TitleHeight + (panels.Count * (ChartPanel.Height + Gap));
        using StreamWriter svg = new(stream, new UTF8Encoding(false), leaveOpen: true);
        svg.NewLine = "\n";
        string title = $"{sweep.Model}: errors of the chip against {sweep.Key}";
        svg.WriteLine(FormattableString.Invariant(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {ChartPanel.Width} {height}\" width=\"{ChartPanel.Width}\" height=\"{height}\" role=\"img\" aria-label=\"{ChartPanel.Text(title)}\" font-family=\"sans-serif\" font-size=\"13\">"));
        svg.WriteLine(FormattableString.Invariant($"<rect width=\"{ChartPanel.Width}\" height=\"{height}\" fill=\"#ffffff\"/>"));
        svg.WriteLine($"<text x=\"76\" y=\"28\" font-size=\"17\" fill=\"#222222\">{ChartPanel.Text(title)}</text>");
        svg.WriteLine($"<text x=\"76\" y=\"48\" fill=\"#555555\">{ChartPanel.Text(SubtitleOf(sweep))}</text>");
        for (int i = 0; i < panels.Count; i++)
            svg.Write(panels[i].ToSvg(TitleHeight + (i * (ChartPanel.Height + Gap))));
        svg.WriteLine("</svg>");
    }

    private static string SubtitleOf(SweepResult sweep)
    {
        long vectors = sweep.Points.Select(p => p.Mismatches.Of).MaxOrDefault();
        return $"{vectors:N0} vectors for each value; bars are Wilson's intervals of 95%{(sweep.Points.Any(p => p.Failure is not null) ? "; ×: no result, the link failed" : "")}";
    }

    private static List<ChartSeries> BitLines(SweepResult sweep)
    {
        List<ChartSeries> lines = [];
        for (int layer = 0; layer < sweep.Layers.Count; layer++)
        {
            if (!sweep.Layers[layer].IsSign)
                continue;
            int index = layer;
            lines.Add(new ChartSeries(
                $"layer {sweep.Layers[layer].Name}", Colours[lines.Count % Colours.Length], false,
                [.. sweep.Points.Where(p => p.Failure is null).Select(p => Point(p.Value, p.Layers[index].Differing))]));
        }

        if (sweep.HasExpected)
        {
            List<(double X, double Y, double Low, double High)> theory = [];
            for (int i = 0; i < sweep.Points.Count; i++)
                if (sweep.Expected[i] is { } expected)
                    theory.Add((sweep.Points[i].Value, 100 * expected, 0, 100 * expected));
            lines.Add(new ChartSeries("random inputs, theory", "#757575", true, theory));
        }

        return lines;
    }

    private static List<ChartSeries> VectorLines(SweepResult sweep)
    {
        List<ChartSeries> lines = [Line(sweep, "anywhere", Colours[1], p => p.Failure is null ? p.Mismatches : null)];
        if (sweep.HasClasses)
            lines.Add(Line(sweep, "in their class", Colours[3], p => p.OtherClass));
        return lines;
    }

    private static ChartSeries Line(SweepResult sweep, string name, string colour, Func<SweepPoint, Proportion?> shareOf) =>
        new(name, colour, false, [.. sweep.Points.Where(p => shareOf(p) is not null).Select(p => Point(p.Value, shareOf(p)!.Value))]);

    private static (double X, double Y, double Low, double High) Point(double value, Proportion share) => (value, 100 * share.Share, 100 * share.Low, 100 * share.High);
}
