using Barrel.Compiler.Cards;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Data;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Reports;
using Barrel.Runtime;

namespace Barrel.Compiler.Tuning;

/// <summary>Quality against adds around a chosen setting: with labelled data the task's metric, else the output's signal-to-noise on calibration frames.</summary>
internal sealed class CurveMeasurement(Graph graph, ModelCard card, IReadOnlyList<byte[]> frames, Trials trials, TaskMetric? metric, Progress progress)
{
    /// <summary>Frames that signal-to-noise is measured on.</summary>
    public const int FramesMax = 4;

    /// <summary>A search that tried so many has drawn the curve already.</summary>
    private const int TriedEnough = 4;

    private static readonly double[] Factors = [0.5, 0.66, 0.8, 1.25, 1.5];

    /// <param name="chosen">The setting that the report is about.</param>
    /// <param name="tried">What a search tried; may be empty.</param>
    public Curve Measure(Trial chosen, IReadOnlyList<Trial> tried)
    {
        Trial[] points = [.. tried.Prepend(chosen).Distinct().Where(t => t.Options.ActivationBits == chosen.Options.ActivationBits)];
        if (points.Length < TriedEnough)
            points = [.. points.Concat(Around(chosen)).Distinct()];
        points = [.. points.DistinctBy(t => Convert.ToHexString(t.Model.Blob))];
        using Progress.Step step = progress.Begin("measure the curve");
        List<CurvePoint> measured = [];
        foreach (Trial point in points)
        {
            measured.Add(new CurvePoint(point.AddsPerMac, ValueOf(point), point.Setting, point == chosen));
            step.Report(measured.Count, points.Length);
        }

        string kept = points.Length == 1 ? " Other budgets give the same blob: its weights are kept as they were trained." : "";
        return metric is null
            ? new Curve("output signal-to-noise", "dB", null, measured, $"Signal-to-noise of the output against the float network, over {FramesUsed.Length} calibration frames; labelled data would give the task's metric.{kept}")
            : new Curve(metric.Name, "%", metric.OfFloat(all: false), measured, $"{metric.Name} of the blob and of the float network, on {metric.Samples(all: false)} of the labelled data.{kept}");
    }

    /// <summary>Evenly spaced calibration frames.</summary>
    public byte[][] FramesUsed { get; } = [.. DataSet.Spread(frames.Count, FramesMax).Select(i => frames[i])];

    private double ValueOf(Trial trial)
    {
        if (metric is not null)
            return metric.Of(trial, all: false);
        Verification verification = Verification.Run(graph, card, trial.Model, FramesUsed, compareExecutors: false);
        int output = Array.FindLastIndex(trial.Model.Layers, l => l.Output == trial.Model.OutputTensors[0]);
        return verification.Layers[Math.Max(output, 0)].SqnrDb;
    }

    private List<Trial> Around(Trial trial)
    {
        QuantizeOptions chosen = trial.Options;

        // Budgets belong to terms; the other schemes have bits.
        QuantizeOptions[] settings = chosen.Weights == WeightScheme.Terms
            ? [.. Factors.Select(f => chosen with { AddsPerMac = Math.Round(chosen.AddsPerMac * f, 3) })]
            : [.. Enumerable.Range(2, 7).Where(b => Math.Abs(b - chosen.Bits) <= 2).Select(b => chosen with { Bits = b })];
        using Progress.Step step = progress.Begin("compile for the curve");
        List<Trial> made = [];
        for (int i = 0; i < settings.Length; i++)
        {
            try
            {
                made.Add(trials.Compile(settings[i]));
            }
            catch (BarrelException e) when (e.Code == LoweringErrors.BadOption)
            {
                // Less than what no choice of weights changes: the curve begins above.
            }

            // Weights that were trained as powers of two are kept whatever the setting.
            if (i == 0 && made.Count > 0 && made[0].Model.Blob.AsSpan().SequenceEqual(trial.Model.Blob))
                break;
            step.Report(i + 1, settings.Length);
        }

        return made;
    }
}
