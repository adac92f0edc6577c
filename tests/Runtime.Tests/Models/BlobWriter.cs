using System.Text;

namespace Barrel.Runtime.Tests.Models;

/// <summary>One signed power of two of a row, at a kernel index.</summary>
internal readonly record struct TestTap(int Index, int Exponent, bool Negative);

/// <summary>
/// Writes a <see cref="TestModel"/> after the tables in <c>ModelFormat.md</c>, on purpose apart from the compiler's writer: one mistake must not
/// satisfy both sides. It checks nothing, so that wrong values can be written.
/// </summary>
internal sealed class BlobWriter
{
    private const long WeightsMax = 4_000_000;

    private readonly RangeWriter _stream = new();
    private readonly Dictionary<string, byte[]> _texts = [];
    private readonly Model _model;
    private readonly TestModel _source;
    private readonly int _damaged;
    private readonly long _damage;
    private int _output;
    private long _weights;

    private BlobWriter(TestModel source, int damaged, long damage)
    {
        _source = source;
        _model = source.Model;
        _damaged = damaged;
        _damage = damage;
    }

    /// <summary>Numbers written so far.</summary>
    public int Numbers { get; private set; }

    public static byte[] Write(TestModel source) => Write(source, -1, 0, out _);

    /// <summary>Writes another value, 0 to 2^32 − 1, instead of one of the numbers.</summary>
    public static byte[] Write(TestModel source, int damaged, long damage, out int numbers)
    {
        BlobWriter blob = new(source, damaged, damage);
        blob.Everything();
        numbers = blob.Numbers;

        // Where weights are very sparse, zeros pay for them; a few more than are needed do no harm.
        byte[] layers = [.. blob._stream.Finish(), .. new byte[Math.Max(0, blob._weights - 65536) / 256]];
        if (source.Model.Placement is not { } placement)
            return WithHeader(layers);
        BlobWriter second = new(source, damaged - numbers, damage);
        second.Placed(placement);
        numbers += second.Numbers;
        return WithHeader([.. layers, .. second._stream.Finish(), .. BitConverter.GetBytes(16 + layers.Length)], 1);
    }

    /// <summary>A body behind a header that is right for it.</summary>
    /// <param name="body">What follows it.</param>
    /// <param name="flags">1 where the body ends in a placement.</param>
    public static byte[] WithHeader(byte[] body, byte flags = 0)
    {
        byte[] blob = new byte[16 + body.Length];
        body.CopyTo(blob, 16);
        "BRL\u001a"u8.CopyTo(blob);
        blob[4] = 3;
        blob[6] = flags;
        Seal(blob);
        return blob;
    }

    /// <summary>Makes length and checksum right again.</summary>
    public static void Seal(byte[] blob)
    {
        BitConverter.TryWriteBytes(blob.AsSpan(8), blob.Length);
        BitConverter.TryWriteBytes(blob.AsSpan(12), Crc32C.Compute(blob, 16, blob.Length - 16));
    }

    private void Everything()
    {
        Text("model", _model.Name).Number("single", _model.Task).Number("single", _model.Classes.Length);
        foreach (string name in _model.Classes)
            Text("model", name);
        Number("single", _model.RoadClass + 1).Number("single", _model.IgnoreLabel + 1);
        InputFormat input = _model.Input;
        Number("single", input.ChannelOrder).Number("single", input.Resize);
        Number("single", (input.Flat ? 1 : 0) + (input.Thresholds is null ? 0 : 2)).Number("single", input.PadCode);
        foreach (short threshold in input.Thresholds ?? [])
            Number("single", threshold);
        Number("single", _model.ArenaBytes - 1).Number("single", _model.Tensors.Length - 1);
        for (int i = 0; i < _model.Tensors.Length; i++)
            Tensor(_model.Tensors[i], i == 0 ? new TensorInfo { Channels = 1, Height = 1, Width = 1, ScaleExponents = [0] } : _model.Tensors[i - 1]);
        Number("single", _model.InputTensor).Number("single", _model.OutputTensors.Length - 1);
        foreach (int output in _model.OutputTensors)
            Number("single", output);
        Number("single", _model.Layers.Length - 1);
        foreach (Layer layer in _model.Layers)
            Layer(layer);
    }

    /// <summary>The second stream.</summary>
    private void Placed(Placement placement)
    {
        Text("model", placement.Board).Number("single", placement.Kind - 1).Number("single", placement.Segments - 1).Number("single", (placement.SegmentPes / 16) - 1);
        Number("single", (placement.InputBits / placement.SegmentPes) - 1).Number("single", placement.MarginBits).Number("single", placement.Passes - 1);
        Number("single", placement.Layers.Length - 1);
        int index = 0;
        foreach (PlacedLayer layer in placement.Layers)
        {
            Number("single", layer.Layer - index);
            index = layer.Layer + 1;
            int pass = 0, end = 0;
            for (int row = 0; row < layer.Pass.Length; row++)
            {
                int pes = layer.Chains.PesOf(row);
                if (pes == 0)
                    continue;
                Signed("pass", layer.Pass[row] - pass).Signed("first segment", layer.FirstSegment[row] - (layer.Pass[row] == pass ? end : 0));
                (pass, end) = (layer.Pass[row], layer.FirstSegment[row] + ((pes + placement.SegmentPes - 1) / placement.SegmentPes));
            }
        }
    }

