using Barrel.Compiler.Cards;
using Barrel.Compiler.Import.Onnx;
using Barrel.Runtime;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>
/// A float network in 8 bits for ONNX Runtime, so that ours is measured against the best that multiplies: weights by channel, activations by the ranges
/// of the calibration frames, whatever has an 8-bit kernel in 8 bits.
/// </summary>
/// <param name="File">The ONNX file.</param>
/// <param name="Operators">How many nodes of each operator ONNX Runtime runs after its own optimisation.</param>
internal sealed record Int8Network(byte[] File, IReadOnlyDictionary<string, int> Operators)
{
    /// <summary>Operators that multiply in 8 bits.</summary>
    private static readonly string[] s_products = ["QLinearConv", "QGemm", "QLinearMatMul"];

    /// <summary>Nodes that multiply in 8 bits.</summary>
    public int Products => s_products.Sum(Count);

    /// <summary>Nodes that multiply in floats still.</summary>
    public int FloatProducts => new[] { "Conv", "FusedConv", "ConvTranspose", "Gemm", "MatMul", "FusedMatMul", "FusedGemm" }.Sum(Count);

    public int Count(string type) => Operators.GetValueOrDefault(type);

    /// <param name="name">What messages call it.</param>
    /// <param name="file">The float network, without fake quantization.</param>
    /// <param name="card">Its model card.</param>
    /// <param name="frames">Codes of each calibration frame; at least one.</param>
    /// <param name="form">Null: what is best here.</param>
    /// <exception cref="BarrelException">BRL1301 to BRL1303 from ONNX Runtime, BRL1305 where nothing of it runs in 8 bits.</exception>
    public static Int8Network Of(string name, byte[] file, ModelCard card, IReadOnlyList<byte[]> frames, Int8Form? form = null)
    {
        form ??= Int8Form.Here;
        try
        {
            ModelProto prepared = FloatPreparation.Prepare(file, form);
            ValueRanges ranges = ValueRanges.Measure(prepared, name, card, frames);
            byte[] written = Int8Graph.Write(new PeerGraph(prepared, file.Length), ranges, form).ToByteArray();
            ModelProto running = ModelProto.Parser.ParseFrom(FloatPreparation.Optimized(written, GraphOptimizationLevel.ORT_ENABLE_ALL));
            var network = new Int8Network(written, running.Graph.Node.GroupBy(n => n.OpType).ToDictionary(g => g.Key, g => g.Count()));
            return network.Products > 0 ? network : throw new BarrelException(PeerErrors.NotInt8, $"{name}: ONNX Runtime runs no layer of it in 8 bits");
        }
        catch (OnnxRuntimeException e)
        {
            throw new BarrelException(PeerErrors.NotLoaded, $"{name}: ONNX Runtime does not load it: {e.Message.TrimEnd('.')}", e);
        }
    }
}
