using System.Globalization;
using System.Security;
using System.Text;

namespace Barrel.Host.Commands;

/// <summary>A line of a chart.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Colour">As in SVG.</param>
/// <param name="IsDashed">A line without dots.</param>
/// <param name="Points">In the order of X; Low and High are the ends of the error bar.</param>
internal sealed record ChartSeries(string Name, string Colour, bool IsDashed, IReadOnlyList<(double X, double Y, double Low, double High)> Points);

/// <summary>Lines with error bars over one axis, as a part of an SVG picture.</summary>
/// <param name="Across">What the horizontal axis is, with its unit.</param>
/// <param name="Up">What the vertical one is.</param>
/// <param name="IsLog">Whether equal distances across are equal ratios.</param>
/// <param name="Lines">At least one, with at least one point together.</param>
internal sealed record ChartPanel(string Across, string Up, bool IsLog, IReadOnlyList<ChartSeries> Lines)
{
    public const int Width = 860;
    public const int Height = 290;

    private const int Left = 76;
    private const int Right = 640;
    private const int Top = 20;
    private const int Bottom = 226;
    private const int TicksMax = 7;

    /// <summary>Values across without a result, marked on the axis.</summary>
    public IReadOnlyList<double> Failed { get; init; } = [];

    /// <summary>The upper end of the vertical axis at most; percents end at 100.</summary>
    public double UpMax { get; init; } = 100;

    /// <summary>False where what matters is far from 0: the axis then begins near the least value.</summary>
    public bool IsFromZero { get; init; } = true;

    public string ToSvg(int top)
    {
        double[] xs = [.. Lines.SelectMany(l => l.Points).Select(p => p.X).Concat(Failed)];
        (double from, double to) = IsLog ? (Math.Log10(xs.Min()), Math.Log10(xs.Max())) : (xs.Min(), xs.Max());
        if (from == to)
            (from, to) = (from - Math.Max(0.5, Math.Abs(from) / 2), to + Math.Max(0.5, Math.Abs(to) / 2));
        (double lowest, double highest, double step) = Range();
        double X(double x) => Left + ((Right - Left) * ((IsLog ? Math.Log10(x) : x) - from) / (to - from));
        double Y(double y) => Bottom - ((Bottom - Top) * (y - lowest) / (highest - lowest));
        StringBuilder svg = new();
        svg.Append(Inv($"<g transform=\"translate(0 {top})\">\n"));
        for (int i = 0; lowest + (i * step) <= highest + (step / 1000); i++)
        {
            double tick = lowest + (i * step);
            svg.Append(Inv($"<path d=\"M{Left} {Y(tick):0.#}H{Right}\" stroke=\"#dddddd\"/><text x=\"{Left - 8}\" y=\"{Y(tick) + 4:0.#}\" text-anchor=\"end\" fill=\"#555555\">{tick:0.######}</text>\n"));
        }

        foreach (double tick in TicksAcross(from, to))
            svg.Append(Inv($"<path d=\"M{X(tick):0.#} {Bottom}v5\" stroke=\"#888888\"/><text x=\"{X(tick):0.#}\" y=\"{Bottom + 20}\" text-anchor=\"middle\" fill=\"#555555\">{TickText(tick)}</text>\n"));
        svg.Append(Inv($"<path d=\"M{Left} {Top}V{Bottom}H{Right}\" fill=\"none\" stroke=\"#888888\"/>\n"))
            .Append(Inv($"<text x=\"{(Left + Right) / 2}\" y=\"{Bottom + 44}\" text-anchor=\"middle\" fill=\"#222222\">{Text(Across)}</text>\n"))
            .Append(Inv($"<text transform=\"translate(20 {(Top + Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\" fill=\"#222222\">{Text(Up)}</text>\n"));
        for (int i = 0; i < Lines.Count; i++)
            AddLine(svg, Lines[i], i, X, Y);
        foreach (double x in Failed)
            svg.Append(Inv($"<text x=\"{X(x):0.#}\" y=\"{Bottom - 4}\" text-anchor=\"middle\" fill=\"#c62828\">×<title>{TickText(x)}: no result</title></text>\n"));
        return svg.Append("</g>\n").ToString();
    }

