using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Runtime;

namespace Barrel.Compiler.Packing;

/// <summary>Writes one layer; the twin of <c>LayerReader</c>.</summary>
internal static class LayerWriter
{
    public static void Write(
        BlobBuilder blob, LoweredLayer layer, TapRow[] rows, Dictionary<LoweredTensor, int> index, IReadOnlyDictionary<LinearLayer, QuantizedLinear> quantized)
    {
        bool binary = layer is LinearLayer dense && BinaryWeights.Apply(dense, quantized[dense]);
        blob.Byte(layer switch
        {
            LinearLayer => binary ? ModelFormat.LayerBinary : ModelFormat.LayerTaps,
            PoolLayer => ModelFormat.LayerMaxPool,
            _ => ModelFormat.LayerResize,
        });
        blob.Text(layer.Name).Text(layer.OnnxOperator).Varint(index[layer.Output]).UInt64((ulong)((layer as LinearLayer)?.Macs ?? 0));
        switch (layer)
        {
            case LinearLayer linear when binary:
                WriteBinary(blob, linear, rows, index);
                break;
            case LinearLayer linear:
                WriteTaps(blob, linear, rows, index);
                break;
            case PoolLayer pool:
                Graphs.MaxPool window = pool.Window;
                blob.Varint(index[pool.Input]).Varint(window.KernelHeight).Varint(window.KernelWidth).Varint(window.StrideY).Varint(window.StrideX);
                blob.Varint(window.DilationY).Varint(window.DilationX).SignedVarint(window.PadTop).SignedVarint(window.PadLeft);
                break;
            case ResampleLayer resample:
                blob.Varint(index[resample.Input]);
                WriteTable(blob, resample.Table.RowIndex, resample.Table.RowFraction, resample.Input.Height);
                WriteTable(blob, resample.Table.ColumnIndex, resample.Table.ColumnFraction, resample.Input.Width);
                break;
        }
    }

    private static void WriteTaps(BlobBuilder blob, LinearLayer layer, TapRow[] rows, Dictionary<LoweredTensor, int> index)
    {
        WritePieces(blob, layer.Inputs, index);
        blob.Varint(layer.Groups).Varint(layer.KernelHeight).Varint(layer.KernelWidth).Varint(layer.StrideY).Varint(layer.StrideX);
        blob.Varint(layer.DilationY).Varint(layer.DilationX).SignedVarint(layer.PadTop).SignedVarint(layer.PadLeft);
        blob.Varint(layer.PhaseY).Varint(layer.PhaseX);
        WriteWriteOut(blob, layer, rows, index);
        byte[] taps = TapCode.Encode(rows);
        blob.Varint(taps.Length).Bytes(taps);
    }

    private static void WriteBinary(BlobBuilder blob, LinearLayer layer, TapRow[] rows, Dictionary<LoweredTensor, int> index)
    {
        blob.Varint(index[layer.Inputs[0].Tensor]);
        WriteWriteOut(blob, layer, rows, index);
        foreach (TapRow row in rows)
        {
            ulong[] words = new ulong[(layer.FanIn + 63) / 64];
            foreach (Tap tap in row.Taps)
                if (!tap.Negative)
                    words[tap.KernelIndex / 64] |= 1UL << (tap.KernelIndex % 64);
            foreach (ulong word in words)
                blob.UInt64(word);
        }
    }

    private static void WriteWriteOut(BlobBuilder blob, LinearLayer layer, TapRow[] rows, Dictionary<LoweredTensor, int> index)
    {
        int mode = layer.WriteOut switch
        {
            WriteOut.Raw => AccumulatorLayer.ModeRaw,
            WriteOut.ArgMax => AccumulatorLayer.ModeArgMax,
            _ => AccumulatorLayer.ModeRequantize,
        };
        blob.Byte(mode);
        if (mode == AccumulatorLayer.ModeArgMax)
            blob.Varint(rows.Length / layer.Phases);
        foreach (TapRow row in rows)
            blob.SignedVarint(row.Bias);
        WritePieces(blob, layer.Skips, index);
        for (int s = 0; s < layer.Skips.Count; s++)
            blob.Bytes(rows.Select(r => checked((byte)r.SkipShifts[s])));
        if (mode != AccumulatorLayer.ModeRequantize)
            return;
        blob.Bytes(rows.Select(r => checked((byte)r.Shift))).Bytes(rows.Select(r => checked((byte)r.Low))).Bytes(rows.Select(r => checked((byte)r.High)));
        foreach (TapRow row in rows)
            blob.SignedVarint(row.Post);
        bool slopes = Array.Exists(rows, r => r.Slope is not null);
        blob.Byte(slopes ? 1 : 0);
        if (!slopes)
            return;
        blob.Bytes(rows.Select(r => checked((byte)r.Slope!.Count)));
        foreach (TapRow row in rows)
            blob.Bytes(row.Slope!.Select(t => checked((byte)((t.Shift + 32) | (t.Negative ? 0x80 : 0)))));
    }

    private static void WritePieces(BlobBuilder blob, IReadOnlyList<Piece> pieces, Dictionary<LoweredTensor, int> index)
    {
        blob.Byte(pieces.Count);
        foreach (Piece piece in pieces)
            blob.Varint(index[piece.Tensor]).Varint(piece.First).Varint(piece.Channels).Byte((piece.UpsampleShiftY << 4) | piece.UpsampleShiftX);
    }

    private static void WriteTable(BlobBuilder blob, int[] indices, float[] fractions, int extent)
    {
        int units = 1 << ResizeLayer.FractionBits;
        int[] rounded = [.. indices];
        byte[] parts = new byte[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            int part = (int)MathF.Floor((fractions[i] * units) + 0.5f);
            if (part == units)
            {
                rounded[i] = Math.Min(rounded[i] + 1, extent - 1);
                part = 0;
            }

            parts[i] = (byte)part;
        }

        foreach (int i in rounded)
            blob.Varint(i);
        blob.Bytes(parts);
    }
}
