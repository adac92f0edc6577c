using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Networks;
using Barrel.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Barrel.Compiler.Training.Networks;

/// <summary>A network under training as <c>barrel evaluate</c> sees networks, so that both measure the same thing.</summary>
internal sealed class TorchNetwork(TrainedNetwork network, Scheme scheme, ModelCard card, InputFormat format) : INetwork, INetworkSession
{
    private readonly CodeValues _values = new(card.Input, format);
    private byte[] _mask = [];

    public string Name => "the network";

    public InputFormat Input => format;

    public int Task => card.Task;

    public IReadOnlyList<string> Classes => card.Classes;

    public int RoadClass => card.RoadClass;

    public int IgnoreLabel => card.IgnoreLabel;

    public INetworkSession Open() => this;

    public Mask Segment(ReadOnlySpan<byte> codes)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = Run(codes);
        byte[] ids = scores.argmax(1).to(uint8).contiguous().data<byte>().ToArray();
        _mask = ids;
        return new Mask((int)scores.shape[3], (int)scores.shape[2], _mask);
    }

    public ReadOnlySpan<float> Classify(ReadOnlySpan<byte> codes)
    {
        using DisposeScope scope = NewDisposeScope();
        return Run(codes).contiguous().data<float>().ToArray();
    }

    public void Dispose()
    {
    }

    private Tensor Run(ReadOnlySpan<byte> codes)
    {
        using IDisposable off = no_grad();
        float[] values = new float[codes.Length];
        _values.Fill(codes, values);
        return network.Forward(tensor(values, [1, format.Channels, format.Height, format.Width]), scheme, isTraining: false);
    }
}
