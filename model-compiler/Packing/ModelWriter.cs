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
        blob.Number(Fields.Single, arenaBytes, 1).Number(Fields.Single, tensors.Length, 1);
        LoweredTensor? last = null;
        foreach (LoweredTensor tensor in tensors)
        {
            WriteTensor(blob, tensor, last, offsets[tensor]);
            last = tensor;
        }

        blob.Number(Fields.Single, index[network.Input]).Number(Fields.Single, network.Outputs.Count, 1);
        foreach (LoweredTensor output in network.Outputs)
            blob.Number(Fields.Single, index[output]);
        blob.Number(Fields.Single, network.Layers.Count, 1);
        int lastOutput = 0;
        foreach (LoweredLayer layer in network.Layers)
            lastOutput = LayerWriter.Write(blob, lastOutput, layer, layer is LinearLayer linear ? rowsOf[linear] : [], index, quantized);
        return blob.ToBlob();
    }

    private static void WritePurpose(BlobBuilder blob, ModelPurpose purpose)
    {
        blob.Text(Fields.TextOfModel, purpose.Name).Number(Fields.Single, purpose.Task).Number(Fields.Single, purpose.Classes.Count);
        foreach (string name in purpose.Classes)
            blob.Text(Fields.TextOfModel, name);
        blob.Number(Fields.Single, purpose.RoadClass + 1).Number(Fields.Single, purpose.IgnoreLabel + 1);
        InputFormat input = purpose.Input;
        blob.Number(Fields.Single, input.ChannelOrder).Number(Fields.Single, input.Resize);
        blob.Number(Fields.Single, (input.Flat ? 1 : 0) | (input.Thresholds is null ? 0 : 2)).Number(Fields.Single, input.PadCode);
        foreach (short threshold in input.Thresholds ?? [])
            blob.Number(Fields.Single, threshold);
    }

    private static void WriteTensor(BlobBuilder blob, LoweredTensor tensor, LoweredTensor? last, int offset)
    {
        bool oneScale = Array.TrueForAll(tensor.ScaleExponents, e => e == tensor.ScaleExponents[0]);
        bool oneZero = tensor.Bits == 32 || Array.TrueForAll(tensor.Zeros, z => z == tensor.Zeros[0]);
        blob.Near(Fields.TensorChannels, tensor.Channels, last?.Channels ?? 1).Near(Fields.TensorHeight, tensor.Height, last?.Height ?? 1);
        blob.Near(Fields.TensorWidth, tensor.Width, last?.Width ?? 1).Number(Fields.TensorBits, tensor.Bits, 1);
        blob.Number(Fields.TensorOffset, offset / ModelFormat.TensorAlignment).Number(Fields.TensorFlags, (oneScale ? 0 : 1) | (oneZero ? 0 : 2) | (tensor.IsLog ? 4 : 0));
        int scale = last?.ScaleExponents[0] ?? 0;
        for (int c = 0; c < (oneScale ? 1 : tensor.Channels); c++)
        {
            blob.Near(c == 0 ? Fields.FirstScale : Fields.Scale, tensor.ScaleExponents[c], scale);
            scale = tensor.ScaleExponents[c];
        }

        for (int c = 0; c < (oneZero ? 1 : tensor.Channels); c++)
            blob.Number(Fields.Zero, tensor.Bits == 32 ? 0 : tensor.Zeros[c]);
    }
}
