using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Runtime;

namespace Barrel.Compiler.Packing;

/// <summary>Writes one layer; the twin of <c>LayerReader</c>.</summary>
internal static class LayerWriter
{
    /// <returns>Index of the tensor that the layer writes, from which the next one's is expected.</returns>
    public static int Write(
        BlobBuilder blob, int lastOutput, LoweredLayer layer, TapRow[] rows, Dictionary<LoweredTensor, int> index,
        IReadOnlyDictionary<LinearLayer, QuantizedLinear> quantized)
    {
        bool binary = layer is LinearLayer dense && BinaryWeights.Apply(dense, quantized[dense]);
        int kind = layer switch
        {
            LinearLayer => binary ? ModelFormat.LayerBinary : ModelFormat.LayerTaps,
            PoolLayer => ModelFormat.LayerMaxPool,
            _ => ModelFormat.LayerResize,
        };
        int output = index[layer.Output];
        blob.Number(Fields.Kind, kind, ModelFormat.LayerTaps).Text(Fields.TextOfLayer, layer.Name).Text(Fields.TextOfOperator, layer.OnnxOperator);
        blob.Near(Fields.Output, output, lastOutput + 1);
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
                WriteInput(blob, index[pool.Input], output);
                blob.Number(Fields.Kernel, window.KernelHeight, 1).Number(Fields.Kernel, window.KernelWidth, 1);
                blob.Number(Fields.Stride, window.StrideY, 1).Number(Fields.Stride, window.StrideX, 1);
                blob.Number(Fields.Dilation, window.DilationY, 1).Number(Fields.Dilation, window.DilationX, 1);
                blob.Signed(Fields.Pad, window.PadTop).Signed(Fields.Pad, window.PadLeft);
                break;
            case ResampleLayer resample:
                WriteInput(blob, index[resample.Input], output);
                WriteTable(blob, resample.Table.RowIndex, resample.Table.RowFraction, resample.Input.Height);
                WriteTable(blob, resample.Table.ColumnIndex, resample.Table.ColumnFraction, resample.Input.Width);
                break;
        }

