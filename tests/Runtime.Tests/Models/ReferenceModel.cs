namespace Barrel.Runtime.Tests.Models;

/// <summary>
/// The naive meaning of a loaded model, which every executor must give to the byte: multiplications in 64 bits, a loop for each index, its own decoder of
/// the taps, nothing planned and nothing shared with the executors. Never shipped.
/// </summary>
internal sealed class ReferenceModel
{
    private readonly Model _model;
    private readonly Weight[][][] _weights;

    public ReferenceModel(Model model)
    {
        _model = model;
        Arena = new byte[model.ArenaBytes];
        _weights = [.. model.Layers.Select(l => l is TapLayer taps ? Decode(model, taps) : [])];
    }

    private readonly record struct Weight(int Channel, int Y, int X, long Value);

    public byte[] Arena { get; }

    /// <summary>Taps times positions: what running it costs.</summary>
    public long Work => _model.Layers.Select(WorkOf).Sum();

    public static long WorkOf(Layer layer, Model model) => layer switch
    {
        TapLayer taps => (taps.TapCount + (4L * taps.Rows)) * taps.GridHeight * taps.GridWidth,
        BinaryLayer binary => (long)binary.Rows * binary.FanIn * binary.GridHeight * binary.GridWidth,
        MaxPoolLayer pool => (long)pool.KernelHeight * pool.KernelWidth * model.Tensors[pool.Output].ByteCount(),
        _ => model.Tensors[layer.Output].ByteCount(),
    };

    public void Run()
    {
        for (int i = 0; i < _model.Layers.Length; i++)
            RunLayer(i);
    }

    public void RunLayer(int index)
    {
        switch (_model.Layers[index])
        {
            case TapLayer taps:
                RunTaps(taps, _weights[index]);
                break;
            case BinaryLayer binary:
                RunBinary(binary);
                break;
            case MaxPoolLayer pool:
                RunMaxPool(pool);
                break;
            case ResizeLayer resize:
                RunResize(resize);
                break;
            default:
                throw new NotSupportedException();
        }
    }

    /// <summary>Its taps as weights. That the reader gives what was written is TapReaderTests' matter.</summary>
    private static Weight[][] Decode(Model model, TapLayer layer)
    {
        TapReader reader = new(model, layer);
        int area = layer.KernelHeight * layer.KernelWidth;
        int channelsOfGroup = layer.InputChannels / layer.Groups;
        Weight[][] rows = new Weight[layer.Rows][];
        for (int row = 0; row < rows.Length; row++)
        {
            // Terms of one index add up to its weight.
            SortedDictionary<int, long> dense = [];
            for (int runs = reader.BeginRow(); runs > 0; runs--)
                for (int count = reader.BeginRun(); count > 0; count--)
                {
                    int index = reader.NextTap();
                    dense[index] = dense.GetValueOrDefault(index) + ((reader.Negative ? -1 : 1) * (long)Math.Pow(2, reader.Exponent));
                }

            int firstChannel = row / (layer.Rows / layer.Groups) * channelsOfGroup;
            rows[row] = [.. dense.Select(w => new Weight(
                firstChannel + (w.Key / area), w.Key % area / layer.KernelWidth, w.Key % layer.KernelWidth, w.Value))];
        }

        return rows;
    }

    private static long FloorDivide(long value, long divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);

    /// <summary>All input channels of a tap layer as dense planes at the size after upsampling, and the code of their padding.</summary>
    private (long[][] Planes, long[] Zeros) Gather(TapLayer layer)
    {
        List<long[]> planes = [];
        List<long> zeros = [];
        foreach (TapInput input in layer.Inputs)
        {
            TensorInfo tensor = _model.Tensors[input.Tensor];
            int repeatY = (int)Math.Pow(2, input.UpsampleShiftY);
            int repeatX = (int)Math.Pow(2, input.UpsampleShiftX);
            for (int c = input.FirstChannel; c < input.FirstChannel + input.Channels; c++)
            {
                long[] plane = new long[layer.InputHeight * layer.InputWidth];
                for (int y = 0; y < layer.InputHeight; y++)
                    for (int x = 0; x < layer.InputWidth; x++)
                        plane[(y * layer.InputWidth) + x] = Level(tensor, Code(tensor, c, y / repeatY, x / repeatX));
                planes.Add(plane);
                zeros.Add(Level(tensor, tensor.Zeros[tensor.Zeros.Length == 1 ? 0 : c]));
            }
        }

        return ([.. planes], [.. zeros]);
    }

