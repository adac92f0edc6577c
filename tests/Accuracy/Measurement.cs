using Barrel.Compiler;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Data;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Compiler.Metrics;
using Barrel.Compiler.Networks;
using Barrel.Compiler.Tuning;
using Barrel.Runtime;

namespace Barrel.Accuracy;

/// <summary>Compiles and scores rows, as <c>barrel compile</c> and <c>barrel evaluate</c> do.</summary>
/// <param name="data">The data folder.</param>
/// <param name="scratch">An existing folder for the blob.</param>
internal sealed class Measurement(string data, string scratch)
{
    private (Subject Subject, List<byte[]> Frames)? _calibration;

    public Figures Run(Row row)
    {
        try
        {
            string onnx = row.Subject.OnnxIn(data);
            return row.Setting is null ? Score(row.Subject, onnx, null, null) : Compile(row, onnx);
        }
        catch (BarrelException e)
        {
            Console.Error.WriteLine($"error BRL{e.Code}: {e.Message}");
            return new Figures(null, null, null, null, $"BRL{e.Code}");
        }
    }

    private Figures Compile(Row row, string onnx)
    {
        ModelCard card = ModelCard.For(onnx, null);

        // Lowering and quantizing change the graph's layers, so each row reads it again.
        Graph graph = OnnxImporter.ImportFile(onnx);
        using var progress = new Progress(new Streams(TextWriter.Null, TextWriter.Null, ShowsProgress: false));
        Trials trials = new(graph, card, FramesOf(row.Subject, graph, card), progress);
        Trial trial = row.OnnxShare == 0 ? trials.Compile(row.Options)
            : new BlobSearch(trials.Compile, (int)(new FileInfo(onnx).Length / row.OnnxShare), Console.Error.WriteLine).Run(row.Options);
        string path = Path.Combine(scratch, "row.barrel");
        File.WriteAllBytes(path, trial.Model.Blob);
        return Score(row.Subject, path, trial.AddsPerMac, trial.Model.Blob.Length);
    }

    private List<byte[]> FramesOf(Subject subject, Graph graph, ModelCard card)
    {
        if (_calibration is not { } kept || kept.Subject != subject)
        {
            int count = CalibrationFrames.CountFor(NetworkCompiler.Lower(OnnxImporter.ImportFile(subject.OnnxIn(data)), card));
            string frames = Path.Combine(data, subject.Calibration);
            _calibration = kept = (subject, CalibrationFrames.Load(frames, NetworkCompiler.InputFormatOf(graph, card), Console.Error, count));
        }

        return kept.Frames;
    }

    private Figures Score(Subject subject, string path, double? addsPerMac, int? bytes)
    {
        using INetwork network = NetworkFile.Open(path, null, Console.Error);
        using IDataSet labelled = DataSet.OpenLabelled(Path.Combine(data, subject.Labelled), network.Task, network.Classes, network.IgnoreLabel);
        EvaluationResult result = Evaluation.Run(network, labelled, subject.Limit, Environment.ProcessorCount);
        return new Figures(addsPerMac, subject.Segmentation ? result.MeanIou : result.Top1, subject.Segmentation ? result.RoadIou : null, bytes, null);
    }
}
