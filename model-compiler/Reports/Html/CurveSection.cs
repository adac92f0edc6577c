namespace Barrel.Compiler.Reports.Html;

/// <summary>Quality against adds: the curve, and its points as a table.</summary>
internal static class CurveSection
{
    private const double Width = 360;
    private const double Height = 230;
    private const double Left = 42;
    private const double Right = 346;
    private const double Top = 16;
    private const double Bottom = 188;

    public static void Write(HtmlText page, Curve curve)
    {
        page.Add($"<section>\n<h2>Accuracy against adds</h2>\n<p>{curve.Measured}</p>\n");
        CurvePoint[] points = [.. curve.Points.Where(p => double.IsFinite(p.Value)).OrderBy(p => p.AddsPerMac)];
        if (points.Length == 0)
        {
            page.Add($"<p>No setting differs from float.</p>\n</section>\n");
            return;
        }

        page.Add($"<div class=\"pair\">\n<figure>\n");
        Chart(page, curve, points);
        page.Add($"</figure>\n<div class=\"scroll\">\n<table>\n<thead><tr><th>setting</th><th>adds/MAC</th><th>{curve.Name} {curve.Unit}</th></tr></thead>\n<tbody>\n");
        if (curve.Float is double value)
            page.Add($"<tr><td>float</td><td>–</td><td>{value:0.00}</td></tr>\n");
        foreach (CurvePoint p in points)
            page.Add($"<tr{Class(p)}><td>{p.Setting}{(p.Chosen ? " (this blob)" : "")}</td><td>{p.AddsPerMac:0.000}</td><td>{p.Value:0.00}</td></tr>\n");
        page.Add($"</tbody>\n</table>\n</div>\n</div>\n</section>\n");
    }

    private static HtmlText Class(CurvePoint point) => point.Chosen ? new HtmlText().Add($" class=\"chosen\"") : new HtmlText();

    private static void Chart(HtmlText page, Curve curve, CurvePoint[] points)
    {
        Axis across = Axis.Over([0, .. points.Select(p => p.AddsPerMac)], Left, Right);
        Axis up = Axis.Over([.. points.Select(p => p.Value), .. curve.Float is double f ? new[] { f } : []], Bottom, Top);
        page.Add($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{curve.Name} against adds per MAC\">\n");
        foreach (double tick in up.Ticks)
            page.Add($"<path class=\"grid\" d=\"M{Left} {up.At(tick):0.0}H{Right}\"/><text class=\"end\" x=\"{Left - 5}\" y=\"{up.At(tick) + 4:0.0}\">{up.Label(tick)}</text>\n");
        foreach (double tick in across.Ticks)
            page.Add($"<path class=\"grid\" d=\"M{across.At(tick):0.0} {Bottom}v4\"/><text class=\"middle\" x=\"{across.At(tick):0.0}\" y=\"{Bottom + 17}\">{across.Label(tick)}</text>\n");
        page.Add($"<path class=\"axis\" d=\"M{Left} {Bottom}H{Right}\"/>\n");
        page.Add($"<text class=\"middle\" x=\"{(Left + Right) / 2}\" y=\"{Height - 6}\">adds per multiplication of the float network</text>\n");
        if (curve.Float is double value)
        {
            // The curve is low at the left, so the line's name stands there.
            page.Add($"<path class=\"float\" d=\"M{Left} {up.At(value):0.0}H{Right}\"/>");
            page.Add($"<text class=\"floatname\" x=\"{Left + 6}\" y=\"{FloatNameAt(up.At(value)):0.0}\">float {value:0.0} {curve.Unit}</text>\n");
        }

        page.Add($"<path class=\"curve\" d=\"");
        for (int i = 0; i < points.Length; i++)
            page.Add($"{(i == 0 ? "M" : "L")}{across.At(points[i].AddsPerMac):0.0} {up.At(points[i].Value):0.0}");
        page.Add($"\"/>\n");
        foreach (CurvePoint p in points)
            page.Add($"<circle class=\"{(p.Chosen ? "chosenpoint" : "point")}\" cx=\"{across.At(p.AddsPerMac):0.0}\" cy=\"{up.At(p.Value):0.0}\" r=\"{(p.Chosen ? 6 : 3.5)}\"><title>{p.Setting}: {p.Value:0.00} {curve.Unit}</title></circle>\n");
        if (points.FirstOrDefault(p => p.Chosen) is CurvePoint chosen)
            Name(page, curve, across.At(chosen.AddsPerMac), up.At(chosen.Value), chosen);
        page.Add($"</svg>\n");
    }

    /// <summary>The curve rises: below a point and to its right there is room.</summary>
    private static void Name(HtmlText page, Curve curve, double x, double y, CurvePoint chosen)
    {
        bool atEdge = x > Right - 90;
        double textY = Math.Min(y + 22, Bottom - 6);
        page.Add($"<text class=\"{(atEdge ? "end" : "start")} chosenname\" x=\"{(atEdge ? Right : x + 4):0.0}\" y=\"{textY:0.0}\">{chosen.Value:0.0} {curve.Unit} at {chosen.AddsPerMac:0.00}</text>\n");
    }

    private static double FloatNameAt(double y) => y < Top + 20 ? y + 14 : y - 5;
}
