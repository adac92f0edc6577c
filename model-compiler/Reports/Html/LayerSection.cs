using Barrel.Runtime;

namespace Barrel.Compiler.Reports.Html;

/// <summary>The table of layers.</summary>
internal static class LayerSection
{
    public static void Write(HtmlText page, ReportData data)
    {
        page.Add($"<section>\n<h2>Layers</h2>\n<p>Bits are those of the output's codes, terms are taps for each weight of the float network. ");
        page.Add($"Signal-to-noise is that of the layer's output against the float network, over {data.FidelityFrames} frames; a mask's is that of the scores behind it. ");
        page.Add($"Bytes are those that the layer reads and writes in the arena, and its own in the blob.</p>\n");
        page.Add($"<div class=\"scroll tall\">\n<table class=\"layers\">\n<thead><tr><th>layer</th><th>operator</th><th>output</th><th>bits</th><th>terms</th><th>MACs</th>");
        page.Add($"<th>adds</th><th>adds/MAC</th><th>shifts</th><th>SNR dB</th><th>arena bytes</th><th>blob bytes</th></tr></thead>\n<tbody>\n");
        long most = Math.Max(1, data.Costs.Max(l => l.Adds));
        for (int i = 0; i < data.Costs.Length; i++)
        {
            LayerCosts layer = data.Costs[i];
            int bits = data.Model.Tensors[data.Model.Layers[i].Output].Bits;
            page.Add($"<tr><th scope=\"row\" title=\"{layer.Name}\">{layer.Name}</th><td>{layer.Operator}</td><td>{string.Join('×', layer.OutputShape)}</td>");
            page.Add($"<td>{(bits == 32 ? "raw" : FormattableString.Invariant($"{bits}"))}</td><td>{Ratio(layer.Taps, layer.Weights)}</td><td>{layer.Macs:N0}</td>");
            page.Add($"<td><span class=\"bar\" style=\"width:{100.0 * layer.Adds / most:0.0}%\"></span>{layer.Adds:N0}</td><td>{Ratio(layer.Adds, layer.Macs)}</td><td>{layer.Shifts:N0}</td>");
            page.Add($"<td>{Decibel(data.Fidelity[i].SqnrDb)}</td><td>{layer.ArenaBytesRead + layer.ArenaBytesWritten:N0}</td><td>{layer.BlobBytesRead:N0}</td></tr>\n");
        }

        Totals(page, data);
        page.Add($"</table>\n</div>\n</section>\n");
    }

    private static void Totals(HtmlText page, ReportData data)
    {
        LayerCosts[] costs = data.Costs;
        Model model = data.Model;
        page.Add($"</tbody>\n<tfoot><tr><th scope=\"row\">all</th><td></td><td></td><td></td><td>{Ratio(costs.Sum(l => l.Taps), costs.Sum(l => l.Weights))}</td><td>{model.Macs:N0}</td>");
        page.Add($"<td>{costs.Sum(l => l.Adds):N0}</td><td>{Ratio(costs.Sum(l => l.Adds), model.Macs)}</td><td>{costs.Sum(l => l.Shifts):N0}</td><td></td>");
        page.Add($"<td>{costs.Sum(l => l.ArenaBytesRead + l.ArenaBytesWritten):N0}</td><td>{costs.Sum(l => l.BlobBytesRead):N0}</td></tr></tfoot>\n");
    }

    private static string Ratio(long part, long whole) => whole == 0 ? "" : FormattableString.Invariant($"{(double)part / whole:0.00}");

    private static string Decibel(double value) => double.IsFinite(value) ? FormattableString.Invariant($"{value:0.0}") : "exact";
}
