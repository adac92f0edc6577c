using System.Globalization;
using System.Runtime.ExceptionServices;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Data;
using Barrel.Compiler.Training.Architectures;
using Barrel.Compiler.Training.Loop;
using Barrel.Runtime;

namespace Barrel.Compiler.Training.Data;

/// <summary>Opens what --data and --validate name: folders as <c>barrel evaluate</c> takes them, and <c>scene:SEED</c>, rendered streets.</summary>
internal sealed class TrainingData
{
    private const string Scene = "scene:";

    /// <summary>Rendered frames in a set.</summary>
    private const int SceneFrames = 400;

    /// <summary>Weights of rare classes, relative to the middle one.</summary>
    private const double ClassWeightMin = 0.35;
    private const double ClassWeightMax = 2.5;

    private readonly TrainingSettings _settings;
    private readonly ModelCard _card;
    private readonly Streams _streams;

    public TrainingData(TrainingSettings settings, ModelCard card, InputFormat format, NetworkPlan plan, Streams streams)
    {
        (_settings, _card, _streams) = (settings, card, streams);
        Sample[] samples = Load();
        Validation = settings.Validate is null ? null : new SamplesInMemory(Open(settings.Validate, isTraining: false));
        if (card.Task == Model.TaskClassification)
        {
            Batches = new ClassificationBatches(samples, card, format, settings.Architecture.Augmentation, settings.Batch, settings.Seed);
            return;
        }

        ClassWeights = WeightsOf(samples, card);
        int cell = plan.Input.Width / plan.Output.Width;
        SegmentationTask task = new(card, format, cell)
        {
            CropWidth = Crop(format.Width, settings.Architecture.Crop),
            CropHeight = Crop(format.Height, settings.Architecture.Crop),
            Augmentation = settings.Architecture.Augmentation,
        };
        Batches = new SegmentationBatches(samples, Teacher(samples), task, settings.Batch, settings.Seed);
    }

    public IBatches Batches { get; }

    public IDataSet? Validation { get; }

    /// <summary>Weight of each class in the loss; null for equal ones.</summary>
    public float[]? ClassWeights { get; }

    private Sample[] Load()
    {
        List<Sample> samples = [];
        foreach (string path in _settings.Data)
        {
            using IDataSet set = Open(path, isTraining: true);
            using Progress progress = new(_streams);
            using Progress.Step bar = progress.Begin(path);
            int[] taken = DataSet.Spread(set.Count, _settings.Limit);
            Sample[] loaded = new Sample[taken.Length];
            int done = 0;
            try
            {
                Parallel.For(0, taken.Length, i =>
                {
                    loaded[i] = set.Load(taken[i]);
                    bar.Report(Interlocked.Increment(ref done), taken.Length);
                });
            }
            catch (AggregateException e)
            {
                // The user mends one file at a time.
                ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }

            samples.AddRange(loaded);
        }

        return [.. samples];
    }

    private IDataSet Open(string path, bool isTraining)
    {
        int road = _settings.Architecture.RoadLabel;
        IDataSet set = path.StartsWith(Scene, StringComparison.Ordinal) ? Rendered(path)
            : DataSet.OpenLabelled(isTraining ? TrainingImages(path) : path, _card.Task, road < 0 ? _card.Classes : [], _card.IgnoreLabel);
        return road < 0 ? set : new RoadLabels(set, road, _card.IgnoreLabel);
    }

    // A folder of idx files gives the test images to `evaluate`; training on those would be a mistake that nobody notices.
    private static string TrainingImages(string path) =>
        (Directory.Exists(path) ? Directory.GetFiles(path, "train-images*idx3-ubyte*").Order(StringComparer.Ordinal).FirstOrDefault() : null) ?? path;

    private SceneDataSet Rendered(string path)
    {
        if (_card.Task != Model.TaskSegmentation)
            throw new BarrelException(TrainingErrors.BadData, $"{path}: rendered streets have no classes of pictures; a folder, a zip or an idx file would be right");
        return int.TryParse(path.AsSpan(Scene.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int seed)
            ? new SceneDataSet(seed, SceneFrames)
            : throw new BarrelException(TrainingErrors.BadData, $"{path}: scene: and a whole number from 0 on would be right");
    }

    private TeacherAnswers? Teacher(Sample[] samples)
    {
        if (_settings.Teacher is null)
            return null;
        using Progress progress = new(_streams);
        using Progress.Step bar = progress.Begin("teacher");
        return new TeacherAnswers(_settings.Teacher, samples, _card.Classes, bar.Report);
    }

    /// <summary>The square root of the middle class's share over each class's own.</summary>
    private static float[] WeightsOf(Sample[] samples, ModelCard card)
    {
        double[] pixels = new double[card.Classes.Length];
        foreach (Sample sample in samples)
            foreach (byte id in sample.Labels!.Ids)
                if (id < pixels.Length && id != card.IgnoreLabel)
                    pixels[id]++;
        double middle = pixels.Where(p => p > 0).Order().ElementAt(pixels.Count(p => p > 0) / 2);
        return [.. pixels.Select(p => (float)(p == 0 ? 1 : Math.Clamp(Math.Sqrt(middle / p), ClassWeightMin, ClassWeightMax)))];
    }

    // Networks halve their input up to three times.
    private static int Crop(int side, double part) => part >= 1 ? side : (int)(side * part) / 8 * 8;

    /// <summary>A set that is measured again and again.</summary>
    private sealed class SamplesInMemory : IDataSet
    {
        private readonly Sample[] _samples;

        public SamplesInMemory(IDataSet set)
        {
            using (set)
                _samples = [.. Enumerable.Range(0, set.Count).Select(set.Load)];
        }

        public int Count => _samples.Length;

        public Sample Load(int index) => _samples[index];

        public void Dispose()
        {
        }
    }
}
