using Barrel.Runtime;

namespace Barrel.Compiler.Reports;

/// <summary>All that a report shows.</summary>
internal sealed record ReportData
{
    /// <summary>Name of the network.</summary>
    public required string Title { get; init; }

    /// <summary>The chosen setting as users name it.</summary>
    public required string Setting { get; init; }

    public required Model Model { get; init; }

    public required LayerCosts[] Costs { get; init; }

    /// <summary>One for each layer of the model.</summary>
    public required IReadOnlyList<LayerFidelity> Fidelity { get; init; }

    /// <summary>Frames that <see cref="Fidelity"/> was measured on.</summary>
    public required int FidelityFrames { get; init; }

    /// <summary>Executors that were compared.</summary>
    public required int Executors { get; init; }

    /// <summary>Null where all executors agree, else where they do not.</summary>
    public required string? FirstDifference { get; init; }

    public required Curve Curve { get; init; }

    public required FrameGallery Frames { get; init; }

    /// <summary>Null where none of it is on a chip.</summary>
    public PlacementCosts? Placement { get; init; }

    /// <summary>A sentence: what ranges were measured on.</summary>
    public required string Calibration { get; init; }

    /// <summary>Sentences that a reader must not miss.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>What quality costs.</summary>
/// <param name="Name">"mIoU", "top-1", "output signal-to-noise".</param>
/// <param name="Unit">"%" or "dB".</param>
/// <param name="Float">The float network's figure; null where the points are themselves a comparison with it.</param>
/// <param name="Points">By adds per MAC.</param>
/// <param name="Measured">On what, as a sentence.</param>
internal sealed record Curve(string Name, string Unit, double? Float, IReadOnlyList<CurvePoint> Points, string Measured);

/// <param name="AddsPerMac">What the blob takes.</param>
/// <param name="Value">In the curve's unit, greater is better.</param>
/// <param name="Setting">As users name it.</param>
/// <param name="Chosen">Whether it is the blob that the report is about.</param>
internal sealed record CurvePoint(double AddsPerMac, double Value, string Setting, bool Chosen);

/// <summary>Frames with what both networks answer.</summary>
/// <param name="Task">Of the model.</param>
/// <param name="Classes">Names by id; may be empty.</param>
/// <param name="Source">Where the frames are from, as a sentence.</param>
internal sealed record FrameGallery(int Task, IReadOnlyList<string> Classes, string Source, IReadOnlyList<SampleFrame> Frames);

/// <summary>One frame; pictures are data URIs.</summary>
internal sealed record SampleFrame(string Name, Picture Frame)
{
    /// <summary>What data says; null where there are no labels.</summary>
    public Picture? Label { get; init; }

    public Picture? Float { get; init; }

    public Picture? Quantized { get; init; }

    /// <summary>Where the masks differ.</summary>
    public Picture? Difference { get; init; }

    /// <summary>Percent of the mask's pixels in which both are equal.</summary>
    public double EqualPercent { get; init; }

    /// <summary>Class ids that the masks hold.</summary>
    public IReadOnlyList<int> Shown { get; init; } = [];

    /// <summary>Classification: the class of the label, −1 where there is none.</summary>
    public int LabelClass { get; init; } = -1;

    public int FloatClass { get; init; } = -1;

    public int QuantizedClass { get; init; } = -1;
}

/// <param name="Uri">data:image/…</param>
/// <param name="Width">Pixels.</param>
internal sealed record Picture(string Uri, int Width, int Height);
