using System.Runtime.InteropServices;
using Barrel.Runtime;

namespace Barrel.Compiler.Networks;

/// <summary>A blob in the runtime.</summary>
public sealed class BlobNetwork : INetwork
{
    /// <summary>More than any network that a board takes; it bounds what a damaged or hostile blob can ask for.</summary>
    public const int MemoryBytesMax = 1 << 30;

    private readonly Model _model;
    private readonly string? _executor;

    /// <param name="path">The file.</param>
    /// <param name="executor">Name of the executor; null: the fastest here.</param>
    /// <exception cref="BarrelException">BRL3001 to BRL3008.</exception>
    public BlobNetwork(string path, string? executor = null)
        : this(path, Load(path), executor)
    {
    }

    /// <param name="name">What messages call it.</param>
    /// <param name="model">The blob, loaded.</param>
    /// <param name="executor">Name of the executor; null: the fastest here.</param>
    public BlobNetwork(string name, Model model, string? executor = null)
    {
        Name = name;
        _executor = executor;
        _model = model;
    }

    public string Name { get; }

    public InputFormat Input => _model.Input;

    public int Task => _model.Task;

    public IReadOnlyList<string> Classes => _model.Classes;

    public int RoadClass => _model.RoadClass;

    public int IgnoreLabel => _model.IgnoreLabel;

    /// <summary>Reads and checks a blob; errors name the file.</summary>
    public static Model Load(string path)
    {
        byte[] blob = File.ReadAllBytes(path);
        try
        {
            return Model.LoadKeeping(blob, MemoryBytesMax);
        }
        catch (BarrelException e)
        {
            throw new BarrelException(e.Code, $"{path}: {e.Message}", e);
        }
    }

    public INetworkSession Open() => new Session(Executors.Create(_model, _executor));

    public void Dispose()
    {
    }

    private sealed class Session(Executor executor) : INetworkSession
    {
        private readonly TensorInfo _output = executor.Model.Tensors[executor.Model.OutputTensors[0]];
        private readonly float[] _scores = new float[executor.Model.Tensors[executor.Model.OutputTensors[0]].Channels];

        public Mask Segment(ReadOnlySpan<byte> codes)
        {
            Run(codes);
            return new Mask(_output.Width, _output.Height, executor.Arena.AsSpan(_output.ArenaOffset, _output.ByteCount()));
        }

        public ReadOnlySpan<float> Classify(ReadOnlySpan<byte> codes)
        {
            Run(codes);
            ReadOnlySpan<byte> bytes = executor.Arena.AsSpan(_output.ArenaOffset, _output.ByteCount());
            for (int c = 0; c < _scores.Length; c++)
                _scores[c] = _output.Bits == 32
                    ? MathF.ScaleB(MemoryMarshal.Cast<byte, int>(bytes)[c], _output.ScaleExponentOf(c))
                    : (_output.LevelOf(bytes[c]) - _output.LevelOf(_output.ZeroOf(c))) * MathF.ScaleB(1, _output.ScaleExponentOf(c));
            return _scores;
        }

        public void Dispose()
        {
        }

        private void Run(ReadOnlySpan<byte> codes)
        {
            codes.CopyTo(executor.Arena.AsSpan(executor.InputOffset));
            executor.Run();
        }
    }
}
