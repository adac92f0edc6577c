using System.Text;

namespace Barrel.Runtime.Tests.Models;

/// <summary>One signed power of two of a row, at a kernel index.</summary>
internal readonly record struct TestTap(int Index, int Exponent, bool Negative);

/// <summary>
/// Writes a <see cref="TestModel"/> after the byte table in <c>ModelFormat.md</c>, on purpose apart from the compiler's writer: one mistake must not
/// satisfy both sides. It checks nothing, so that wrong values can be written.
/// </summary>
internal sealed class BlobWriter
{
    private readonly List<byte> _bytes = [];

    public static byte[] Write(TestModel source)
    {
        Model model = source.Model;
        BlobWriter blob = new();
        blob.Text(model.Name).Byte(model.Task).Varint(model.Classes.Length);
        foreach (string name in model.Classes)
            blob.Text(name);
        blob.Varint(model.RoadClass + 1).Varint(model.IgnoreLabel + 1);
        InputFormat input = model.Input;
        blob.Byte(input.ChannelOrder).Byte(input.Resize).Byte((input.Flat ? 1 : 0) + (input.Thresholds is null ? 0 : 2)).Byte(input.PadCode);
        foreach (short threshold in input.Thresholds ?? [])
            blob.Varint(threshold);
        blob.Varint(model.ArenaBytes).Varint(model.Tensors.Length);
        foreach (TensorInfo tensor in model.Tensors)
            blob.Tensor(tensor);
        blob.Varint(model.InputTensor).Varint(model.OutputTensors.Length);
        foreach (int output in model.OutputTensors)
            blob.Varint(output);
        blob.Varint(model.Layers.Length);
        foreach (Layer layer in model.Layers)
            blob.Layer(layer, source);
        return WithHeader([.. blob._bytes]);
    }

    /// <summary>A body behind a header that is right for it.</summary>
    public static byte[] WithHeader(byte[] body)
    {
        byte[] blob = new byte[16 + body.Length];
        body.CopyTo(blob, 16);
        "BRL\u001a"u8.CopyTo(blob);
        blob[4] = 1;
        Seal(blob);
        return blob;
    }

    /// <summary>Makes length and checksum right again.</summary>
    public static void Seal(byte[] blob)
    {
        BitConverter.TryWriteBytes(blob.AsSpan(8), blob.Length);
        BitConverter.TryWriteBytes(blob.AsSpan(12), Crc32C.Compute(blob, 16, blob.Length - 16));
    }

    /// <summary>The taps of all rows as their bytes.</summary>
    public static byte[] EncodeTaps(List<TestTap>[] rows)
    {
        BlobWriter taps = new();
        foreach (List<TestTap> row in rows)
        {
            var runs = row.GroupBy(t => (t.Exponent, t.Negative)).OrderByDescending(g => g.Key.Exponent).ToArray();
            taps.Varint(runs.Length);
            foreach (var run in runs)
            {
                taps.Byte((run.Key.Exponent << 1) | (run.Key.Negative ? 1 : 0)).Varint(run.Count());
                int next = 0;
                foreach (int index in run.Select(t => t.Index).Order())
                {
                    taps.Varint(index - next);
                    next = index + 1;
                }
            }
        }

        return [.. taps._bytes];
    }

    private BlobWriter Byte(int value)
    {
        _bytes.Add((byte)value);
        return this;
    }

    private BlobWriter Varint(long value)
    {
        while (value > 127)
        {
            _bytes.Add((byte)((value % 128) + 128));
            value /= 128;
        }

        _bytes.Add((byte)value);
        return this;
    }

    private BlobWriter Signed(long value) => Varint(value < 0 ? (-2 * value) - 1 : 2 * value);

    private BlobWriter Bytes(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    private BlobWriter Text(string text) => Varint(Encoding.UTF8.GetByteCount(text)).Bytes(Encoding.UTF8.GetBytes(text));

    private void Tensor(TensorInfo tensor)
    {
        Varint(tensor.Channels).Varint(tensor.Height).Varint(tensor.Width).Byte(tensor.Bits).Varint(tensor.ArenaOffset / 64);
        Byte((tensor.ScaleExponents.Length > 1 ? 1 : 0) + (tensor.Zeros.Length > 1 ? 2 : 0) + (tensor.IsLog ? 4 : 0));
        Bytes([.. tensor.ScaleExponents.Select(s => (byte)(s + 128))]).Bytes(tensor.Zeros);
    }

    private void Layer(Layer layer, TestModel source)
    {
        Byte(layer switch { TapLayer => 1, BinaryLayer => 2, MaxPoolLayer => 3, _ => 4 });
        Text(layer.Name).Text(layer.Operator).Varint(layer.Output).Bytes(BitConverter.GetBytes(layer.Macs));
        switch (layer)
        {
            case TapLayer taps:
                Pieces(taps.Inputs).Varint(taps.Groups).Varint(taps.KernelHeight).Varint(taps.KernelWidth).Varint(taps.StrideY).Varint(taps.StrideX);
                Varint(taps.DilationY).Varint(taps.DilationX).Signed(taps.PadTop).Signed(taps.PadLeft).Varint(taps.PhaseY).Varint(taps.PhaseX);
                WriteOut(taps, taps.PhaseY * taps.PhaseX);
                byte[] code = source.TapBytes.TryGetValue(taps, out byte[]? given) ? given : EncodeTaps(source.Taps[taps]);
                Varint(code.Length).Bytes(code);
                break;
            case BinaryLayer binary:
                Varint(binary.Input);
                WriteOut(binary, 1);
                foreach (ulong word in binary.Weights)
                    Bytes(BitConverter.GetBytes(word));
                break;
            case MaxPoolLayer pool:
                Varint(pool.Input).Varint(pool.KernelHeight).Varint(pool.KernelWidth).Varint(pool.StrideY).Varint(pool.StrideX);
                Varint(pool.DilationY).Varint(pool.DilationX).Signed(pool.PadTop).Signed(pool.PadLeft);
                break;
            case ResizeLayer resize:
                Varint(resize.Input);
                foreach (short row in resize.RowIndex)
                    Varint(row);
                Bytes(resize.RowFraction);
                foreach (short column in resize.ColumnIndex)
                    Varint(column);
                Bytes(resize.ColumnFraction);
                break;
        }
    }

    private BlobWriter Pieces(TapInput[] pieces)
    {
        Byte(pieces.Length);
        foreach (TapInput piece in pieces)
            Varint(piece.Tensor).Varint(piece.FirstChannel).Varint(piece.Channels).Byte((piece.UpsampleShiftY << 4) | piece.UpsampleShiftX);
        return this;
    }

    private void WriteOut(AccumulatorLayer layer, int phases)
    {
        Byte(layer.Mode);
        if (layer.Mode == AccumulatorLayer.ModeArgMax)
            Varint(layer.Rows / phases);
        foreach (int bias in layer.Bias)
            Signed(bias);
        Pieces(layer.Skips);
        foreach (byte[] shifts in layer.SkipShift)
            Bytes(shifts);
        if (layer.Mode != AccumulatorLayer.ModeRequantize)
            return;
        Bytes(layer.Shift).Bytes(layer.Low).Bytes(layer.High);
        foreach (int post in layer.Post)
            Signed(post);
        Byte(layer.SlopeCount is null ? 0 : 1);
        if (layer.SlopeCount is not null)
            Bytes(layer.SlopeCount).Bytes(layer.SlopeTerms);
    }
}
