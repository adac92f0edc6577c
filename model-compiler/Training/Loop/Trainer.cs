using System.Diagnostics;
using System.Globalization;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Data;
using Barrel.Compiler.Metrics;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Training.Architectures;
using Barrel.Compiler.Training.Data;
using Barrel.Compiler.Training.Export;
using Barrel.Compiler.Training.Grids;
using Barrel.Compiler.Training.Networks;
using Barrel.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Barrel.Compiler.Training.Loop;

/// <summary>
/// Trains a network and writes it: first from nothing, then, for scheme terms, on the compiler's own grid with the float network of the first stage as a teacher.
/// A checkpoint is kept beside the output; what follows from it does not depend on where training was interrupted.
/// </summary>
internal sealed class Trainer
{
    private const int FirstStage = 0;
    private const int FineTuning = 1;

    /// <summary>The learning rate rises from 0 in so many steps.</summary>
    private const int WarmUpSteps = 50;

    /// <summary>Greatest length of all gradients together.</summary>
    private const double GradientLengthMax = 5;

    private const double WeightDecay = 0.01;

    /// <summary>The share of a teacher in the loss.</summary>
    private const double TeacherShare = 0.5;

    /// <summary>Frames that grids are chosen on.</summary>
    private const int CalibrationFrames = 32;

    /// <summary>Fine-tuning starts near its end: a third of the first rate.</summary>
    private const double FineTuneRate = 1.0 / 3;

    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromSeconds(60);

    /// <summary>Measurements on --validate's data in a stage.</summary>
    private const int Measurements = 12;

    /// <summary>Samples that a measurement takes before the last one, which takes all.</summary>
    private const int SamplesBetween = 300;

    private readonly TrainingSettings _settings;
    private readonly Streams _streams;
    private readonly ModelCard _card;
    private readonly InputFormat _format;
    private readonly NetworkPlan _plan;
    private readonly TrainedNetwork _network;
    private readonly IBatches _batches;
    private readonly IDataSet? _validation;
    private readonly Tensor? _classWeights;
    private Scheme _last = new();
    private CancellationToken _interrupted;
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public Trainer(TrainingSettings settings, Streams streams)
    {
        _settings = settings;
        _streams = streams;
        set_num_threads(settings.Threads);
        random.manual_seed(settings.Seed);
        _card = settings.Architecture.Card();
        _plan = settings.Architecture.Build(_card.Classes.Length);
        _format = _card.Input.ToFormat([1, _plan.Input.Channels, _plan.Input.Height, _plan.Input.Width], settings.Architecture.Name);
        _network = new TrainedNetwork(_plan);
        TrainingData data = new(settings, _card, _format, _plan, streams);
        _batches = data.Batches;
        _validation = data.Validation;
        _classWeights = data.ClassWeights is null ? null : tensor(data.ClassWeights).DetachFromDisposeScope();
    }

    /// <summary>The best known measurement on --validate's data after the last step; null without such data.</summary>
    public EvaluationResult? Result { get; private set; }

    /// <summary>The network under training.</summary>
    internal TrainedNetwork Network => _network;

    /// <param name="interrupted">Ends training after the present step, with a checkpoint.</param>
    /// <exception cref="BarrelException">BRL1606 where it was interrupted, BRL1602 where the loss is no number.</exception>
    public void Run(CancellationToken interrupted = default)
    {
        _interrupted = interrupted;
        _streams.Error.WriteLine(FormattableString.Invariant(
            $"{_settings.Architecture.Name}: {_plan.Weights:N0} weights, {_plan.Macs:N0} MACs; {_batches.Count} samples, {_batches.StepsPerEpoch} steps an epoch, {_settings.Threads} threads"));
        (int Stage, long Step, Dictionary<string, float[]> State)? saved = _settings.Resume ? Checkpoint.Read(_settings.CheckpointPath, _settings.Identity) : null;
        int stage = saved?.Stage ?? FirstStage;
        TrainingLog log = new(_settings.LogPath, stage, saved?.Step ?? 0);
        Scheme scheme = FirstScheme();
        if (stage == FirstStage)
        {
            if (_settings.Epochs > 0)
                Train(FirstStage, scheme, null, _settings.Epochs, _settings.Rate, saved, log);
            saved = null;
        }

        if (_settings.Scheme == SchemeKind.Terms)
            scheme = FineTune(saved, log);
        _last = scheme;
        scheme.BeginMeasurement();
        Write(scheme);
    }

    /// <summary>The class of each pixel as the network answers after <see cref="Run"/>.</summary>
    /// <param name="codes">[channels, height, width].</param>
    internal byte[] Answer(byte[] codes) => new TorchNetwork(_network, _last, _card, _format).Segment(codes).Ids.ToArray();

    private Scheme FirstScheme() => _settings.Scheme switch
    {
        SchemeKind.Linear => new PaperScheme(_network, WeightScheme.Linear, _settings.Bits),
        SchemeKind.Log => new PaperScheme(_network, WeightScheme.LogNet, _settings.Bits),
        SchemeKind.Binary => new BinaryScheme(_network, _card.Input.Binarize, _settings.DelayVariation),
        _ => new Scheme(),
    };

