using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Networks;
using Barrel.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Barrel.Compiler.Peers;

/// <summary>An ONNX file in ONNX Runtime on the CPU: the float network that ours is measured against.</summary>
public sealed class OnnxRuntimeNetwork : INetwork
{
    private readonly InferenceSession _session;
    private readonly ModelCard _card;

    /// <param name="path">The ONNX file.</param>
    /// <param name="card">Its model card.</param>
    /// <param name="threads">Threads for one inference.</param>
    public OnnxRuntimeNetwork(string path, ModelCard card, int threads = 1)
        : this(path, Load(path, file: null, threads), card)
    {
    }

    /// <param name="name">What messages call it.</param>
    /// <param name="file">The ONNX file's bytes.</param>
    /// <param name="card">Its model card.</param>
    /// <param name="threads">Threads for one inference.</param>
    public OnnxRuntimeNetwork(string name, byte[] file, ModelCard card, int threads = 1)
        : this(name, Load(name, file, threads), card)
    {
    }

    private OnnxRuntimeNetwork(string name, InferenceSession session, ModelCard card)
    {
        Name = name;
        _card = card;
        _session = session;
        try
        {
            (InputName, int[] shape) = SoleInput();
            Input = card.Input.ToFormat(shape, name);
            InputShape = [.. shape.Select(d => (long)Math.Max(d, 1))];
            Values = new CodeValues(card.Input, Input);
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    public string Name { get; }

    public InputFormat Input { get; }

    public int Task => _card.Task;

    public IReadOnlyList<string> Classes => _card.Classes;

    public int RoadClass => _card.RoadClass;

    public int IgnoreLabel => _card.IgnoreLabel;

    internal string InputName { get; }

    internal long[] InputShape { get; }

    internal CodeValues Values { get; }

    internal InferenceSession Session => _session;

    internal IReadOnlyList<string> OutputNames => _session.OutputNames;

    internal float? Threshold => _card.Threshold;

    public OnnxRuntimeSession Open() => new(this);

    INetworkSession INetwork.Open() => Open();

    public void Dispose() => _session.Dispose();

    private static InferenceSession Load(string path, byte[]? file, int threads)
    {
        if (file is null && !File.Exists(path))
            throw new BarrelException(PeerErrors.NotLoaded, $"{path}: no such file");
        try
        {
            // Its own log would put more than our one line on stderr.
            using var options = new SessionOptions
            {
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
                IntraOpNumThreads = threads,
                InterOpNumThreads = 1,
            };
            return file is null ? new InferenceSession(path, options) : new InferenceSession(file, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new BarrelException(PeerErrors.NotLoaded, $"{path}: ONNX Runtime does not load it: {e.Message.TrimEnd('.')}", e);
        }
    }

    private (string Name, int[] Shape) SoleInput()
    {
        IReadOnlyDictionary<string, NodeMetadata> inputs = _session.InputMetadata;
        if (inputs.Count != 1)
            throw new BarrelException(PeerErrors.Input, $"{Name}: {inputs.Count} inputs ({string.Join(", ", inputs.Keys)}); one would be right");
        (string name, NodeMetadata input) = inputs.First();
        if (!input.IsTensor || input.ElementType != typeof(float))
            throw new BarrelException(PeerErrors.Input, $"{Name}: input '{name}' is no tensor of 32-bit floats");
        return (name, input.Dimensions);
    }
}
