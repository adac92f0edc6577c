using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Runtime;

namespace Barrel.Compiler.Packing;

/// <summary>What a blob says about its purpose, besides the network: from the model card.</summary>
public sealed record ModelPurpose(string Name, InputFormat Input, int Task, IReadOnlyList<string> Classes, int RoadClass, int IgnoreLabel);

/// <summary>Writes a quantized network as a blob; <c>ModelFormat.md</c> has the byte table.</summary>
public static class ModelWriter
{
    /// <exception cref="BarrelException">BRL2002: sums that do not fit 32 bits.</exception>
    public static byte[] Write(LoweredNetwork network, IReadOnlyDictionary<LinearLayer, QuantizedLinear> quantized, ModelPurpose purpose)
    {
        // Rows first: they give raw outputs their scale, which the tensor table states.
        Dictionary<LinearLayer, TapRow[]> rowsOf = network.Layers.OfType<LinearLayer>().ToDictionary(
            l => l, l => BinaryWeights.Apply(l, quantized[l]) ? BinaryWeights.RowsOf(l, quantized[l]) : new RowBuilder(l, quantized[l]).Build());
        (Dictionary<LoweredTensor, int> offsets, int arenaBytes) = ArenaPlanner.Plan(network);
        LoweredTensor[] tensors = [network.Input, .. network.Layers.Select(l => l.Output)];
        Dictionary<LoweredTensor, int> index = [];
        foreach (LoweredTensor tensor in tensors)
            index.Add(tensor, index.Count);

        BlobBuilder blob = new();
        WritePurpose(blob, purpose);
        blob.Varint(arenaBytes).Varint(tensors.Length);
        foreach (LoweredTensor tensor in tensors)
            WriteTensor(blob, tensor, offsets[tensor]);
        blob.Varint(index[network.Input]).Varint(network.Outputs.Count);
        foreach (LoweredTensor output in network.Outputs)
            blob.Varint(index[output]);
        blob.Varint(network.Layers.Count);
        foreach (LoweredLayer layer in network.Layers)
            LayerWriter.Write(blob, layer, layer is LinearLayer linear ? rowsOf[linear] : [], index, quantized);
        return blob.ToBlob();
    }

    private static void WritePurpose(BlobBuilder blob, ModelPurpose purpose)
    {
        blob.Text(purpose.Name).Byte(purpose.Task).Varint(purpose.Classes.Count);
        foreach (string name in purpose.Classes)
            blob.Text(name);
        blob.Varint(purpose.RoadClass + 1).Varint(purpose.IgnoreLabel + 1);
        InputFormat input = purpose.Input;
        blob.Byte(input.ChannelOrder).Byte(input.Resize).Byte((input.Flat ? 1 : 0) | (input.Thresholds is null ? 0 : 2)).Byte(input.PadCode);
        foreach (short threshold in input.Thresholds ?? [])
            blob.Varint(threshold);
    }

    private static void WriteTensor(BlobBuilder blob, LoweredTensor tensor, int offset)
    {
        bool oneScale = Array.TrueForAll(tensor.ScaleExponents, e => e == tensor.ScaleExponents[0]);
        bool oneZero = Array.TrueForAll(tensor.Zeros, z => z == tensor.Zeros[0]);
        blob.Varint(tensor.Channels).Varint(tensor.Height).Varint(tensor.Width).Byte(tensor.Bits);
        blob.Varint(offset / ModelFormat.TensorAlignment).Byte((oneScale ? 0 : 1) | (oneZero ? 0 : 2) | (tensor.IsLog ? 4 : 0));
        blob.Bytes(tensor.ScaleExponents.Take(oneScale ? 1 : tensor.Channels).Select(e => checked((byte)(e + 128))));
        blob.Bytes(tensor.Zeros.Take(oneZero ? 1 : tensor.Channels).Select(z => tensor.Bits == 32 ? (byte)0 : checked((byte)z)));
    }
}
