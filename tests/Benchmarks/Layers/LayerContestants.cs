using Barrel.Compiler.Benching;
using Barrel.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Barrel.Benchmarks.Layers;

/// <summary>One layer of a blob in an executor, tile copy and write-out included.</summary>
internal sealed class BlobLayerContestant(Executor executor, int layer) : Contestant
{
    public override void Infer() => executor.RunLayer(layer);

    public override void Dispose()
    {
    }
}

/// <summary>A file of one layer in ONNX Runtime, from its input "x" to its output "y".</summary>
internal sealed class OnnxLayerContestant : Contestant
{
    private readonly InferenceSession _session;
    private readonly OrtValue _input;
    private readonly RunOptions _options = new();

    public OnnxLayerContestant(byte[] file, OrtValue input, int threads)
    {
        _input = input;
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        _session = new InferenceSession(file, options);
    }

    public override void Infer()
    {
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_options, ["x"], [_input], ["y"]);
    }

    public override void Dispose()
    {
        _session.Dispose();
        _input.Dispose();
        _options.Dispose();
    }
}

/// <summary>Several inferences that count as one, for layers that take no longer than the clock's step.</summary>
internal sealed class RepeatedContestant(Contestant once, int count) : Contestant
{
    public override void Infer()
    {
        for (int i = 0; i < count; i++)
            once.Infer();
    }

    public override void Dispose() => once.Dispose();
}

/// <summary>Lower quartiles of a layer's engines, taken in turns: a busy machine only ever adds time, and layers are too short to be met by all of it alike.</summary>
/// <param name="Executor">Our fastest.</param>
/// <param name="BarrelMs">Its time.</param>
/// <param name="FloatMs">By number of threads, one first.</param>
/// <param name="Int8Ms">By number of threads, one first; empty where there is no 8-bit form.</param>
internal sealed record LayerTimes(string Executor, double BarrelMs, IReadOnlyList<double> FloatMs, IReadOnlyList<double> Int8Ms)
{
    private const int BinaryRepeats = 8;

    /// <summary>Widths of vectors that are raced; the plain executors are slower by a factor that only makes runs long.</summary>
    public static IEnumerable<ExecutorKind> Raced => Executors.All.Where(k => k.IsSupported && k.LaneBits > 64);

    public static LayerTimes Of(LayerCase layer, int threadsMax = 1)
    {
        Model model = LayerBlob.Load(layer);
        var random = new Random(1);
        List<Contestant> ours = [.. Raced.Select(kind => new BlobLayerContestant(LayerBlob.Started(model, kind), LayerBlob.LayerIndex) { Engine = kind.Name })];
        int[] threads = [.. Enumerable.Range(1, threadsMax)];
        float[] values = [.. Enumerable.Range(0, layer.Inputs * layer.Height * layer.Width).Select(_ => (float)random.Next(1 << layer.Bits))];
        byte[] bytes = [.. values.Select(v => (byte)v)];
        return Race(
            ours,
            [.. threads.Select(n => new OnnxLayerContestant(LayerOnnx.Write(layer), OrtValue.CreateTensorValueFromMemory(values, [1, layer.Inputs, layer.Height, layer.Width]), n)
            {
                Engine = BenchResult.OnnxRuntimeFp32, Threads = n,
            })],
            [.. threads.Select(n => new OnnxLayerContestant(LayerOnnx.WriteInt8(layer), OrtValue.CreateTensorValueFromMemory(bytes, [1, layer.Height, layer.Width, layer.Inputs]), n)
            {
                Engine = BenchResult.OnnxRuntimeInt8, Threads = n,
            })]);
    }

    /// <summary>All executors, the plain one first, and ONNX Runtime's float last.</summary>
    public static IReadOnlyList<(string Engine, double Ms)> Of(BinaryCase layer)
    {
        Model model = BinaryBlob.Load(layer);
        var random = new Random(1);
        float[] signs = [.. Enumerable.Range(0, layer.InputElements).Select(_ => (random.Next(2) * 2f) - 1)];
        List<Contestant> all =
        [
            .. Executors.For(model).Where(k => k.Name != ChainExecutor.ExecutorName).Select(kind => Repeated(new BlobLayerContestant(kind.Create(model), model.Layers.Length - 1) { Engine = kind.Name })),
            Repeated(new OnnxLayerContestant(BinaryBlob.Onnx(layer), OrtValue.CreateTensorValueFromMemory(signs, layer.Shape), 1) { Engine = BenchResult.OnnxRuntimeFp32 }),
        ];
        return Race(all, contestants => contestants.Select(c => (c.Engine, Time(c) / BinaryRepeats)).ToArray());

        static RepeatedContestant Repeated(Contestant once) => new(once, BinaryRepeats) { Engine = once.Engine };
    }

    private static LayerTimes Race(List<Contestant> ours, List<Contestant> floats, List<Contestant> bytes) => Race([.. ours, .. floats, .. bytes], _ =>
    {
        Contestant best = ours.MinBy(Time)!;
        return new LayerTimes(best.Engine, Time(best), [.. floats.Select(Time)], [.. bytes.Select(Time)]);
    });

    private static T Race<T>(List<Contestant> all, Func<List<Contestant>, T> report)
    {
        try
        {
            // Apart, as in a bench of networks: further threads go on looking for work after an inference.
            foreach (IGrouping<int, Contestant> alike in all.GroupBy(c => c.Threads).OrderBy(g => g.Key))
            {
                Contestant[] contestants = [.. alike];
                Rounds.WarmUp(contestants);
                Rounds.Measure(contestants, (_, _) => { });
            }

            return report(all);
        }
        finally
        {
            foreach (Contestant contestant in all)
                contestant.Dispose();
        }
    }

    private static double Time(Contestant contestant) => BenchRun.Quantile([.. contestant.Times.Order()], 0.25);
}
