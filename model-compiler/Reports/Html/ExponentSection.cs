using Barrel.Runtime;

namespace Barrel.Compiler.Reports.Html;

/// <summary>Terms of weights over all layers, and a histogram of exponents for each.</summary>
internal static class ExponentSection
{
    /// <summary>Histograms that are shown at once; the others are a touch away.</summary>
    private const int ShownAtOnce = 12;

    private const double Width = 160;
    private const double Middle = 44;
    private const double Reach = 36;

    public static void Write(HtmlText page, Model model)
    {
        (TapLayer Layer, TapCensus Census)[] layers = [.. model.Layers.OfType<TapLayer>().Where(l => l.TapCount > 0).Select(l => (l, TapCensus.Of(model, l)))];
        if (layers.Length == 0)
            return;
        page.Add($"<section>\n<h2>Exponents</h2>\n<p>Taps by exponent, in octaves above the unit of the layer's sums; added ones upward, subtracted ones downward.</p>\n");
        Terms(page, [.. layers.Where(l => l.Layer.Macs > 0).Select(l => l.Census)]);
        page.Add($"<div class=\"many\">\n");
        foreach ((TapLayer layer, TapCensus census) in layers.Take(ShownAtOnce))
            Histogram(page, layer, census);
        page.Add($"</div>\n");
        if (layers.Length > ShownAtOnce)
        {
            page.Add($"<details>\n<summary>{layers.Length - ShownAtOnce} more layers</summary>\n<div class=\"many\">\n");
            foreach ((TapLayer layer, TapCensus census) in layers.Skip(ShownAtOnce))
                Histogram(page, layer, census);
            page.Add($"</div>\n</details>\n");
        }

        page.Add($"</section>\n");
    }

    private static void Terms(HtmlText page, TapCensus[] layers)
    {
        long[] weights = new long[5];
        foreach (TapCensus layer in layers)
            for (int n = 0; n < layer.WeightsByTerms.Count; n++)
                weights[Math.Min(n, weights.Length - 1)] += layer.WeightsByTerms[n];
        double all = Math.Max(1, weights.Sum());
        string[] names = ["zero", "1 term", "2 terms", "3 terms", "4 or more"];
        page.Add($"<div class=\"stack\" role=\"img\" aria-label=\"weights by number of terms\">");
        for (int n = 0; n < weights.Length; n++)
            page.Add($"<span class=\"part{n}\" style=\"width:{100 * weights[n] / all:0.00}%\"></span>");
        page.Add($"</div>\n<ul class=\"legend\">\n");
        for (int n = 0; n < weights.Length; n++)
            if (weights[n] > 0)
                page.Add($"<li><span class=\"swatch part{n}\"></span>{names[n]} {100 * weights[n] / all:0.0}%</li>\n");
        page.Add($"</ul>\n");
    }

    private static void Histogram(HtmlText page, TapLayer layer, TapCensus census)
    {
        long most = Math.Max(1, Math.Max(census.Plus.Max(), census.Minus.Max()));
        int count = layer.ExponentMax - layer.ExponentMin + 1;
        double step = Math.Min(20, (Width - 8) / count);
        double left = (Width - (step * count)) / 2;
        page.Add($"<figure>\n<svg viewBox=\"0 0 {Width} 102\" role=\"img\" aria-label=\"exponents of {layer.Name}\">\n");
        for (int e = layer.ExponentMin; e <= layer.ExponentMax; e++)
        {
            double x = left + ((e - layer.ExponentMin) * step);
            double up = Reach * census.Plus[e] / most;
            double down = Reach * census.Minus[e] / most;
            page.Add($"<g><title>2^{e}: {census.Plus[e]:N0} added, {census.Minus[e]:N0} subtracted</title><rect class=\"plus\" x=\"{x + 0.5:0.0}\" y=\"{Middle - up:0.0}\" width=\"{step - 1:0.0}\" height=\"{up:0.0}\"/>");
            page.Add($"<rect class=\"minus\" x=\"{x + 0.5:0.0}\" y=\"{Middle:0.0}\" width=\"{step - 1:0.0}\" height=\"{down:0.0}\"/></g>\n");
        }

        page.Add($"<path class=\"axis\" d=\"M{left:0.0} {Middle}h{step * count:0.0}\"/>");
        page.Add($"<text class=\"middle\" x=\"{left + (step / 2):0.0}\" y=\"98\">{layer.ExponentMin}</text>");
        if (count > 1)
            page.Add($"<text class=\"middle\" x=\"{left + (step * (count - 0.5)):0.0}\" y=\"98\">{layer.ExponentMax}</text>");
        page.Add($"\n</svg>\n<figcaption title=\"{layer.Name}\">{layer.Name}<br>{layer.TapCount:N0} taps</figcaption>\n</figure>\n");
    }
}
