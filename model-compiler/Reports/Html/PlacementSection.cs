using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Compiler.Reports.Html;

/// <summary>What lies on a TDNN chip, what it takes, and a picture of the array for each pass.</summary>
internal static class PlacementSection
{
    /// <summary>Passes that are drawn; of more, these are spread evenly.</summary>
    private const int PicturesMax = 12;

    public static void Write(HtmlText page, PlacementCosts costs)
    {
        Placement placement = costs.Placement;
        page.Add($"<section>\n<h2>On the TDNN chip</h2>\n<p>Placed for {placement.Board}: {(placement.Kind == Placement.KindReram ? "ReRAM" : "SRAM")}, {placement.Segments:N0} segments of ");
        page.Add($"{placement.SegmentPes} processing elements (PEs). {Passes(placement, costs)}</p>\n");
        Table(page, costs);
        if (costs is { Traffic: { } traffic, Board: { } board })
        {
            BoardChip chip = board.Chip!;
            page.Add($"<p class=\"after\">A frame sends {traffic.FrameBytes:N0} bytes over the link, {costs.FrameMs ?? 0:N2} ms at {board.Spi.ClockHz / 1e6:0.###} MHz; {traffic.LoadBytes:N0} bytes are sent once. ");
            page.Add($"Its chains take {costs.ComputeNj ?? 0:N1} nJ at {chip.OperationFj:0.###} fJ for each PE and evaluation, {costs.AskedNj ?? 0:N1} nJ of it those that are asked: all that are on the chip race. ");
            page.Add($"The link takes {costs.LinkNj ?? 0:N1} nJ at {chip.LinkBitPj:0.###} pJ a bit.</p>\n");
        }

        Legend(page, costs);
        page.Add($"<div class=\"{(placement.Passes == 1 ? "array" : "arrays")}\">\n");
        foreach (int pass in Drawn(placement.Passes))
            ArrayPicture.Write(page, placement, pass);
        page.Add($"</div>\n</section>\n");
    }

    private static string Passes(Placement placement, PlacementCosts costs)
    {
        string most = FormattableString.Invariant($"{costs.PesMost:N0} of {(long)placement.Segments * placement.SegmentPes:N0} PEs");
        return placement.Passes == 1 ? $"All chains are there at once and take {most}."
            : FormattableString.Invariant($"The chip is filled {placement.Passes:N0} times for a frame, and a pass holds at most {most}.");
    }

    private static void Table(HtmlText page, PlacementCosts costs)
    {
        page.Add($"<div class=\"scroll\">\n<table>\n<thead><tr><th>layer</th><th>PEs</th><th>segments</th><th>passes</th><th>evaluations</th></tr></thead>\n<tbody>\n");
        foreach (PlacedLayerCosts layer in costs.Layers)
            page.Add($"<tr><td>{layer.Name}</td><td>{layer.Pes:N0}</td><td>{layer.Segments:N0}</td><td>{layer.Passes:N0}</td><td>{layer.Evaluations:N0}</td></tr>\n");
        page.Add($"</tbody>\n<tfoot><tr><td>all</td><td>{costs.Pes:N0}</td><td>{costs.Segments:N0}</td><td>{costs.Placement.Passes:N0}</td>");
        page.Add($"<td>{costs.Layers.Sum(l => l.Evaluations):N0}</td></tr></tfoot>\n</table>\n</div>\n");
    }

    private static void Legend(HtmlText page, PlacementCosts costs)
    {
        int passes = costs.Placement.Passes;
        page.Add($"<h3>The array</h3>\n<p>Segments row by row, a colour for each layer{(passes > 1 ? "; pale ones stay from other passes" : "")}.");
        page.Add($"{(passes > PicturesMax ? FormattableString.Invariant($" {PicturesMax} of the {passes:N0} passes are drawn.") : "")}</p>\n<ul class=\"legend\">");
        for (int i = 0; i < costs.Layers.Length; i++)
            page.Add($"<li><svg class=\"swatch\" viewBox=\"0 0 1 1\" aria-hidden=\"true\"><rect class=\"tone{ArrayPicture.ToneOf(i)}\" width=\"1\" height=\"1\"/></svg>{costs.Layers[i].Name}</li>");
        page.Add($"</ul>\n");
    }

    private static IEnumerable<int> Drawn(int passes) =>
        passes <= PicturesMax ? Enumerable.Range(0, passes) : Enumerable.Range(0, PicturesMax).Select(i => (int)((long)i * (passes - 1) / (PicturesMax - 1)));
}
