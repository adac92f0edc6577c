using Barrel.Boards;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Networks;
using Barrel.Compiler.Peers;
using Barrel.Compiler.Reports;
using Barrel.Compiler.Reports.Html;
using Barrel.Compiler.Tuning;

namespace Barrel.Compiler.Commands;

/// <summary>What <c>--report</c> names: measures what the report shows, and writes its page.</summary>
internal static class ReportFolder
{
    public const string PageName = "index.html";

    /// <summary>Fails before long work where writing would fail after it; makes the folder.</summary>
    public static void Check(string folder)
    {
        OutputFile.MakeFolder(folder);
        OutputFile.Check(Path.Combine(folder, PageName));
    }

    /// <param name="options">With a report.</param>
    /// <param name="subject">What was compiled.</param>
    /// <param name="progress">Shows how far it is.</param>
    public static void Write(CompileOptions options, ReportSubject subject, Progress progress)
    {
        (Graph graph, ModelCard card, IReadOnlyList<byte[]> frames, Trial chosen) = (subject.Graph, subject.Card, subject.Frames, subject.Chosen);
        CurveMeasurement measurement = new(graph, card, frames, subject.Trials, subject.Metric, progress);
        Curve curve = measurement.Measure(chosen, subject.Tried);
        using Progress.Step step = progress.Begin("report");
        Verification verification = Verification.Run(graph, card, chosen.Model, measurement.FramesUsed);
        FrameGallery gallery;
        using (OnnxRuntimeNetwork exact = new(options.Model, card))
        using (BlobNetwork blob = new(options.Output, chosen.Model))
        {
            SampleFrames samples = new(exact, blob, chosen.Model);
            gallery = subject.Metric is null ? samples.Of(frames, options.Calibrate is null) : samples.Of(subject.Metric.Data);
        }

        string page = ReportPage.Write(new ReportData
        {
            Title = string.IsNullOrWhiteSpace(chosen.Model.Name) ? Path.GetFileNameWithoutExtension(options.Model) : chosen.Model.Name,
            Setting = chosen.Setting,
            Model = chosen.Model,
            Costs = chosen.Costs,
            Fidelity = verification.Layers,
            FidelityFrames = measurement.FramesUsed.Length,
            Executors = verification.ExecutorNames.Length,
            FirstDifference = verification.FirstDifference,
            Curve = curve,
            Frames = gallery,
            Placement = PlacementCosts.Of(chosen.Model, subject.Board),
            Calibration = options.Calibrate is null
                ? $"Ranges were measured on {frames.Count} synthetic frames."
                : $"Ranges were measured on {frames.Count} calibration frames.",
            Notes = options.Calibrate is null ? ["No calibration frames were given; synthetic ones stand in, and real ones give better ranges and better figures."] : [],
        });
        OutputFile.WriteText(Path.Combine(options.Report!, PageName), page);
    }
}

/// <summary>What a report is about.</summary>
/// <param name="Frames">Codes of the calibration frames.</param>
/// <param name="Metric">On labelled data; null: none.</param>
/// <param name="Tried">Settings that a search tried; may be empty.</param>
/// <param name="Board">Null where none was asked for.</param>
internal sealed record ReportSubject(
    Graph Graph, ModelCard Card, IReadOnlyList<byte[]> Frames, Trials Trials, TaskMetric? Metric, Trial Chosen, IReadOnlyList<Trial> Tried, Board? Board);