    /// <summary>What a code counts as in a sum, by the text of <c>ModelFormat.md</c>.</summary>
    public static long Level(TensorInfo tensor, long code)
    {
        if (!tensor.IsLog)
            return code;
        int zero = tensor.Zeros[0];
        double exponents = zero == 0 ? 15 : 14;
        double Power(double steps) => steps == 0 ? 0 : Math.Pow(2, Math.Min(steps, exponents) - 1);
        return (long)(Power(zero) + (code < zero ? -Power(zero - code) : Power(code - zero)));
    }

    /// <summary>The log code of a sum: of all codes the last whose border, √2·2^(steps − 2 + shift) from zero, it has passed. Squares need no roots.</summary>
    private static int LogCodeOf(TensorInfo tensor, long sum, int shift)
    {
        int zero = tensor.Zeros[0];
        int codes = (1 << tensor.Bits) - 1 - zero;
        int Steps(int most)
        {
            // |sum| ≥ √2·2^(steps − 2 + shift) where 2·sum² ≥ 4^(steps − 1 + shift).
            int steps = 0;
            UInt128 square = (UInt128)(2 * sum * sum);
            while (steps < most && square >= UInt128.One << (2 * (steps + shift)))
                steps++;
            return steps;
        }

        return sum < 0 ? zero - Steps(zero) : zero + Steps(Math.Min(codes, zero == 0 ? 15 : 14));
    }

    private long Code(TensorInfo tensor, int channel, int y, int x) => Arena[tensor.ArenaOffset + (((channel * tensor.Height) + y) * tensor.Width) + x];

    private void RunTaps(TapLayer layer, Weight[][] weights)
    {
        (long[][] planes, long[] zeros) = Gather(layer);
        TensorInfo made = _model.Tensors[layer.Output];
        int phases = layer.PhaseY * layer.PhaseX;
        for (int y = 0; y < made.Height; y++)
            for (int x = 0; x < made.Width; x++)
            {
                long best = long.MinValue;
                for (int channel = 0; channel < layer.Rows / phases; channel++)
                {
                    int row = (((channel * layer.PhaseY) + (y % layer.PhaseY)) * layer.PhaseX) + (x % layer.PhaseX);
                    long acc = layer.Bias[row];
                    foreach (Weight weight in weights[row])
                    {
                        int inY = (y / layer.PhaseY * layer.StrideY) - layer.PadTop + (weight.Y * layer.DilationY);
                        int inX = (x / layer.PhaseX * layer.StrideX) - layer.PadLeft + (weight.X * layer.DilationX);
                        bool inside = inY >= 0 && inY < layer.InputHeight && inX >= 0 && inX < layer.InputWidth;
                        acc += weight.Value * (inside ? planes[weight.Channel][(inY * layer.InputWidth) + inX] : zeros[weight.Channel]);
                    }

                    WriteOut(layer, row, channel, y, x, acc, ref best);
                }
            }
    }

    private void RunBinary(BinaryLayer layer)
    {
        int words = (layer.FanIn + 63) / 64;
        int area = layer.KernelHeight * layer.KernelWidth;
        TensorInfo source = _model.Tensors[layer.Input];
        for (int y = 0; y < layer.GridHeight; y++)
            for (int x = 0; x < layer.GridWidth; x++)
            {
                long best = long.MinValue;
                for (int row = 0; row < layer.Rows; row++)
                {
                    long acc = layer.Bias[row];
                    for (int i = 0; i < layer.FanIn; i++)
                    {
                        int line = (y * layer.StrideY) + (i % area / layer.KernelWidth * layer.DilationY);
                        int column = (x * layer.StrideX) + (i % layer.KernelWidth * layer.DilationX);
                        long weight = (layer.Weights[(row * words) + (i / 64)] & (1UL << (i % 64))) != 0 ? 1 : -1;
                        acc += weight * (Arena[source.ArenaOffset + (((i / area * source.Height) + line) * source.Width) + column] == 1 ? 1 : -1);
                    }

                    WriteOut(layer, row, row, y, x, acc, ref best);
                }
            }
    }

