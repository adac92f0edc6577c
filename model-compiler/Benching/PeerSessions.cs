using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Peers;
using Barrel.Compiler.Peers.Int8;
using Barrel.Runtime;

namespace Barrel.Compiler.Benching;

/// <summary>The network to run in ONNX Runtime, and how.</summary>
/// <param name="Onnx">The float network's file.</param>
/// <param name="Calibrate">Frames for the ranges of 8-bit activations; null: synthetic ones.</param>
/// <param name="Macs">Of the network: they say how many frames are enough.</param>
/// <param name="Threads">Numbers of threads to run with, at least one.</param>
internal sealed record PeerOptions(string Onnx, string? Calibrate, long Macs, IReadOnlyList<int> Threads);

/// <summary>Opens the same network in float and in 8 bits, both without the nodes that only imitate quantization.</summary>
internal sealed class PeerSessions
{
    private readonly string _name;
    private readonly ModelCard _card;
    private readonly byte[] _original;
    private byte[] _file;
    private readonly Lazy<(Int8Network? Network, Int8Census? Census)> _int8;

    public PeerSessions(PeerOptions options, TextWriter remarks)
    {
        _name = options.Onnx;
        _card = ModelCard.For(_name, null);
        _original = File.ReadAllBytes(_name);
        (_file, int removed) = FakeQuantization.Strip(_original);
        if (removed > 0)
            remarks.WriteLine($"{removed} nodes that only imitate quantization are left out for ONNX Runtime");
        _int8 = new(() => Quantize(options, remarks));
    }

    /// <summary>Null where there is no 8-bit network, which a remark then says.</summary>
    public Int8Census? Census => _int8.Value.Census;

    public OnnxRuntimeNetwork OpenFloat(int threads) => new(_name, _file, _card, threads);

    public OnnxRuntimeNetwork OpenInt8(int threads) => new(_name, _int8.Value.Network!.File, _card, threads);

    /// <summary>Whether, after ONNX Runtime refused the file without its fake quantization, the file as it is should be tried; from then on it is used.</summary>
    public bool FallsBack(BarrelException refusal, TextWriter remarks)
    {
        if (ReferenceEquals(_file, _original) || refusal.Code is not (PeerErrors.NotLoaded or PeerErrors.RunFailed))
            return false;
        _file = _original;
        remarks.WriteLine($"warning: {_name} runs with its fake quantization: ONNX Runtime does not take it without");
        return true;
    }

    private (Int8Network? Network, Int8Census? Census) Quantize(PeerOptions options, TextWriter remarks)
    {
        using OnnxRuntimeNetwork network = OpenFloat(1);
        List<byte[]> frames = CalibrationFrames.Load(options.Calibrate, network.Input, remarks, CalibrationFrames.CountFor(options.Macs));
        try
        {
            Int8Network int8 = Int8Network.Of(_name, _file, _card, frames);
            using var inBytes = new OnnxRuntimeNetwork(_name, int8.File, _card);
            double? sqnrDb = OutputError.SqnrDb(network, inBytes, frames[0]);
            return (int8, new Int8Census(int8.Count("QLinearConv"), int8.Count("QLinearAdd"), int8.FloatProducts, sqnrDb));
        }
        catch (BarrelException e) when (e.Code is PeerErrors.NotLoaded or PeerErrors.RunFailed or PeerErrors.NotInt8)
        {
            remarks.WriteLine($"warning: no 8-bit peer: {e.Message}");
            return (null, null);
        }
    }
}
