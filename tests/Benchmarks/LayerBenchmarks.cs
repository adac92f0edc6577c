using Barrel.Runtime;
using BenchmarkDotNet.Attributes;
using Microsoft.ML.OnnxRuntime;

namespace Barrel.Benchmarks;

/// <summary>One layer in each executor, tile copy and write-out included, and in ONNX Runtime's float on one thread as the baseline.</summary>
public class LayerBenchmarks : IDisposable
{
    private Executor _executor = null!;
    private InferenceSession _session = null!;
    private OrtValue _input = null!;
    private RunOptions _options = null!;

    [ParamsSource(nameof(Cases))]
    public LayerCase Case { get; set; } = LayerCase.All[0];

    /// <summary>Name of one of <see cref="Executors.All"/>.</summary>
    [ParamsSource(nameof(ExecutorNames))]
    public string Executor { get; set; } = SwarExecutor.ExecutorName;

    public static IEnumerable<LayerCase> Cases => LayerCase.All;

    public static IEnumerable<string> ExecutorNames => Executors.All.Where(k => k.IsSupported && k.Name != ChainExecutor.ExecutorName).Select(k => k.Name);

    /// <exception cref="InvalidOperationException">The executor's codes are not those of the plain one.</exception>
    [GlobalSetup]
    public void Setup()
    {
        Model model = LayerBlob.Load(Case);
        _executor = RunOnce(model, Executor);
        TensorInfo output = model.Tensors[model.OutputTensors[0]];
        Span<byte> codes = _executor.Arena.AsSpan(output.ArenaOffset, output.ByteCount());
        if (!codes.SequenceEqual(RunOnce(model, SwarExecutor.ExecutorName).Arena.AsSpan(output.ArenaOffset, output.ByteCount())))
            throw new InvalidOperationException($"{Executor} and {SwarExecutor.ExecutorName} differ on {Case}");
        if (!codes.ContainsAnyExcept((byte)0))
            throw new InvalidOperationException($"all codes are 0 on {Case}");

        TensorInfo input = model.Tensors[((TapLayer)model.Layers[LayerBlob.LayerIndex]).Inputs[0].Tensor];
        float[] values = [.. _executor.Arena.AsSpan(input.ArenaOffset, input.ByteCount()).ToArray().Select(code => (float)code)];
        _input = OrtValue.CreateTensorValueFromMemory(values, [1, Case.Inputs, Case.Height, Case.Width]);
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        _session = new InferenceSession(LayerOnnx.Write(Case), options);
        _options = new RunOptions();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _input.Dispose();
        _session.Dispose();
        _options.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void OnnxRuntimeFloat()
    {
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_options, ["x"], [_input], ["y"]);
    }

    [Benchmark]
    public void Barrel() => _executor.RunLayer(LayerBlob.LayerIndex);

    private static Executor RunOnce(Model model, string name)
    {
        Executor executor = Executors.Create(model, name);
        new Random(1).NextBytes(executor.Arena.AsSpan(executor.InputOffset, model.Tensors[model.InputTensor].ByteCount()));
        executor.Run();
        return executor;
    }
}
