using Barrel.Runtime;

namespace Barrel.Compiler.Reports.Html;

/// <summary>Sample frames with the answers of both networks side by side.</summary>
internal static class FrameSection
{
    public static void Write(HtmlText page, FrameGallery gallery)
    {
        if (gallery.Frames.Count == 0)
            return;
        page.Add($"<section>\n<h2>Sample frames</h2>\n<p>{gallery.Source}</p>\n");
        if (gallery.Task == Model.TaskSegmentation)
            Masks(page, gallery);
        else
            Answers(page, gallery);
        page.Add($"</section>\n");
    }

    private static void Masks(HtmlText page, FrameGallery gallery)
    {
        page.Add($"<ul class=\"legend\">\n");
        foreach (int id in gallery.Frames.SelectMany(f => f.Shown).Distinct().Order())
            page.Add($"<li><span class=\"swatch\" style=\"background:{ClassColours.Css(id)}\"></span>{ClassName(gallery, id)}</li>\n");
        page.Add($"</ul>\n");
        foreach (SampleFrame frame in gallery.Frames)
        {
            page.Add($"<figure class=\"masks\">\n<div class=\"panels\">\n");
            Panel(page, frame.Frame, "frame");
            Panel(page, frame.Label, "label");
            Panel(page, frame.Float, "float");
            Panel(page, frame.Quantized, "quantized");
            Panel(page, frame.Difference, "where they differ");
            page.Add($"</div>\n<figcaption>{frame.Name}: both equal in {frame.EqualPercent:0.0}% of pixels</figcaption>\n</figure>\n");
        }
    }

    private static void Panel(HtmlText page, Picture? picture, string name)
    {
        if (picture is not null)
            page.Add($"<div><img src=\"{picture.Uri}\" width=\"{picture.Width}\" height=\"{picture.Height}\" alt=\"{name}\"><span>{name}</span></div>\n");
    }

    private static void Answers(HtmlText page, FrameGallery gallery)
    {
        page.Add($"<p>Framed where the two answers differ.</p>\n<ul class=\"answers\">\n");
        foreach (SampleFrame frame in gallery.Frames)
        {
            page.Add($"<li{(frame.FloatClass == frame.QuantizedClass ? new HtmlText() : new HtmlText().Add($" class=\"differs\""))}>");
            page.Add($"<img src=\"{frame.Frame.Uri}\" width=\"{frame.Frame.Width}\" height=\"{frame.Frame.Height}\" alt=\"{frame.Name}\"><dl>");
            if (frame.LabelClass >= 0)
                page.Add($"<dt>label</dt><dd>{ClassName(gallery, frame.LabelClass)}</dd>");
            page.Add($"<dt>float</dt><dd>{ClassName(gallery, frame.FloatClass)}</dd><dt>quantized</dt><dd>{ClassName(gallery, frame.QuantizedClass)}</dd></dl></li>\n");
        }

        page.Add($"</ul>\n");
    }

    private static string ClassName(FrameGallery gallery, int id) => id < gallery.Classes.Count ? gallery.Classes[id] : FormattableString.Invariant($"class {id}");
}
