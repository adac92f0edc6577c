using Barrel.Compiler.Peers;
using Barrel.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Barrel.Compiler.Benching;

/// <summary>An engine with the network and a frame in it, ready to be timed.</summary>
internal abstract class Contestant : IDisposable
{
    public required string Engine { get; init; }

    /// <summary>Threads of one inference.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Bytes that the engine takes for this network; null where it cannot be told.</summary>
    public long? PeakBytes { get; protected set; }

    /// <summary>Milliseconds of every timed inference.</summary>
    public List<double> Times { get; } = [];

    /// <summary>One inference of the frame that was set last.</summary>
    public abstract void Infer();

    public abstract void Dispose();
}

/// <summary>
/// One of our executors. An inference includes copying the frame in, since the arena gives the input's place to others. Memory is the blob and all
/// that the executor allocates when it is made, arena, tiles and offset tables included; afterwards it allocates nothing.
/// </summary>
internal sealed class ExecutorContestant : Contestant
{
    private readonly Executor _executor;
    private byte[] _codes = [];

    public ExecutorContestant(Model model, ExecutorKind kind, int threads)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        _executor = kind.Create(model, threads);
        PeakBytes = GC.GetAllocatedBytesForCurrentThread() - before + model.Blob.Length;
    }

    public void SetInput(byte[] codes) => _codes = codes;

    public override void Infer()
    {
        _codes.CopyTo(_executor.Arena, _executor.InputOffset);
        _executor.Run();
    }

    public override void Dispose() => (_executor as IDisposable)?.Dispose();

    /// <summary>The bytes of one output.</summary>
    public ReadOnlySpan<byte> Output(TensorInfo tensor) => _executor.Arena.AsSpan(tensor.ArenaOffset, tensor.ByteCount());
}

/// <summary>
/// ONNX Runtime. An inference does not include turning codes into floats. Memory is what the process's resident set grew by from before the session to
/// after the first inference, its library included; it can be told of the first session of a process alone, because later ones find the library loaded and
/// take what earlier ones gave back.
/// </summary>
internal sealed class OnnxRuntimeContestant : Contestant
{
    private readonly OnnxRuntimeNetwork _network;
    private readonly OnnxRuntimeSession _session;

    /// <param name="open">Makes the session.</param>
    /// <param name="codes">The frame.</param>
    /// <param name="isFirst">No other session was there before.</param>
    public OnnxRuntimeContestant(Func<OnnxRuntimeNetwork> open, Func<OnnxRuntimeNetwork, byte[]> codes, bool isFirst)
    {
        // Whatever is garbage by now must not be given back in between.
        GC.Collect();
        long before = Environment.WorkingSet;
        _network = open();
        _session = _network.Open();
        try
        {
            _session.SetInput(codes(_network));
            Infer();
        }
        catch
        {
            Dispose();
            throw;
        }

        long growth = Environment.WorkingSet - before;
        PeakBytes = isFirst && growth > 0 ? growth : null;
    }

    public override void Infer()
    {
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Infer();
    }

    public override void Dispose()
    {
        _session.Dispose();
        _network.Dispose();
    }
}
