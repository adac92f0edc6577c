using Barrel.Runtime;

namespace Barrel.Compiler.Reports.Html;

/// <summary>The arena over time: a rectangle for each tensor, from the layer that writes it to the last that reads it.</summary>
internal static class MemorySection
{
    private const double Width = 360;
    private const double Height = 250;
    private const double Left = 46;
    private const double Right = 352;
    private const double Top = 12;
    private const double Bottom = 210;
    private const int Tones = 5;

    public static void Write(HtmlText page, Model model)
    {
        PlannedTensor[] plan = MemoryPlan.Of(model);
        (int peak, long alive) = MemoryPlan.Peak(model);
        page.Add($"<section>\n<h2>Memory over time</h2>\n<p>Each rectangle is a tensor in the arena of {model.ArenaBytes:N0} bytes. ");
        page.Add($"At most {alive:N0} bytes are alive at once, {100.0 * alive / model.ArenaBytes:0}% of it.</p>\n<div class=\"pair\">\n");
        Chart(page, model, plan);
        Peak(page, plan, peak);
        page.Add($"</div>\n</section>\n");
    }

    /// <summary>The tensors that are alive when most is.</summary>
    private static void Peak(HtmlText page, PlannedTensor[] plan, int peak)
    {
        page.Add($"<div class=\"scroll\">\n<table>\n<thead><tr><th>alive in layer {peak + 1}</th><th>shape</th><th>bytes</th><th>layers</th></tr></thead>\n<tbody>\n");
        foreach (PlannedTensor t in plan.Where(t => t.IsAlive(peak)).OrderByDescending(t => t.Bytes))
            page.Add($"<tr><td>{t.Name}</td><td>{t.Tensor.Channels}×{t.Tensor.Height}×{t.Tensor.Width}</td><td>{t.Bytes:N0}</td><td>{t.FirstStep + 1}–{t.LastStep + 1}</td></tr>\n");
        page.Add($"</tbody>\n</table>\n</div>\n");
    }

    private static void Chart(HtmlText page, Model model, PlannedTensor[] plan)
    {
        int steps = model.Layers.Length;
        page.Add($"<figure>\n<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"memory plan\">\n");
        double unit = model.ArenaBytes >= 4096 ? 1024 : 1;
        Axis up = Axis.Over([0, model.ArenaBytes / unit], Bottom, Top, endsAtGreatest: true);
        Axis across = Axis.Over([0, Math.Max(steps, 4)], Left, Right);
        double step = (Right - Left) / steps;
        foreach (double tick in up.Ticks)
            page.Add($"<path class=\"grid\" d=\"M{Left} {up.At(tick):0.0}H{Right}\"/><text class=\"end\" x=\"{Left - 5}\" y=\"{up.At(tick) + 4:0.0}\">{up.Label(tick)}</text>\n");
        for (int i = 0; i < plan.Length; i++)
        {
            PlannedTensor t = plan[i];
            double x = Left + (t.FirstStep * step);
            double top = up.At((t.Tensor.ArenaOffset + t.Bytes) / unit);
            double height = up.At(t.Tensor.ArenaOffset / unit) - top;
            page.Add($"<rect class=\"tensor tone{i % Tones}\" x=\"{x:0.0}\" y=\"{top:0.0}\" width=\"{(t.LastStep - t.FirstStep + 1) * step:0.0}\" height=\"{Math.Max(height, 0.6):0.0}\">");
            page.Add($"<title>{t.Name}: {t.Tensor.Channels}×{t.Tensor.Height}×{t.Tensor.Width}, {t.Bytes:N0} bytes at {t.Tensor.ArenaOffset:N0}, layers {t.FirstStep + 1} to {t.LastStep + 1}</title></rect>\n");
        }

        page.Add($"<path class=\"limit\" d=\"M{Left} {up.At(model.ArenaBytes / unit):0.0}H{Right}\"/><path class=\"axis\" d=\"M{Left} {Bottom}H{Right}\"/>\n");
        foreach (double tick in across.Ticks.Select(t => Math.Max(1, Math.Round(t))).Where(t => t <= steps).Distinct())
            page.Add($"<text class=\"middle\" x=\"{Left + ((tick - 0.5) * step):0.0}\" y=\"{Bottom + 16}\">{tick}</text>");
        page.Add($"\n<text class=\"middle\" x=\"{(Left + Right) / 2}\" y=\"{Height - 6}\">layer, in order of execution ({(unit > 1 ? "KiB" : "bytes")} upward)</text>\n</svg>\n</figure>\n");
    }
}