    private void WriteOut(AccumulatorLayer layer, int row, int channel, int y, int x, long acc, ref long best)
    {
        TensorInfo made = _model.Tensors[layer.Output];
        for (int s = 0; s < layer.Skips.Length; s++)
            if (layer.SkipShift[s][row] != 255)
            {
                TensorInfo skip = _model.Tensors[layer.Skips[s].Tensor];
                acc += Level(skip, Code(skip, layer.Skips[s].FirstChannel + channel, y, x)) * (1L << layer.SkipShift[s][row]);
            }


        Assert.IsLessThanOrEqualTo(int.MaxValue, Math.Abs(acc), $"the loader let a sum of {acc} pass");
        int pixel = (y * made.Width) + x;
        switch (layer.Mode)
        {
            case AccumulatorLayer.ModeRaw:
                BitConverter.TryWriteBytes(Arena.AsSpan(made.ArenaOffset + (4 * ((channel * made.Height * made.Width) + pixel))), (int)acc);
                break;
            case AccumulatorLayer.ModeArgMax:
                if (acc > best)
                {
                    best = acc;
                    Arena[made.ArenaOffset + pixel] = (byte)channel;
                }

                break;
            default:
                if (acc < 0 && layer.SlopeCount is not null)
                {
                    long negative = 0;
                    int first = layer.SlopeCount.AsSpan(0, row).ToArray().Sum(n => n);
                    foreach (byte term in layer.SlopeTerms.AsSpan(first, layer.SlopeCount[row]))
                        negative += (term >= 128 ? -1 : 1) * Scaled(acc, 32 - (term % 128));
                    acc = negative;
                }

                long code = made.IsLog ? LogCodeOf(made, acc + layer.Post[row], layer.Shift[row]) : FloorDivide(acc + layer.Post[row], 1L << layer.Shift[row]);
                Arena[made.ArenaOffset + (channel * made.Height * made.Width) + pixel] = (byte)Math.Clamp(code, layer.Low[row], layer.High[row]);
                break;
        }
    }

    /// <summary>value·2^exponent, rounded down.</summary>
    private static long Scaled(long value, int exponent) => exponent >= 0 ? value * (1L << exponent) : FloorDivide(value, 1L << -exponent);

    private void RunMaxPool(MaxPoolLayer layer)
    {
        TensorInfo source = _model.Tensors[layer.Input];
        TensorInfo made = _model.Tensors[layer.Output];
        for (int c = 0; c < made.Channels; c++)
            for (int y = 0; y < made.Height; y++)
                for (int x = 0; x < made.Width; x++)
                {
                    long most = 0;
                    for (int ky = 0; ky < layer.KernelHeight; ky++)
                        for (int kx = 0; kx < layer.KernelWidth; kx++)
                        {
                            int inY = (y * layer.StrideY) - layer.PadTop + (ky * layer.DilationY);
                            int inX = (x * layer.StrideX) - layer.PadLeft + (kx * layer.DilationX);
                            if (inY >= 0 && inY < source.Height && inX >= 0 && inX < source.Width)
                                most = Math.Max(most, Code(source, c, inY, inX));
                        }

                    Arena[made.ArenaOffset + (((c * made.Height) + y) * made.Width) + x] = (byte)most;
                }
    }

    private void RunResize(ResizeLayer layer)
    {
        TensorInfo source = _model.Tensors[layer.Input];
        TensorInfo made = _model.Tensors[layer.Output];
        for (int c = 0; c < made.Channels; c++)
            for (int y = 0; y < made.Height; y++)
                for (int x = 0; x < made.Width; x++)
                {
                    int top = layer.RowIndex[y];
                    int left = layer.ColumnIndex[x];
                    int bottom = Math.Min(top + 1, source.Height - 1);
                    int right = Math.Min(left + 1, source.Width - 1);
                    long down = layer.RowFraction[y];
                    long across = layer.ColumnFraction[x];
                    long sum = ((16 - down) * (((16 - across) * Code(source, c, top, left)) + (across * Code(source, c, top, right))))
                        + (down * (((16 - across) * Code(source, c, bottom, left)) + (across * Code(source, c, bottom, right))));
                    Arena[made.ArenaOffset + (((c * made.Height) + y) * made.Width) + x] = (byte)FloorDivide(sum + 128, 256);
                }
    }

    private long WorkOf(Layer layer) => WorkOf(layer, _model);
}