        WriteMacs(blob, layer, binary);
        return output;
    }

    private static void WriteMacs(BlobBuilder blob, LoweredLayer layer, bool binary)
    {
        long macs = (layer as LinearLayer)?.Macs ?? 0;
        if (layer is LinearLayer linear && !binary && macs != 0)
        {
            long grid = (long)((layer.Output.Height + linear.PhaseY - 1) / linear.PhaseY) * ((layer.Output.Width + linear.PhaseX - 1) / linear.PhaseX);
            if (macs == (long)linear.FanIn * linear.Rows * grid)
            {
                blob.Number(Fields.Macs, 2);
                return;
            }
        }

        blob.Number(Fields.Macs, macs == 0 ? 0 : 1);
        if (macs != 0)
            blob.Number(Fields.Single, macs >> 31).Number(Fields.Single, macs & int.MaxValue);
    }

    private static void WriteTaps(BlobBuilder blob, LinearLayer layer, TapRow[] rows, Dictionary<LoweredTensor, int> index)
    {
        WritePieces(blob, layer.Inputs, index, index[layer.Output], Fields.InputCount, 1);
        blob.Number(Fields.Groups, layer.Groups, 1).Number(Fields.Kernel, layer.KernelHeight, 1).Number(Fields.Kernel, layer.KernelWidth, 1);
        blob.Number(Fields.Stride, layer.StrideY, 1).Number(Fields.Stride, layer.StrideX, 1);
        blob.Number(Fields.Dilation, layer.DilationY, 1).Number(Fields.Dilation, layer.DilationX, 1);
        blob.Signed(Fields.Pad, layer.PadTop).Signed(Fields.Pad, layer.PadLeft).Number(Fields.Phase, layer.PhaseY, 1).Number(Fields.Phase, layer.PhaseX, 1);
        WriteRows(blob, layer, rows, index, taps: true);

        // Relative to the scales, exponents are the weights' own, which lie close together; only where scales are wild that does not help.
        TapShape shape = ShapeOf(layer, rows);
        (int Lowest, int Highest) window = TapCode.Window(rows, shape);
        TapShape absolute = shape.Absolute();
        (int Lowest, int Highest) absoluteWindow = TapCode.Window(rows, absolute);
        bool relative = window.Highest - window.Lowest <= absoluteWindow.Highest - absoluteWindow.Lowest + 8 && Math.Abs(window.Lowest) <= 1000;
        if (!relative)
            (shape, window) = (absolute, absoluteWindow);
        blob.Number(Fields.TapsFlag, relative ? 1 : 0).Signed(Fields.TapsLowest, window.Lowest).Number(Fields.TapsLevels, window.Highest - window.Lowest);
        blob.Spend((long)layer.FanIn * layer.Rows);
        TapCode.Write(blob.Encoder, rows, shape, window);
    }

    private static TapShape ShapeOf(LinearLayer layer, TapRow[] rows)
    {
        int[] channelBase = [.. layer.Inputs.SelectMany(p => Enumerable.Range(p.First, p.Channels).Select(c => p.Tensor.ScaleExponents[c]))];
        int[] rowBase = new int[rows.Length];
        if (layer.WriteOut is not (WriteOut.Raw or WriteOut.ArgMax))
            for (int r = 0; r < rows.Length; r++)
                rowBase[r] = rows[r].Shift - layer.Output.ScaleExponents[r / layer.Phases];
        return new TapShape(layer.Groups, layer.InputChannels / layer.Groups, layer.KernelHeight, layer.KernelWidth, channelBase, rowBase);
    }

    private static void WriteBinary(BlobBuilder blob, LinearLayer layer, TapRow[] rows, Dictionary<LoweredTensor, int> index)
    {
        WriteInput(blob, index[layer.Inputs[0].Tensor], index[layer.Output]);
        blob.Number(Fields.Kernel, layer.KernelHeight, 1).Number(Fields.Kernel, layer.KernelWidth, 1);
        blob.Number(Fields.Stride, layer.StrideY, 1).Number(Fields.Stride, layer.StrideX, 1);
        blob.Number(Fields.Dilation, layer.DilationY, 1).Number(Fields.Dilation, layer.DilationX, 1);
        WriteRows(blob, layer, rows, index, taps: false);
        int words = (layer.FanIn + 63) / 64;
        blob.Spend(8L * words * rows.Length);
        foreach (TapRow row in rows)
        {
            int[] parts = new int[words * 4];
            foreach (Tap tap in row.Taps)
                if (!tap.Negative)
                    parts[tap.KernelIndex / 16] |= 1 << (tap.KernelIndex % 16);
            foreach (int part in parts)
                blob.Encoder.EvenBits(part, 16);
        }
    }

    private static void WriteRows(BlobBuilder blob, LinearLayer layer, TapRow[] rows, Dictionary<LoweredTensor, int> index, bool taps)
    {
        int mode = layer.WriteOut switch
        {
            WriteOut.Raw => AccumulatorLayer.ModeRaw,
            WriteOut.ArgMax => AccumulatorLayer.ModeArgMax,
            _ => AccumulatorLayer.ModeRequantize,
        };
        blob.Number(Fields.Mode, mode);
        if (mode == AccumulatorLayer.ModeArgMax)
            blob.Number(Fields.Single, rows.Length / layer.Phases, 1);
        if (mode == AccumulatorLayer.ModeRequantize)
            WriteRequantizing(blob, layer, rows);
        for (int r = 0; r < rows.Length; r++)
            blob.Signed(Fields.Bias, rows[r].Bias + (taps ? OfZeros(layer, rows[r], r) : 0));
        WritePieces(blob, layer.Skips, index, index[layer.Output], Fields.SkipCount, 0);
        for (int s = 0; s < layer.Skips.Count; s++)
            for (int r = 0; r < rows.Length; r++)
            {
                Piece skip = layer.Skips[s];
                int scale = mode == AccumulatorLayer.ModeRequantize ? rows[r].Shift - layer.Output.ScaleExponents[r] : 0;
                blob.Near(Fields.SkipShift, rows[r].SkipShifts[s], skip.Tensor.ScaleExponents[skip.First + r] + scale);
            }
    }

    /// <summary>What a row sums to where all that it reads has the code of zero; most of the bias takes just this back, and the reader knows it.</summary>
    private static long OfZeros(LinearLayer layer, TapRow row, int index)
    {
        int[] zeros = [.. layer.Inputs.SelectMany(p => Enumerable.Range(p.First, p.Channels).Select(p.Tensor.ZeroLevelOf))];
        int firstChannel = index / (layer.Rows / layer.Groups) * (layer.InputChannels / layer.Groups);
        long sum = 0;
        foreach (Tap tap in row.Taps)
        {
            long zero = (long)zeros[firstChannel + (tap.KernelIndex / (layer.KernelHeight * layer.KernelWidth))] << tap.Exponent;
            sum += tap.Negative ? -zero : zero;
        }

        for (int s = 0; s < layer.Skips.Count; s++)
            if (row.SkipShifts[s] != 255)
                sum += (long)layer.Skips[s].Tensor.ZeroLevelOf(layer.Skips[s].First + index) << row.SkipShifts[s];
        return sum;
    }

    private static void WriteRequantizing(BlobBuilder blob, LinearLayer layer, TapRow[] rows)
    {
        int shift = 0;
        int low = 0;
        int high = (1 << layer.Output.Bits) - 1;
        int miss = 0;
        for (int r = 0; r < rows.Length; r++)
        {
            TapRow row = rows[r];
            blob.Near(Fields.Shift, row.Shift, shift).Near(Fields.Low, row.Low, low).Near(Fields.High, row.High, high);
            (shift, low, high) = (row.Shift, row.Low, row.High);
            int missed = row.Post - (layer.Output.IsLog ? 0 : Fields.RoundingOf(shift, layer.Output.Zeros[r / layer.Phases]));
            blob.Signed(Fields.Rounding, unchecked(missed - miss));
            miss = missed;
        }

        bool slopes = Array.Exists(rows, r => r.Slope is not null);
        blob.Number(Fields.SlopeFlag, slopes ? 1 : 0);
        if (!slopes)
            return;
        foreach (TapRow row in rows)
            blob.Number(Fields.SlopeCount, row.Slope!.Count);
        int first = 32;
        foreach (TapRow row in rows)
        {
            int last = first;
            for (int t = 0; t < row.Slope!.Count; t++)
            {
                blob.Near(Fields.SlopeShift, row.Slope[t].Shift + 32, last).Number(Fields.SlopeSign, row.Slope[t].Negative ? 1 : 0);
                last = row.Slope[t].Shift + 32;
                if (t == 0)
                    first = last;
            }
        }
    }

    private static void WritePieces(
        BlobBuilder blob, IReadOnlyList<Piece> pieces, Dictionary<LoweredTensor, int> index, int output, int countField, int min)
    {
        blob.Number(countField, pieces.Count, min);
        foreach (Piece piece in pieces)
        {
            WriteInput(blob, index[piece.Tensor], output);
            blob.Number(Fields.InputFirst, piece.First).Number(Fields.InputChannels, piece.Tensor.Channels - piece.First - piece.Channels);
            blob.Number(Fields.InputUpsampling, (piece.UpsampleShiftY << 4) | piece.UpsampleShiftX);
        }
    }

    private static void WriteInput(BlobBuilder blob, int tensor, int output) => blob.Near(Fields.InputTensor, tensor, output - 1);

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

        int last = 0;
        foreach (int i in rounded)
        {
            blob.Near(Fields.ResizeIndex, i, last);
            last = i;
        }

        foreach (byte part in parts)
            blob.Number(Fields.ResizeFraction, part);
    }
}
