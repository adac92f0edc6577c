using Barrel.Runtime;

namespace Barrel.Compiler.Reports.Html;

/// <summary>The segments of a chip in one pass, as rows of cells that are coloured by layer.</summary>
internal static class ArrayPicture
{
    private const int Tones = 5;
    private const double Width = 320;

    /// <summary>In chips of more segments neighbours of one layer are drawn as one.</summary>
    private const int ChainsDrawnMax = 4096;

    public static int ToneOf(int layer) => layer % Tones;

    public static void Write(HtmlText page, Placement placement, int pass)
    {
        // About twice as wide as high.
        int columns = 1;
        while ((long)columns * columns < 2L * placement.Segments)
            columns *= 2;
        columns = Math.Min(columns, placement.Segments);
        int rows = (placement.Segments + columns - 1) / columns;
        double cell = Width / columns;
        page.Add($"<figure>\n<svg viewBox=\"0 0 {Width:0} {rows * cell:0.##}\" role=\"img\" aria-label=\"segments in pass {pass + 1}\">\n");
        Box(page, "unused", 0, placement.Segments, columns, cell, 0, null);
        foreach (Run run in Runs(placement, pass))
            Box(page, $"tone{ToneOf(run.Layer)}{(run.IsAsked ? "" : " pale")}", run.First, run.End, columns, cell, Math.Min(0.8, cell / 6), run.Title);
        page.Add($"</svg>\n<figcaption>{Caption(placement, pass)}</figcaption>\n</figure>\n");
    }

    /// <summary>Chains, or where there are many of them neighbours of one layer together, that are on the chip in a pass.</summary>
    private static List<Run> Runs(Placement placement, int pass)
    {
        bool[] isReused = ReusedSegments(placement);
        List<Run> runs = [];
        for (int l = 0; l < placement.Layers.Length; l++)
        {
            PlacedLayer placed = placement.Layers[l];
            for (int row = 0; row < placed.Pass.Length; row++)
            {
                int pes = placed.Chains.PesOf(row), first = placed.FirstSegment[row], end = first + placement.SegmentsOf(pes);
                if (pes > 0 && (placed.Pass[row] == pass || !isReused.AsSpan(first, end - first).Contains(true)))
                    runs.Add(new Run(l, first, end, placed.Pass[row] == pass, $"{placed.Chains.Layer.Name}, neuron {row}: {pes} PEs"));
            }
        }

        runs.Sort((a, b) => a.First.CompareTo(b.First));
        if (placement.Segments <= ChainsDrawnMax)
            return runs;
        List<Run> joined = [];
        foreach (Run run in runs)
            if (joined.Count > 0 && joined[^1].End == run.First && joined[^1].Layer == run.Layer && joined[^1].IsAsked == run.IsAsked)
                joined[^1] = joined[^1] with { End = run.End };
            else
                joined.Add(run with { Title = placement.Layers[run.Layer].Chains.Layer.Name });
        return joined;
    }

    /// <summary>[segment]: whether chains of several passes use it.</summary>
    private static bool[] ReusedSegments(Placement placement)
    {
        int[] uses = new int[placement.Segments];
        foreach (PlacedLayer placed in placement.Layers)
            for (int row = 0; row < placed.Pass.Length; row++)
                for (int s = 0; s < placement.SegmentsOf(placed.Chains.PesOf(row)); s++)
                    uses[placed.FirstSegment[row] + s]++;
        return Array.ConvertAll(uses, u => u > 1);
    }

    /// <summary>Segments that follow each other: a part of a row, whole rows, a part of a row.</summary>
    private static void Box(HtmlText page, string kind, int first, int end, int columns, double cell, double inset, string? title)
    {
        for (int at = first; at < end;)
        {
            int row = at / columns, column = at % columns;
            int rows = column == 0 && end - at >= columns ? (end - at) / columns : 1;
            int width = rows > 1 || (column == 0 && end - at >= columns) ? columns : Math.Min(columns - column, end - at);
            page.Add($"<rect class=\"{kind}\" x=\"{(column * cell) + inset:0.##}\" y=\"{(row * cell) + inset:0.##}\" width=\"{(width * cell) - (2 * inset):0.##}\" height=\"{(rows * cell) - (2 * inset):0.##}\"");
            if (title is null)
                page.Add($"/>\n");
            else
                page.Add($"><title>{title}</title></rect>\n");
            at += width * rows;
        }
    }

    private static string Caption(Placement placement, int pass)
    {
        string[] names = [.. placement.Layers.Where(l => Enumerable.Range(0, l.Pass.Length).Any(r => l.Pass[r] == pass && l.Chains.PesOf(r) > 0)).Select(l => l.Chains.Layer.Name)];
        return FormattableString.Invariant($"pass {pass + 1:N0}: {string.Join(", ", names)}");
    }

    /// <summary>Segments of one chain, or of neighbours.</summary>
    /// <param name="Layer">Index into the placement's layers.</param>
    /// <param name="IsAsked">False for chains that stay from another pass.</param>
    private sealed record Run(int Layer, int First, int End, bool IsAsked, string Title);
}