    private TermScheme FineTune((int Stage, long Step, Dictionary<string, float[]> State)? saved, TrainingLog log)
    {
        // The float network that fine-tuning starts from, and is taught by: what it was before its weights are folded.
        TrainedNetwork teacher = new(_plan);
        if (saved is { } from)
            Checkpoint.Restore(_settings.CheckpointPath, from.State, Prefixed("teacher.", teacher.State));
        else
            Copy(_network, teacher);
        Copy(teacher, _network);
        foreach (TrainedLayer layer in _network.Layers)
            layer.Fold();
        float[] frames = _batches.Calibration(CalibrationFrames);
        TermScheme scheme = new(_network, _settings.AddsPerMac, _settings.ActivationBits, Calibrate(frames));
        if (saved is null)
            _streams.Error.WriteLine($"on the grid, before fine-tuning: {scheme.Costs}{Shown(Measure(scheme, null))}");
        if (_settings.FineTuneEpochs > 0)
            Train(FineTuning, scheme, teacher, _settings.FineTuneEpochs, _settings.Rate * FineTuneRate, saved, log);
        return scheme;
    }

    private void Train(
        int stage, Scheme scheme, TrainedNetwork? own, int epochs, double rate, (int Stage, long Step, Dictionary<string, float[]> State)? saved, TrainingLog log)
    {
        Optimizer optimizer = _settings.IsSgd ? new Sgd(_network.Parameters, WeightDecay / 10) : new AdamW(_network.Parameters, stage == FirstStage ? WeightDecay : 0);
        (string Name, Tensor Values)[] State() =>
            [.. _network.State, .. optimizer.State, .. scheme.State, .. own is null ? [] : Prefixed("teacher.", own.State)];
        long steps = (long)epochs * _batches.StepsPerEpoch;
        long step = 0;
        if (saved is { } from)
        {
            Checkpoint.Restore(_settings.CheckpointPath, from.State, State());
            step = from.Step;
            scheme.Restored(step);
        }

        using Progress progress = new(_streams);
        using Progress.Step bar = progress.Begin(stage == FirstStage ? "training" : "fine-tuning");
        BatchQueue queue = new(_batches, step, steps);
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan kept = watch.Elapsed;
        double losses = 0;
        long from0 = step, counted = 0, between = Math.Max(1, steps / Measurements);
        while (step < steps)
        {
            double at = (double)step / steps;
            double now = rate * Math.Min(1, (step + 1.0) / WarmUpSteps) * 0.5 * (1 + Math.Cos(Math.PI * at));
            random.manual_seed(unchecked((_settings.Seed * 1_000_003L) + (stage * 500_009L) + step));
            scheme.BeginStep(at);
            double loss = Step(scheme, optimizer, queue.Next(), own, now, step);
            if (!double.IsFinite(loss))
                throw new BarrelException(TrainingErrors.NotFinite, $"step {step} of {steps}: the loss is {loss}{Culprit()}; a smaller --rate would be right, and --resume goes on from {_settings.CheckpointPath}");
            scheme.EndStep();
            losses += loss;
            counted++;
            step++;
            bar.Report((int)step, (int)steps);
            bool isLast = step == steps;
            if (step % between == 0 || isLast)
            {
                Result = Measure(scheme, isLast ? null : SamplesBetween);
                double perStep = watch.Elapsed.TotalSeconds / (step - from0);
                log.Add(stage, (double)step / _batches.StepsPerEpoch, step, losses / counted, now, _clock.Elapsed.TotalSeconds, Result);
                progress.Line(string.Create(
                    CultureInfo.InvariantCulture,
                    $"epoch {step / _batches.StepsPerEpoch} of {epochs}: loss {losses / counted:F4}{Shown(Result)} {scheme.Costs} {1000 * perStep:F0} ms a step, {TimeSpan.FromSeconds(perStep * (steps - step)):hh\\:mm\\:ss} left"));
                (losses, counted) = (0, 0);
            }

            if (watch.Elapsed - kept > CheckpointEvery || isLast || _interrupted.IsCancellationRequested)
            {
                Checkpoint.Write(_settings.CheckpointPath, _settings.Identity, stage, step, State());
                kept = watch.Elapsed;
            }

            if (_interrupted.IsCancellationRequested && !isLast)
                throw new BarrelException(TrainingErrors.Interrupted, $"interrupted after step {step} of {steps}; the same options with --resume go on from {_settings.CheckpointPath}");
        }

        double perSecond = (step - from0) / watch.Elapsed.TotalSeconds;
        progress.Line(FormattableString.Invariant(
            $"{step - from0} steps in {watch.Elapsed.TotalSeconds:F0} s: {perSecond * _batches.Size:F1} samples a second, {3e-9 * _plan.Macs * perSecond * _batches.Size:F1} GMAC/s, {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB at most"));
    }

