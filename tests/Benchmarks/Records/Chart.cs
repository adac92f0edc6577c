using System.Globalization;
using System.Text;

namespace Barrel.Benchmarks.Records;

/// <summary>A line of a chart.</summary>
/// <param name="Name">At its end.</param>
internal sealed record Series(string Name, string Colour, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Lines over one axis as an SVG picture that reads on light and dark pages.</summary>
/// <param name="Across">What the horizontal axis is.</param>
/// <param name="Up">What the vertical one is.</param>
/// <param name="Doubling">Whether equal distances are equal factors, on both axes.</param>
internal sealed record Chart(string Title, string Across, string Up, bool Doubling, IReadOnlyList<Series> Lines)
{
    private const int Width = 560;
    private const int Height = 340;
    private const int Left = 62;
    private const int Right = 424;
    private const int Top = 44;
    private const int Bottom = 284;
    private const int NameGap = 15;

    public string ToSvg()
    {
        double[] xs = [.. Lines.SelectMany(l => l.Points).Select(p => p.X).Distinct().Order()];
        double greatest = Lines.SelectMany(l => l.Points).Max(p => p.Y), least = Lines.SelectMany(l => l.Points).Min(p => p.Y);
        double[] ticks = Doubling ? Powers(least, greatest) : Steps(greatest);
        double from = Doubling ? xs[0] : Math.Min(0, xs[0]);
        double X(double x) => Left + ((Right - Left) * (xs[^1] > from ? Share(x, from, xs[^1]) : 0.5));
        double Y(double y) => Bottom - ((Bottom - Top) * Share(y, ticks[0], ticks[^1]));

        var svg = new StringBuilder();
        svg.Append(Inv($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" role=\"img\" aria-label=\"{Title}\" "))
            .Append("font-family=\"sans-serif\" font-size=\"12\">\n").Append(Inv($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>\n"))
            .Append(Inv($"<text x=\"{Left}\" y=\"22\" font-size=\"14\" fill=\"#222222\">{Title}</text>\n"));
        foreach (double tick in ticks)
            svg.Append(Inv($"<path d=\"M{Left} {Y(tick):0.#}H{Right}\" stroke=\"#dddddd\"/><text x=\"{Left - 6}\" y=\"{Y(tick) + 4:0.#}\" text-anchor=\"end\" fill=\"#555555\">{tick:0.###}</text>\n"));
        foreach (double x in xs)
            svg.Append(Inv($"<path d=\"M{X(x):0.#} {Bottom}v5\" stroke=\"#888888\"/><text x=\"{X(x):0.#}\" y=\"{Bottom + 19}\" text-anchor=\"middle\" fill=\"#555555\">{x:0.##}</text>\n"));
        svg.Append(Inv($"<path d=\"M{Left} {Bottom}H{Right}\" stroke=\"#888888\"/>\n"))
            .Append(Inv($"<text x=\"{(Left + Right) / 2}\" y=\"{Height - 14}\" text-anchor=\"middle\" fill=\"#222222\">{Across}</text>\n"))
            .Append(Inv($"<text transform=\"translate(16 {(Top + Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\" fill=\"#222222\">{Up}</text>\n"));
        double nameAt = double.NegativeInfinity;
        foreach (Series line in Lines.OrderBy(l => Y(l.Points[^1].Y)))
        {
            svg.Append(Inv($"<path d=\"M{string.Join('L', line.Points.Select(p => Inv($"{X(p.X):0.#} {Y(p.Y):0.#}")))}\" fill=\"none\" stroke=\"{line.Colour}\" stroke-width=\"2\"/>\n"));
            foreach ((double x, double y) in line.Points)
                svg.Append(Inv($"<circle cx=\"{X(x):0.#}\" cy=\"{Y(y):0.#}\" r=\"3.5\" fill=\"{line.Colour}\"><title>{line.Name}: {y:0.###}</title></circle>\n"));
            nameAt = Math.Max(Y(line.Points[^1].Y) + 4, nameAt + NameGap);
            svg.Append(Inv($"<text x=\"{Right + 9}\" y=\"{nameAt:0.#}\" fill=\"{line.Colour}\">{line.Name}</text>\n"));
        }

        return svg.Append("</svg>\n").ToString();
    }

    private double Share(double value, double from, double to) => Doubling ? Math.Log(value / from) / Math.Log(to / from) : (value - from) / (to - from);

    private static double[] Powers(double least, double greatest)
    {
        int from = (int)Math.Floor(Math.Log2(least)), to = Math.Max((int)Math.Ceiling(Math.Log2(greatest)), from + 1);
        int step = (to - from + 7) / 8;
        return [.. Enumerable.Range(0, ((to - from + step - 1) / step) + 1).Select(i => Math.Pow(2, from + (i * step)))];
    }

    private static double[] Steps(double greatest)
    {
        double rough = greatest / 5, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = new[] { 1, 2, 5, 10 }.First(m => m * power >= rough) * power;
        return [.. Enumerable.Range(0, (int)Math.Ceiling(greatest / step) + 1).Select(i => i * step)];
    }

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
