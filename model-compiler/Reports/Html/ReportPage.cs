using System.Reflection;
using Barrel.Runtime;

namespace Barrel.Compiler.Reports.Html;

/// <summary>The page of <c>barrel compile --report</c>: one file, no script, nothing from a network.</summary>
internal static class ReportPage
{
    /// <summary>Nothing but the page's own styles and the pictures within it may load, whatever a name in it says.</summary>
    private const string Policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

    public static string Write(ReportData data)
    {
        HtmlText page = new();
        page.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"").AddTrusted(Policy).Add($"\">\n");
        page.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        page.Add($"<title>{data.Title}: Barrel report</title>\n<style>\n").AddTrusted(StyleSheet()).Add($"</style>\n</head>\n<body>\n<main>\n");
        Head(page, data);
        CurveSection.Write(page, data.Curve);
        FrameSection.Write(page, data.Frames);
        LayerSection.Write(page, data);
        if (data.Placement is not null)
            PlacementSection.Write(page, data.Placement);
        ExponentSection.Write(page, data.Model);
        MemorySection.Write(page, data.Model);
        EnergySection.Write(page, data.Costs);
        page.Add($"</main>\n<footer>Written by barrel compile --report. {data.Calibration}</footer>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void Head(HtmlText page, ReportData data)
    {
        Model model = data.Model;
        TensorInfo input = model.Tensors[model.InputTensor];
        page.Add($"<header>\n<p class=\"kind\">Barrel report</p>\n<h1>{data.Title}</h1>\n<p>{TaskOf(model)}, {input.Channels} × {input.Height} × {input.Width} input, {model.Layers.Length} layers. {data.Setting}.</p>\n");
        long adds = data.Costs.Sum(l => l.Adds);
        EnergyEstimate energy = EnergyEstimate.InLanes(data.Costs);
        page.Add($"<dl class=\"tiles\">\n");
        CurvePoint? chosen = data.Curve.Points.FirstOrDefault(p => p.Chosen);
        if (chosen is not null)
            Tile(page, $"{data.Curve.Name}, {data.Curve.Unit}", Invariant($"{chosen.Value:0.0}"), data.Curve.Float is double f ? Invariant($"float {f:0.0}") : "against float");
        Tile(page, "adds per MAC", model.Macs == 0 ? "–" : Invariant($"{(double)adds / model.Macs:0.00}"), Invariant($"{Short(adds)} adds, no multiplication"));
        Tile(page, "blob", Bytes(model.Blob.Length), "in flash");
        Tile(page, "arena", Bytes(model.ArenaBytes), "in RAM");
        Tile(page, "energy", Invariant($"{100 * energy.Share:0}%"), "of int8, estimated");
        Tile(page, "executors", data.FirstDifference is null ? "bit-equal" : "differ", data.FirstDifference ?? $"{data.Executors} of this machine");
        page.Add($"</dl>\n");
        foreach (string note in data.Notes)
            page.Add($"<p class=\"note\">{note}</p>\n");
        page.Add($"</header>\n");
    }

    private static void Tile(HtmlText page, string name, string value, string remark) =>
        page.Add($"<div><dt>{name}</dt><dd>{value}</dd><dd class=\"remark\">{remark}</dd></div>\n");

    private static string TaskOf(Model model) => model.Task switch
    {
        Model.TaskSegmentation => "Segmentation",
        Model.TaskClassification => "Classification",
        Model.TaskDetection => "Detection",
        _ => "Network",
    };

    /// <summary>1,234 as 1.2 k.</summary>
    internal static string Short(double value) => value switch
    {
        >= 1e9 => Invariant($"{value / 1e9:0.0} G"),
        >= 1e6 => Invariant($"{value / 1e6:0.0} M"),
        >= 1e4 => Invariant($"{value / 1e3:0} k"),
        _ => Invariant($"{value:0}"),
    };

    internal static string Bytes(long bytes) => bytes switch
    {
        >= 1 << 20 => Invariant($"{bytes / 1048576.0:0.0} MiB"),
        >= 10 << 10 => Invariant($"{bytes / 1024.0:0} KiB"),
        >= 1 << 10 => Invariant($"{bytes / 1024.0:0.0} KiB"),
        _ => Invariant($"{bytes} B"),
    };

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static string StyleSheet()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("report.css")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