    /// <summary>Text as XML has it.</summary>
    public static string Text(string text) => SecurityElement.Escape(OneLine.Of(text));

    /// <summary>Of the vertical axis.</summary>
    private (double Lowest, double Highest, double Step) Range()
    {
        (double X, double Y, double Low, double High)[] all = [.. Lines.SelectMany(l => l.Points)];
        double most = all.Select(p => p.High).MaxOrDefault();
        if (IsFromZero || all.Length == 0)
        {
            double whole = most <= 0 ? 1 : most, step = StepOf(whole);
            return (0, Math.Min(UpMax, Math.Ceiling(whole / step) * step), step);
        }

        double least = all.Select(p => p.Low).Min(), part = StepOf(Math.Max(most - least, 1));
        return (Math.Floor(least / part) * part, Math.Min(UpMax, Math.Ceiling(most / part) * part), part);
    }

    private static void AddLine(StringBuilder svg, ChartSeries line, int index, Func<double, double> x, Func<double, double> y)
    {
        string points = string.Join('L', line.Points.Select(p => Inv($"{x(p.X):0.#} {y(p.Y):0.#}")));
        string dashes = line.IsDashed ? " stroke-dasharray=\"6 4\"" : "";
        if (line.Points.Count > 0)
            svg.Append(Inv($"<path d=\"M{points}\" fill=\"none\" stroke=\"{line.Colour}\" stroke-width=\"2\"{dashes}/>\n"));
        foreach ((double at, double value, double low, double high) in line.IsDashed ? [] : line.Points)
        {
            svg.Append(Inv($"<path d=\"M{x(at):0.#} {y(low):0.#}V{y(high):0.#}M{x(at) - 4:0.#} {y(low):0.#}h8M{x(at) - 4:0.#} {y(high):0.#}h8\" stroke=\"{line.Colour}\"/>"))
                .Append(Inv($"<circle cx=\"{x(at):0.#}\" cy=\"{y(value):0.#}\" r=\"3.5\" fill=\"{line.Colour}\"><title>{Text(line.Name)} at {TickText(at)}: {value:0.####}% ({low:0.####} to {high:0.####})</title></circle>\n"));
        }

        int legend = Top + 10 + (index * 22);
        svg.Append(Inv($"<path d=\"M{Right + 16} {legend - 4}h24\" stroke=\"{line.Colour}\" stroke-width=\"3\"{dashes}/><text x=\"{Right + 48}\" y=\"{legend}\" fill=\"#222222\">{Text(line.Name)}</text>\n"));
    }

    private IEnumerable<double> TicksAcross(double from, double to)
    {
        if (!IsLog)
        {
            double step = StepOf(to - from);
            for (double at = Math.Ceiling((from / step) - 1e-9) * step; at <= to + (step * 1e-9); at += step)
                yield return Math.Abs(at) < step * 1e-9 ? 0 : at;
            yield break;
        }

        // Where there are few decades, some numbers between them as well.
        double[] within = to - from > 3 ? [1] : [1, 2, 5];
        for (int decade = (int)Math.Floor(from); decade <= to; decade++)
            foreach (double digit in within)
                if (Math.Log10(digit) + decade >= from - 1e-9 && Math.Log10(digit) + decade <= to + 1e-9)
                    yield return digit * Math.Pow(10, decade);
    }

    private static double StepOf(double range)
    {
        double size = Math.Pow(10, Math.Floor(Math.Log10(range / TicksMax)));
        return ((double[])[1, 2, 5, 10]).First(f => range / (f * size) <= TicksMax) * size;
    }

    private static string TickText(double x) => x != 0 && (Math.Abs(x) >= 1e6 || Math.Abs(x) < 1e-4)
        ? x.ToString("0.###e0", CultureInfo.InvariantCulture) : x.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Inv(FormattableString text) => FormattableString.Invariant(text);
}