    private BlobWriter Number(string field, long value)
    {
        if (Numbers++ == _damaged)
            value = _damage;
        string bits = Convert.ToString(value + 1, 2);
        for (int i = 1; i < bits.Length; i++)
            _stream.Bit(field + " length", Math.Min(i - 1, 15), true);
        _stream.Bit(field + " length", Math.Min(bits.Length - 1, 15), false);
        if (bits.Length == 1)
            return this;
        _stream.Bit(field + " first", Math.Min(bits.Length - 1, 15), bits[1] == '1');
        if (bits.Length > 2)
            _stream.Even(Convert.ToInt64(bits[2..], 2), bits.Length - 2);
        return this;
    }

    private BlobWriter Signed(string field, long value) => Number(field, value < 0 ? (-2 * value) - 1 : 2 * value);

    private BlobWriter Text(string kind, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] last = _texts.GetValueOrDefault(kind, []);
        int shared = bytes.Zip(last).TakeWhile(p => p.First == p.Second).Count();
        int ending = bytes[shared..].Reverse().Zip(last[shared..].Reverse()).TakeWhile(p => p.First == p.Second).Count();
        byte[] between = bytes[shared..^ending];
        Number("text shared", shared).Number("text ending", ending).Number("text length", between.Length);
        foreach (byte b in between)
            for (int i = 0; i < 8; i++)
                _stream.Bit("text", (256 + b) >> (8 - i), (b << i & 128) != 0);
        _texts[kind] = bytes;
        return this;
    }

    private void Tensor(TensorInfo tensor, TensorInfo last)
    {
        Signed("channels", tensor.Channels - last.Channels).Signed("height", tensor.Height - last.Height).Signed("width", tensor.Width - last.Width);
        Number("bits", tensor.Bits - 1).Number("offset", tensor.ArenaOffset / 64);
        Number("flags", (tensor.ScaleExponents.Length > 1 ? 1 : 0) + (tensor.Zeros.Length > 1 ? 2 : 0) + (tensor.IsLog ? 4 : 0));
        Signed("first scale", tensor.ScaleExponents[0] - last.ScaleExponents[0]);
        for (int c = 1; c < tensor.ScaleExponents.Length; c++)
            Signed("scale", tensor.ScaleExponents[c] - tensor.ScaleExponents[c - 1]);
        foreach (byte zero in tensor.Zeros)
            Number("zero", zero);
    }

    private void Layer(Layer layer)
    {
        Number("kind", layer switch { TapLayer => 0, BinaryLayer => 1, MaxPoolLayer => 2, _ => 3 });
        Text("layer", layer.Name).Text("operator", layer.Operator).Signed("output", layer.Output - (_output + 1));
        _output = layer.Output;
        switch (layer)
        {
            case TapLayer taps:
                Pieces("inputs", taps.Inputs, 1).Number("groups", taps.Groups - 1);
                Pair("kernel", taps.KernelHeight, taps.KernelWidth).Pair("stride", taps.StrideY, taps.StrideX).Pair("dilation", taps.DilationY, taps.DilationX);
                Signed("pad", taps.PadTop).Signed("pad", taps.PadLeft).Pair("phase", taps.PhaseY, taps.PhaseX);
                Rows(taps, taps.PhaseY * taps.PhaseX);
                Weights(taps);
                break;
            case BinaryLayer binary:
                Input(binary.Input).Pair("kernel", binary.KernelHeight, binary.KernelWidth).Pair("stride", binary.StrideY, binary.StrideX);
                Pair("dilation", binary.DilationY, binary.DilationX);
                Rows(binary, 1);
                foreach (ulong word in binary.Weights)
                    for (int part = 0; part < 4; part++)
                        _stream.Even((long)(word >> (16 * part) & 0xFFFF), 16);
                break;
            case MaxPoolLayer pool:
                Input(pool.Input).Pair("kernel", pool.KernelHeight, pool.KernelWidth).Pair("stride", pool.StrideY, pool.StrideX);
                Pair("dilation", pool.DilationY, pool.DilationX).Signed("pad", pool.PadTop).Signed("pad", pool.PadLeft);
                break;
            case ResizeLayer resize:
                Input(resize.Input);
                Table(resize.RowIndex, resize.RowFraction);
                Table(resize.ColumnIndex, resize.ColumnFraction);
                break;
        }

        Number("macs", layer.Macs == 0 ? 0 : 1);
        if (layer.Macs != 0)
            Number("single", layer.Macs >> 31).Number("single", layer.Macs & 0x7FFFFFFF);
    }

    private BlobWriter Pair(string field, int first, int second) => Number(field, first - 1).Number(field, second - 1);

    private BlobWriter Input(int tensor) => Signed("input", tensor - (_output - 1));

    private BlobWriter Pieces(string field, TapInput[] pieces, int least)
    {
        Number(field, pieces.Length - least);
        foreach (TapInput piece in pieces)
        {
            Input(piece.Tensor).Number("first", piece.FirstChannel);
            Number("left out", _model.Tensors[piece.Tensor].Channels - piece.FirstChannel - piece.Channels);
            Number("upsampling", (piece.UpsampleShiftY << 4) | piece.UpsampleShiftX);
        }

        return this;
    }

    private void Table(short[] index, byte[] fraction)
    {
        for (int i = 0; i < index.Length; i++)
            Signed("index", index[i] - (i == 0 ? 0 : index[i - 1]));
        foreach (byte part in fraction)
            Number("fraction", part);
    }

    private void Rows(AccumulatorLayer layer, int phases)
    {
        TensorInfo made = _model.Tensors[layer.Output];
        bool codes = layer.Mode == AccumulatorLayer.ModeRequantize;
        Number("mode", layer.Mode);
        if (layer.Mode == AccumulatorLayer.ModeArgMax)
            Number("single", (layer.Rows / phases) - 1);
        if (codes)
            Requantizing(layer, made, phases);
        for (int r = 0; r < layer.Rows; r++)
            Signed("bias", layer.Bias[r] + (layer is TapLayer taps ? OfZeros(taps, r) : 0));
        Pieces("skips", layer.Skips, 0);
        for (int s = 0; s < layer.Skips.Length; s++)
            for (int r = 0; r < layer.Rows; r++)
            {
                TapInput skip = layer.Skips[s];
                int scale = _model.Tensors[skip.Tensor].ScaleExponentOf(skip.FirstChannel + r);
                Signed("skip shift", layer.SkipShift[s][r] - scale - (codes ? layer.Shift[r] - made.ScaleExponentOf(r) : 0));
            }
    }

    /// <summary>What a row sums to over zero codes.</summary>
    private long OfZeros(TapLayer layer, int row)
    {
        long[] zeros = [.. layer.Inputs.SelectMany(i => Enumerable.Range(i.FirstChannel, i.Channels).Select(c => ZeroLevel(i.Tensor, c)))];
        int first = row / Math.Max(1, layer.Rows / layer.Groups) * (layer.Inputs.Sum(i => i.Channels) / layer.Groups);
        long sum = 0;
        foreach (TestTap tap in _source.Taps[layer][row])
            sum += (tap.Negative ? -1L : 1L) * zeros[first + (tap.Index / (layer.KernelHeight * layer.KernelWidth))] * (1L << tap.Exponent);
        for (int s = 0; s < layer.Skips.Length; s++)
            if (layer.SkipShift[s][row] != 255)
                sum += ZeroLevel(layer.Skips[s].Tensor, layer.Skips[s].FirstChannel + row) * (1L << layer.SkipShift[s][row]);
        return sum;
    }

    private long ZeroLevel(int tensor, int channel) => ReferenceModel.Level(_model.Tensors[tensor], _model.Tensors[tensor].ZeroOf(channel));

    private void Requantizing(AccumulatorLayer layer, TensorInfo made, int phases)
    {
        int lastMiss = 0;
        for (int r = 0; r < layer.Rows; r++)
        {
            Signed("shift", layer.Shift[r] - (r == 0 ? 0 : layer.Shift[r - 1])).Signed("low", layer.Low[r] - (r == 0 ? 0 : layer.Low[r - 1]));
            Signed("high", layer.High[r] - (r == 0 ? (1 << made.Bits) - 1 : layer.High[r - 1]));
            int shift = layer.Shift[r];
            int usual = shift > 22 || made.IsLog ? 0 : (made.ZeroOf(r / phases) << shift) + (shift == 0 ? 0 : 1 << (shift - 1));
            int miss = layer.Post[r] - usual;
            Signed("rounding", unchecked(miss - lastMiss));
            lastMiss = miss;
        }

        Number("slope flag", layer.SlopeCount is null ? 0 : 1);
        if (layer.SlopeCount is null)
            return;
        foreach (byte count in layer.SlopeCount)
            Number("slope count", count);
        int first = 32;
        int at = 0;
        foreach (byte count in layer.SlopeCount)
        {
            int last = first;
            for (int t = 0; t < count; t++, at++)
            {
                int shift = layer.SlopeTerms[at] % 128;
                Signed("slope shift", shift - last).Number("slope sign", layer.SlopeTerms[at] / 128);
                last = shift;
                if (t == 0)
                    first = shift;
            }
        }
    }

    private void Weights(TapLayer layer)
    {
        long weights = (long)layer.Inputs.Sum(i => i.Channels) / layer.Groups * layer.KernelHeight * layer.KernelWidth * layer.Rows;
        if (_weights + weights > WeightsMax)
        {
            // No reader gets to them: so many are refused before the first.
            Number("relative", 0).Signed("lowest", 0).Number("levels", 0);
            return;
        }

        _weights += weights;
        WeightWriter writer = new(_stream, _model, layer, _source.Taps[layer]);
        Number("relative", writer.Relative ? 1 : 0).Signed("lowest", writer.Lowest).Number("levels", writer.Levels - 1);
        writer.Write();
    }
}
