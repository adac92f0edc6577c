using Barrel.Compiler.Cards;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Data;
using Barrel.Compiler.Metrics;
using Barrel.Compiler.Networks;
using Barrel.Compiler.Peers;
using Barrel.Runtime;

namespace Barrel.Compiler.Tuning;

/// <summary>
/// The one figure that says how good a network of a task is, in percent, for the float network and for blobs of it on the same samples: mIoU for segmentation,
/// the mask's IoU where it has one channel, top-1 for classification.
/// </summary>
internal sealed class TaskMetric : ITargetMetric, IDisposable
{
    /// <summary>Multiplications of the float network that measuring one setting may take.</summary>
    private const double MacsForOne = 1e11;

    private const int SamplesMin = 50;

    private readonly OnnxRuntimeNetwork _float;
    private readonly ModelCard _card;
    private readonly Progress _progress;
    private readonly int _someCount;
    private readonly Dictionary<(Trial?, int), double> _known = [];

    /// <param name="model">The ONNX file.</param>
    /// <param name="card">Its card.</param>
    /// <param name="data">Labelled data for the card's task.</param>
    /// <param name="macs">Multiplications for one frame.</param>
    /// <param name="progress">Shows each evaluation.</param>
    /// <exception cref="BarrelException">BRL1401, and all that the data may lack.</exception>
    public TaskMetric(string model, ModelCard card, string data, long macs, Progress progress)
    {
        _card = card;
        _progress = progress;
        _float = new OnnxRuntimeNetwork(model, card);
        try
        {
            Evaluation.CheckTask(_float);
            Data = DataSet.OpenLabelled(data, card.Task, card.Classes, card.IgnoreLabel);
            int affordable = (int)Math.Clamp(MacsForOne / Math.Max(macs, 1), SamplesMin, int.MaxValue);
            _someCount = Math.Min(affordable, Data.Count);
        }
        catch
        {
            _float.Dispose();
            throw;
        }
    }

    public IDataSet Data { get; }

    public string Name => _card.Task == Model.TaskClassification ? "top-1" : _card.Threshold is null ? "mIoU" : $"IoU of {MaskClass}";

    /// <summary>"77 of 101 samples", or "101 samples" where that is all.</summary>
    public string Samples(bool all) => all || _someCount == Data.Count ? $"{Data.Count} samples" : $"{_someCount} of {Data.Count} samples";

    /// <summary>The float network's figure.</summary>
    /// <param name="all">All samples, or an evenly spaced part that is quick to run.</param>
    public double OfFloat(bool all) => Known(null, _float, "float", all);

    /// <summary>A blob's figure on the same samples.</summary>
    public double Of(Trial trial, bool all)
    {
        using BlobNetwork blob = new(trial.Setting, trial.Model);
        return Known(trial, blob, trial.Setting, all);
    }

    public void Dispose()
    {
        Data.Dispose();
        _float.Dispose();
    }

    private string MaskClass => _card.RoadClass >= 0 && _card.RoadClass < _card.Classes.Length ? _card.Classes[_card.RoadClass]
        : _card.Classes.Length > 1 ? _card.Classes[1] : "1";

    private double Known(Trial? trial, INetwork network, string what, bool all)
    {
        int count = all ? Data.Count : _someCount;
        if (_known.TryGetValue((trial, count), out double known))
            return known;
        using Progress.Step step = _progress.Begin($"evaluate {what}");
        EvaluationResult result = Evaluation.Run(network, Data, count, Environment.ProcessorCount, step.Report);
        return _known[(trial, count)] = FigureOf(result);
    }

    private double FigureOf(EvaluationResult result) =>
        (_card.Task == Model.TaskClassification ? result.Top1
            : _card.Threshold is null ? result.MeanIou
            : result.ClassIou.FirstOrDefault(c => c.Key == MaskClass).Value)
        ?? throw new BarrelException(MetricErrors.NoFigure, $"{_float.Name}: the data has nothing that {Name} counts; labels of the card's classes would be right");
}