    private double Step(Scheme scheme, Optimizer optimizer, Batch batch, TrainedNetwork? own, double rate, long step)
    {
        using DisposeScope scope = NewDisposeScope();
        optimizer.ClearGradients();
        Tensor input = Input(batch.Inputs, batch.Height, batch.Width);
        Tensor scores = _network.Forward(input, scheme, isTraining: true);
        Tensor loss = Loss(scores, batch);
        if (own is not null)
        {
            Tensor answers;
            using (no_grad())
                answers = own.Forward(input, new Scheme(), isTraining: false).softmax(1);
            loss = (loss * Scalars.Of(1 - TeacherShare)).Minus((answers * scores.log_softmax(1)).sum(1).mean() * Scalars.Of(TeacherShare));
        }

        loss.backward();
        double norm = optimizer.Clip(GradientLengthMax);
        double value = loss.item<float>();
        if (!double.IsFinite(value) || !double.IsFinite(norm))
            return double.IsFinite(value) ? norm : value;
        optimizer.Step(rate, step);
        return value;
    }

    private Tensor Loss(Tensor scores, Batch batch)
    {
        Tensor flat = scores.shape[2] * scores.shape[3] == 1 && batch.Targets.Length == scores.shape[0] ? scores.flatten(1) : scores;
        Tensor targets = tensor(batch.Targets, flat.dim() == 2 ? [scores.shape[0]] : [scores.shape[0], scores.shape[2], scores.shape[3]]);
        Tensor loss = nn.functional.cross_entropy(flat, targets, _classWeights, Batch.Ignored);
        if (batch.Answers is null)
            return loss;
        Tensor answers = tensor(batch.Answers, scores.shape);
        Tensor taught = (answers * scores.log_softmax(1)).sum() / Scalars.Of(batch.Targets.Length);
        return (loss * Scalars.Of(1 - TeacherShare)).Minus(taught * Scalars.Of(TeacherShare));
    }

    /// <summary>What layers see of some frames, each frame's own answer taken for its label.</summary>
    private Calibration Calibrate(float[] frames)
    {
        int each = _format.ByteCount();
        List<(Tensor, Func<Tensor, Tensor>)> parts = [];
        for (int i = 0; i < frames.Length / each; i += 4)
            parts.Add((Input(frames[(i * each)..Math.Min((i + 4) * each, frames.Length)], _format.Height, _format.Width), Surprise));
        return new Calibration(_network, parts);
    }

    // Per frame the mean over its pixels, summed over frames.
    private static Tensor Surprise(Tensor scores) =>
        nn.functional.cross_entropy(scores, scores.detach().argmax(1)) * Scalars.Of(scores.shape[0]);

    private Tensor Input(float[] values, int height, int width) => tensor(values, [values.Length / (_format.Channels * height * width), _format.Channels, height, width]);

    private EvaluationResult? Measure(Scheme scheme, int? limit)
    {
        if (_validation is null)
            return null;
        scheme.BeginMeasurement();
        return Evaluation.Run(new TorchNetwork(_network, scheme, _card, _format), _validation, limit, threads: 1);
    }

    private void Write(Scheme scheme)
    {
        byte[] onnx = OnnxExport.Bytes(_network, scheme, _card.Task == Model.TaskClassification);
        OutputFile.Write(_settings.OutputPath, stream => stream.Write(onnx));
        OutputFile.WriteText(_settings.CardPath, _settings.Architecture.CardJson + "\n");
        _streams.Out.WriteLine($"{_settings.OutputPath}: {onnx.Length} bytes{Shown(Result)} {scheme.Costs}".TrimEnd());
    }

    private string Culprit()
    {
        foreach (TrainedLayer layer in _network.Layers)
            foreach (TorchSharp.Modules.Parameter parameter in layer.Parameters)
                if (parameter.grad is Tensor gradient && !gradient.isfinite().all().item<bool>())
                    return $", first seen in the gradients of layer '{layer.Node.Name}'";
        return "";
    }

    private static string Shown(EvaluationResult? result) => result is null ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"{(result.MeanIou is double m ? $" mIoU {m:F2}" : "")}{(result.RoadIou is double r ? $" road {r:F2}" : "")}{(result.Top1 is double t ? $" top-1 {t:F2}" : "")}");

    private static IEnumerable<(string Name, Tensor Values)> Prefixed(string prefix, IEnumerable<(string Name, Tensor Values)> state) =>
        state.Select(s => (prefix + s.Name, s.Values));

    private static void Copy(TrainedNetwork from, TrainedNetwork to)
    {
        using IDisposable off = no_grad();
        foreach (((_, Tensor source), (_, Tensor target)) in from.State.Zip(to.State))
            target.copy_(source);
        foreach ((TrainedLayer source, TrainedLayer target) in from.Layers.Zip(to.Layers))
            target.IsNormalized = source.IsNormalized;
    }
}
