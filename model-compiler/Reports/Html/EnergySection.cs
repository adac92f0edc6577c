namespace Barrel.Compiler.Reports.Html;

/// <summary>The energy estimate beside int8, and what it assumes.</summary>
internal static class EnergySection
{
    private static readonly string[] Parts = ["arithmetic", "registers", "arena", "weights"];

    public static void Write(HtmlText page, LayerCosts[] costs)
    {
        EnergyEstimate lanes = EnergyEstimate.InLanes(costs);
        EnergyEstimate wide = EnergyEstimate.OneByOne(costs);
        page.Add($"<section>\n<h2>Energy, estimated</h2>\n<p>For one frame, in units of one 32-bit add, beside the same network in int8 multiply-accumulates.</p>\n");
        double most = Math.Max(lanes.Blob.Total, lanes.Int8.Total);
        page.Add($"<div class=\"energy\">\n");
        Bar(page, "shift-add", lanes.Blob, most);
        Bar(page, "int8", lanes.Int8, most);
        page.Add($"</div>\n<ul class=\"legend\">\n");
        for (int i = 0; i < Parts.Length; i++)
            page.Add($"<li><span class=\"swatch energy{i}\"></span>{Parts[i]}</li>\n");
        page.Add($"</ul>\n<div class=\"scroll\">\n<table>\n<thead><tr><th></th><th>arithmetic</th><th>registers</th><th>arena</th><th>weights</th><th>all</th><th>of int8</th></tr></thead>\n<tbody>\n");
        Row(page, "shift-add, in lanes", lanes.Blob, lanes.Share);
        Row(page, "int8, in lanes", lanes.Int8, 1);
        Row(page, "shift-add, 32 bits wide", wide.Blob, wide.Share);
        Row(page, "int8, 32 bits wide", wide.Int8, 1);
        page.Add($"</tbody>\n</table>\n</div>\n<h3>Assumptions</h3>\n<ul class=\"assumptions\">\n");
        foreach (string assumption in EnergyEstimate.Assumptions)
            page.Add($"<li>{assumption}</li>\n");
        page.Add($"<li>\"32 bits wide\" is a core without lanes: every add, shift, multiplication and operand of it takes 32 bits.</li>\n</ul>\n</section>\n");
    }

    private static void Bar(HtmlText page, string name, EnergyParts energy, double most)
    {
        page.Add($"<span>{name}</span><div class=\"stack\" role=\"img\" aria-label=\"{name}: {ReportPage.Short(energy.Total)}\">");
        double[] values = [energy.Arithmetic, energy.Registers, energy.Arena, energy.Weights];
        for (int i = 0; i < values.Length; i++)
            page.Add($"<span class=\"energy{i}\" style=\"width:{100 * values[i] / most:0.00}%\"></span>");
        page.Add($"</div><span class=\"sum\">{ReportPage.Short(energy.Total)}</span>\n");
    }

    private static void Row(HtmlText page, string name, EnergyParts e, double share)
    {
        page.Add($"<tr><td>{name}</td><td>{ReportPage.Short(e.Arithmetic)}</td><td>{ReportPage.Short(e.Registers)}</td><td>{ReportPage.Short(e.Arena)}</td>");
        page.Add($"<td>{ReportPage.Short(e.Weights)}</td><td>{ReportPage.Short(e.Total)}</td><td>{100 * share:0}%</td></tr>\n");
    }
}
