using System.CommandLine;
using Barrel.Compiler.Data;
using Barrel.Compiler.Metrics;
using Barrel.Compiler.Networks;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>Options of <c>barrel evaluate</c>.</summary>
/// <param name="Models">Files .onnx or .barrel, at least one.</param>
/// <param name="Data">The labelled data set.</param>
/// <param name="Limit">At most so many samples.</param>
/// <param name="Card">The model card of all ONNX files; null: the one beside each.</param>
/// <param name="RoadLabel">The data's label of the road, for networks whose classes are the rest and the road; null: labels are classes.</param>
/// <param name="Json">One JSON object instead of a table.</param>
public sealed record EvaluateOptions(string[] Models, string Data, int? Limit, string? Card, int? RoadLabel, bool Json);

/// <summary><c>barrel evaluate</c>: runs labelled data through networks and prints what they scored.</summary>
public static class Evaluate
{
    public static Command Create(Streams streams)
    {
        var models = new Argument<string[]>("MODEL")
        {
            Description = "Network as .onnx (run by ONNX Runtime in float) or .barrel; several are compared in one table",
            Arity = ArgumentArity.OneOrMore,
        };
        var data = new Option<string>("--data")
        {
            Description = "Labelled data: a folder with images/ and labels/ (PNG of class ids), a folder or zip with a folder per class, " +
                "or MNIST idx files (a folder gives the test images, a file itself)",
            HelpName = "DIR",
            Required = true,
        };
        var limit = new Option<int?>("--limit") { Description = "Take N samples, evenly spaced over the set", HelpName = "N" };
        var card = SharedOptions.Card();
        var road = new Option<int?>("--road-label")
        {
            Description = "For networks that know the road (class 1) and the rest (class 0): the road's label in the data, 0..255",
            HelpName = "ID",
        };
        var json = SharedOptions.Json();
        return new Command("evaluate", "Run a labelled data set: mIoU, IoU per class, road IoU and pixel accuracy, or top-1 and top-5")
        {
            models, data, limit, card, road, json,
        }.Does(result => Run(
            Validate(new EvaluateOptions(
                result.GetRequiredValue(models),
                result.GetRequiredValue(data),
                result.GetValue(limit),
                result.GetValue(card),
                result.GetValue(road),
                result.GetValue(json))),
            streams));
    }

    internal static EvaluateOptions Validate(EvaluateOptions options)
    {
        foreach (string model in options.Models)
            OptionCheck.InputFile(model, ".onnx", ".barrel");
        OptionCheck.Data(options.Data, "--data");
        OptionCheck.InRange(options.RoadLabel, "--road-label", 0, 255);
        OptionCheck.InRange(options.Limit, "--limit", 1, int.MaxValue);
        return options;
    }

    private static int Run(EvaluateOptions options, Streams streams)
    {
        var results = new List<(string Model, EvaluationResult Result)>();
        foreach (string model in options.Models)
        {
            using INetwork network = NetworkFile.Open(model, options.Card, streams.Error);
            Evaluation.CheckTask(network);
            using IDataSet data = Open(options, network);
            using var progress = new Progress(streams);
            using Progress.Step step = progress.Begin(Path.GetFileName(model));
            results.Add((model, Evaluation.Run(network, data, options.Limit, Environment.ProcessorCount, step.Report)));
        }

        if (options.Json)
            EvaluateReport.WriteJson(streams.Out, results);
        else
            EvaluateReport.WriteTable(streams.Out, results);
        return ExitCode.Done;
    }

    private static IDataSet Open(EvaluateOptions options, INetwork network)
    {
        if (options.RoadLabel is not int road)
            return DataSet.OpenLabelled(options.Data, network.Task, network.Classes, network.IgnoreLabel);
        if (network.Task != Model.TaskSegmentation || network.Classes.Count != 2)
            throw OptionCheck.Wrong($"--road-label is for segmentation networks of two classes, {network.Name} has {network.Classes.Count}");
        return new RoadLabels(DataSet.OpenLabelled(options.Data, network.Task, [], network.IgnoreLabel), road, network.IgnoreLabel);
    }
}
