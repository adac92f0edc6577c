namespace Barrel.Runtime.Tests.Models;

/// <summary>Makes valid models that differ in everything a blob can say; the same seed gives the same model.</summary>
internal sealed class RandomModel
{
    /// <summary>Widths around the lane counts of the executors.</summary>
    private static readonly int[] LaneWidths = [7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129];

    /// <summary>Most that the taps of one sign, the bias and the skips may add to a sum each, so that all together stay in 32 bits.</summary>
    private const long SumMax = 1L << 29;

    private readonly Random _random;
    private readonly TestModel _made = new();
    private readonly long _workMax;

    private RandomModel(int seed, long workMax)
    {
        _random = new Random(seed);
        _workMax = workMax;
    }

    /// <param name="seed">Decides everything.</param>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="workMax">Most taps times positions of a layer.</param>
    public static TestModel Make(int seed, int layers, long workMax)
    {
        RandomModel random = new(seed, workMax);
        random.MakeInput();
        for (int i = 0; i < layers; i++)
            random.AddLayer();
        random._made.PlaceTensors(random.Chance(50));
        return random._made;
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    /// <summary>A number of both ends' range, the ends more often.</summary>
    private int Pick(int min, int max) => Chance(15) ? min : Chance(15) ? max : _random.Next(min, max + 1);

    private int PickWidth() => Chance(35) ? LaneWidths[_random.Next(LaneWidths.Length)] : Pick(1, 70);

    private void MakeInput()
    {
        Model model = _made.Model;
        bool flat = Chance(15);
        bool gray = Chance(40);
        model.Input.ChannelOrder = gray ? InputFormat.ChannelsGray : InputFormat.ChannelsBgr;
        model.Input.Flat = flat;
        int width = PickWidth();
        int height = width > 70 ? Pick(1, 12) : Pick(1, 70);
        AddTensor(flat ? Pick(1, 200) : gray ? 1 : 3, flat ? 1 : height, flat ? 1 : width, Pick(1, 8));
    }

    private int AddTensor(int channels, int height, int width, int bits)
    {
        int index = _made.AddTensor(channels, height, width, bits);
        TensorInfo tensor = _made.Model.Tensors[index];
        tensor.ScaleExponents = new sbyte[Chance(50) ? channels : 1];
        tensor.Zeros = new byte[Chance(50) ? channels : 1];
        for (int i = 0; i < tensor.ScaleExponents.Length; i++)
            tensor.ScaleExponents[i] = (sbyte)_random.Next(-128, 128);
        if (bits <= 8 && Chance(70))
            for (int i = 0; i < tensor.Zeros.Length; i++)
                tensor.Zeros[i] = (byte)Pick(0, (1 << bits) - 1);
        return index;
    }

    /// <summary>Codes that a layer's sums become: now and then log ones, which only such a tensor may be.</summary>
    private int AddCodes(int channels, int height, int width)
    {
        int index = AddTensor(channels, height, width, Pick(1, 8));
        TensorInfo tensor = _made.Model.Tensors[index];
        if (Chance(30))
        {
            tensor.IsLog = true;
            tensor.Bits = Chance(15) ? Pick(2, 8) : Pick(2, 5);
            tensor.Zeros = [(byte)(Chance(40) ? 0 : Pick(0, Math.Min(14, (1 << tensor.Bits) - 1)))];
        }

        return index;
    }

    /// <summary>A tensor that shares the codes of another.</summary>
    private int AddLike(TensorInfo source, int height, int width)
    {
        int index = AddTensor(source.Channels, height, width, source.Bits);
        if (source.IsLog)
            (_made.Model.Tensors[index].IsLog, _made.Model.Tensors[index].Zeros) = (true, source.Zeros);
        return index;
    }

    private void AddLayer()
    {
        int input = PickCodes();
        int kind = _random.Next(100);
        if (kind < 12)
            AddMaxPool(input);
        else if (kind < 20)
            AddResize(input);
        else if (kind < 30 && _made.Model.Tensors[input].Bits == 1)
            AddBinary(input);
        else
            AddTaps(input);
        _made.Model.Layers[^1].Macs = _random.Next();
    }

    /// <summary>A tensor of codes, later ones more often.</summary>
    private int PickCodes()
    {
        int[] codes = [.. Enumerable.Range(0, _made.Model.Tensors.Length).Where(t => _made.Model.Tensors[t].Bits <= 8)];
        return codes[Chance(60) ? codes.Length - 1 : _random.Next(codes.Length)];
    }

    private void AddMaxPool(int input)
    {
        TensorInfo source = _made.Model.Tensors[input];
        MaxPoolLayer layer = new()
        {
            Input = input,
            KernelHeight = Pick(1, 4),
            KernelWidth = Pick(1, 4),
            StrideY = Pick(1, 3),
            StrideX = Pick(1, 3),
            DilationY = Pick(1, 3),
            DilationX = Pick(1, 3),
            PadTop = _random.Next(-2, 4),
            PadLeft = _random.Next(-2, 4),
        };
        int height = Math.Max(1, (source.Height / layer.StrideY) + _random.Next(-1, 2));
        int width = Math.Max(1, (source.Width / layer.StrideX) + _random.Next(-1, 2));
        layer.Output = AddLike(source, height, width);
        _made.AddLayer(layer);
    }

    private void AddResize(int input)
    {
        TensorInfo source = _made.Model.Tensors[input];
        ResizeLayer layer = new() { Input = input };
        (layer.RowIndex, layer.RowFraction) = Table(source.Height, Pick(1, 40));
        (layer.ColumnIndex, layer.ColumnFraction) = Table(source.Width, Pick(1, 70));
        layer.Output = AddLike(source, layer.RowIndex.Length, layer.ColumnIndex.Length);
        _made.AddLayer(layer);

        (short[] Indices, byte[] Fractions) Table(int extent, int count)
        {
            bool nearest = source.IsLog || Chance(30);
            return ([.. Enumerable.Range(0, count).Select(_ => (short)_random.Next(extent))],
                [.. Enumerable.Range(0, count).Select(_ => (byte)(nearest ? 0 : _random.Next(16)))]);
        }
    }

    private void AddBinary(int input)
    {
        TensorInfo source = _made.Model.Tensors[input];
        BinaryLayer layer = new() { Input = input, Mode = PickMode(), KernelHeight = source.Height, KernelWidth = source.Width, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1 };
        if (Chance(70))
        {
            layer.KernelHeight = Pick(1, Math.Min(5, source.Height));
            layer.KernelWidth = Pick(1, Math.Min(5, source.Width));
            layer.DilationY = layer.KernelHeight == 1 ? Pick(1, 3) : Pick(1, Math.Min(3, (source.Height - 1) / (layer.KernelHeight - 1)));
            layer.DilationX = layer.KernelWidth == 1 ? Pick(1, 3) : Pick(1, Math.Min(3, (source.Width - 1) / (layer.KernelWidth - 1)));
            layer.StrideY = Pick(1, 4);
            layer.StrideX = Pick(1, 4);
        }

        // Sometimes less than the windows that there is room for.
        layer.GridHeight = Math.Max(1, ((source.Height - ((layer.KernelHeight - 1) * layer.DilationY) - 1) / layer.StrideY) + 1 - (Chance(80) ? 0 : Pick(0, 2)));
        layer.GridWidth = Math.Max(1, ((source.Width - ((layer.KernelWidth - 1) * layer.DilationX) - 1) / layer.StrideX) + 1 - (Chance(80) ? 0 : Pick(0, 2)));
        layer.FanIn = source.Channels * layer.KernelHeight * layer.KernelWidth;
        int channels = Pick(1, (int)Math.Clamp(_workMax / layer.FanIn / layer.GridHeight / layer.GridWidth, 1, 300));
        if (layer.Mode == AccumulatorLayer.ModeArgMax)
            channels = Math.Min(channels, 256);
        layer.Rows = channels;
        layer.WordsPerRow = (layer.FanIn + 63) / 64;
        layer.Weights = new ulong[layer.Rows * layer.WordsPerRow];
        for (int row = 0; row < layer.Rows; row++)
            for (int bit = 0; bit < layer.FanIn; bit++)
                if (Chance(50))
                    layer.Weights[(row * layer.WordsPerRow) + (bit / 64)] |= 1UL << (bit % 64);
        layer.Output = AddOutput(layer.Mode, channels, layer.GridHeight, layer.GridWidth);
        long[] reach = [.. Enumerable.Repeat((long)layer.FanIn, layer.Rows)];
        FinishRows(layer, reach, reach);
        _made.AddLayer(layer);
    }

    private int PickMode() => Chance(75) ? AccumulatorLayer.ModeRequantize : Chance(60) ? AccumulatorLayer.ModeArgMax : AccumulatorLayer.ModeRaw;

    private int AddOutput(int mode, int channels, int height, int width) => mode switch
    {
        AccumulatorLayer.ModeRaw => AddTensor(channels, height, width, 32),
        AccumulatorLayer.ModeArgMax => AddTensor(1, height, width, 8),
        _ => AddCodes(channels, height, width),
    };

    private void AddTaps(int input)
    {
        TapLayer layer = new() { Inputs = PickInputs(input), Mode = PickMode() };
        TensorInfo first = _made.Model.Tensors[layer.Inputs[0].Tensor];
        layer.InputChannels = layer.Inputs.Sum(i => i.Channels);
        layer.InputHeight = first.Height << layer.Inputs[0].UpsampleShiftY;
        layer.InputWidth = first.Width << layer.Inputs[0].UpsampleShiftX;
        bool pointwise = Chance(20);
        layer.KernelHeight = pointwise ? 1 : Chance(8) ? Pick(1, layer.InputHeight) : Pick(1, 5);
        layer.KernelWidth = pointwise ? 1 : Chance(8) ? Pick(1, layer.InputWidth) : Pick(1, 5);
        layer.StrideY = Chance(60) ? 1 : Pick(1, 4);
        layer.StrideX = Chance(60) ? 1 : Pick(1, 4);
        layer.DilationY = Chance(60) ? 1 : Pick(1, 5);
        layer.DilationX = Chance(60) ? 1 : Pick(1, 5);
        layer.PadTop = Chance(40) ? layer.KernelHeight / 2 : _random.Next(-3, 6);
        layer.PadLeft = Chance(40) ? layer.KernelWidth / 2 : _random.Next(-3, 6);
        layer.PhaseY = Chance(75) ? 1 : Pick(1, 3);
        layer.PhaseX = Chance(75) ? 1 : Pick(1, 3);
        layer.GridHeight = PickGrid(layer.InputHeight, layer.StrideY);
        layer.GridWidth = PickGrid(layer.InputWidth, layer.StrideX);
        int height = (layer.GridHeight * layer.PhaseY) - _random.Next(layer.PhaseY);
        int width = (layer.GridWidth * layer.PhaseX) - _random.Next(layer.PhaseX);
        int[] divisors = [.. Enumerable.Range(1, layer.InputChannels).Where(g => layer.InputChannels % g == 0)];
        layer.Groups = Chance(60) ? 1 : Chance(50) ? layer.InputChannels : divisors[_random.Next(divisors.Length)];
        int channels = layer.Groups * (Chance(30) ? 1 : Pick(1, Math.Max(1, 40 / layer.Groups)));
        if (layer.Groups > 1 && layer.PhaseY * layer.PhaseX % layer.Groups == 0 && Chance(50))
            channels = 1;
        if (layer.Mode == AccumulatorLayer.ModeArgMax && channels > 256)
            layer.Mode = AccumulatorLayer.ModeRequantize;
        layer.Rows = channels * layer.PhaseY * layer.PhaseX;
        layer.Output = AddOutput(layer.Mode, channels, height, width);
        List<TestTap>[] rows = new List<TestTap>[layer.Rows];
        (long[] plus, long[] minus) = FillRows(layer, rows);
        FinishRows(layer, plus, minus);
        _made.Taps.Add(layer, rows);
        _made.AddLayer(layer);
    }

    private int PickGrid(int extent, int stride) =>
        Chance(75) ? Math.Max(1, (extent / stride) + _random.Next(-2, 3)) : Chance(50) ? Pick(1, 20) : Math.Max(1, Math.Min(PickWidth(), 2 * extent));

    /// <summary>Channels of a tensor and, if there are any of the same size after upsampling, of others.</summary>
    private TapInput[] PickInputs(int input)
    {
        TapInput[] picked = [Slice(input, Upsampling(_made.Model.Tensors[input].Height), Upsampling(_made.Model.Tensors[input].Width))];
        TensorInfo first = _made.Model.Tensors[input];
        int height = first.Height << picked[0].UpsampleShiftY;
        int width = first.Width << picked[0].UpsampleShiftX;
        for (int extra = Chance(50) ? 0 : Pick(1, 3); extra > 0; extra--)
        {
            int other = PickCodes();
            TensorInfo tensor = _made.Model.Tensors[other];
            int shiftY = Shift(tensor.Height, height);
            int shiftX = Shift(tensor.Width, width);
            if (shiftY >= 0 && shiftX >= 0)
                picked = [.. picked, Slice(other, shiftY, shiftX)];
        }

        return picked;

        int Upsampling(int extent) => Chance(80) ? 0 : extent < 3 ? Pick(0, 6) : extent < 40 ? Pick(0, 2) : 0;

        static int Shift(int from, int to)
        {
            for (int shift = 0; shift <= 6; shift++)
                if (from << shift == to)
                    return shift;
            return -1;
        }
    }

    private TapInput Slice(int tensor, int shiftY, int shiftX)
    {
        int channels = _made.Model.Tensors[tensor].Channels;
        int first = Chance(60) ? 0 : _random.Next(channels);
        return new TapInput
        {
            Tensor = tensor,
            FirstChannel = first,
            Channels = Chance(60) ? channels - first : _random.Next(1, channels - first + 1),
            UpsampleShiftY = shiftY,
            UpsampleShiftX = shiftX,
        };
    }

    /// <summary>Taps of every row, and the most that those of each sign can sum to.</summary>
    private (long[] Plus, long[] Minus) FillRows(TapLayer layer, List<TestTap>[] rows)
    {
        int area = layer.KernelHeight * layer.KernelWidth;
        int perGroup = layer.InputChannels / layer.Groups;
        int fanIn = perGroup * area;
        int[] codeMax = [.. layer.Inputs.SelectMany(i => Enumerable.Repeat((int)ReferenceModel.Level(_made.Model.Tensors[i.Tensor], (1 << _made.Model.Tensors[i.Tensor].Bits) - 1), i.Channels))];
        long positions = (long)layer.GridHeight * layer.GridWidth;
        int tapsMax = (int)Math.Clamp(_workMax / positions / layer.Rows, 1, 4000);
        int window = Chance(30) ? 0 : Pick(0, 14);
        int lowest = Chance(50) ? 0 : Pick(0, 20);
        int density = Pick(1, 100);
        long[] plus = new long[layer.Rows];
        long[] minus = new long[layer.Rows];
        for (int row = 0; row < rows.Length; row++)
        {
            List<TestTap> taps = [];
            HashSet<(int Index, int Exponent)> taken = [];
            int count = Chance(8) ? 0 : Math.Min(tapsMax, (int)((fanIn * (long)density * _random.Next(1, 4) / 100) + 1));
            int negative = Chance(20) ? 0 : Chance(20) ? 100 : _random.Next(100);
            for (int i = 0; i < count; i++)
            {
                TestTap tap = new(_random.Next(fanIn), Math.Min(30, lowest + _random.Next(window + 1)), Chance(negative));
                long most = (long)codeMax[(row / (layer.Rows / layer.Groups) * perGroup) + (tap.Index / area)] << tap.Exponent;
                ref long sum = ref (tap.Negative ? ref minus[row] : ref plus[row]);
                if (sum + most > SumMax || !taken.Add((tap.Index, tap.Exponent)))
                    continue;
                taps.Add(tap);
                sum += most;
            }

            rows[row] = taps;
        }

        return (plus, minus);
    }

    /// <summary>Bias, skips, shifts, clamps and slopes that fit what the rows can sum to.</summary>
    private void FinishRows(AccumulatorLayer layer, long[] plus, long[] minus)
    {
        TensorInfo made = _made.Model.Tensors[layer.Output];
        int rows = layer.Rows;
        layer.Bias = new int[rows];
        long[] low = new long[rows];
        long[] high = new long[rows];
        for (int row = 0; row < rows; row++)
        {
            long reach = Chance(70) ? plus[row] + minus[row] + 1 : 1L << _random.Next(1, 29);
            layer.Bias[row] = (int)_random.NextInt64(-Math.Min(reach, SumMax), Math.Min(reach, SumMax) + 1);
            low[row] = Math.Min(0, layer.Bias[row]) - minus[row];
            high[row] = Math.Max(0, layer.Bias[row]) + plus[row];
        }

        AddSkips(layer, made, high);
        if (layer.Mode != AccumulatorLayer.ModeRequantize)
            return;
        layer.Shift = new byte[rows];
        layer.Low = new byte[rows];
        layer.High = new byte[rows];
        layer.Post = new int[rows];
        int codeMax = (1 << made.Bits) - 1;
        if (Chance(35))
            AddSlopes(layer, low, high);
        for (int row = 0; row < rows; row++)
        {
            // Most shifts bring what the row sums to into the range of codes.
            int bits = 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)Math.Max(high[row], -low[row]));
            int span = made.IsLog ? Math.Min(made.Zeros[0] == 0 ? 15 : 14, codeMax - made.Zeros[0]) - 2 : made.Bits;
            layer.Shift[row] = (byte)(Chance(10) ? Pick(0, 31) : Math.Clamp(bits - span - _random.Next(-1, 6), 0, 31));
            layer.Low[row] = (byte)(Chance(60) ? 0 : _random.Next(codeMax + 1));
            layer.High[row] = (byte)(Chance(60) ? codeMax : _random.Next(layer.Low[row], codeMax + 1));
            long post = Chance(20) ? _random.NextInt64(-SumMax, SumMax)
                : (layer.Shift[row] == 0 ? 0 : 1L << (layer.Shift[row] - 1)) + ((long)Pick(0, codeMax) << layer.Shift[row]);
            layer.Post[row] = (int)Math.Clamp(post, -int.MaxValue - low[row], int.MaxValue - high[row]);
        }
    }

    private void AddSkips(AccumulatorLayer layer, TensorInfo made, long[] high)
    {
        layer.Skips = [];
        layer.SkipShift = [];
        int[] fitting = [.. Enumerable.Range(0, _made.Model.Tensors.Length).Where(
            t => t != layer.Output && _made.Model.Tensors[t] is { Bits: <= 8 } skip && skip.Height == made.Height && skip.Width == made.Width
                && skip.Channels >= made.Channels)];
        if (fitting.Length == 0 || layer.Rows != made.Channels || Chance(30))
            return;
        for (int i = Pick(1, 2); i > 0; i--)
        {
            int tensor = fitting[_random.Next(fitting.Length)];
            int spare = _made.Model.Tensors[tensor].Channels - made.Channels;
            TapInput skip = new() { Tensor = tensor, FirstChannel = _random.Next(spare + 1) };
            skip.Channels = made.Channels + _random.Next(spare - skip.FirstChannel + 1);
            layer.Skips = [.. layer.Skips, skip];
            byte[] shifts = new byte[layer.Rows];
            for (int row = 0; row < shifts.Length; row++)
            {
                long most = ReferenceModel.Level(_made.Model.Tensors[tensor], (1 << _made.Model.Tensors[tensor].Bits) - 1);
                int shift = Pick(0, 27 - System.Numerics.BitOperations.Log2((ulong)most));
                shifts[row] = (byte)(Chance(15) ? 255 : shift);
                if (shifts[row] != 255)
                    high[row] += most << shift;
            }

            layer.SkipShift = [.. layer.SkipShift, shifts];
        }
    }

    private void AddSlopes(AccumulatorLayer layer, long[] low, long[] high)
    {
        layer.SlopeCount = new byte[layer.Rows];
        List<byte> terms = [];
        for (int row = 0; row < layer.Rows; row++)
        {
            long plus = 0;
            long minus = 0;
            for (int i = Pick(0, Chance(20) ? 8 : 3); i > 0; i--)
            {
                int shift = _random.Next(-8, 32);
                bool negative = Chance(40);
                long part = shift < 0 ? -low[row] << -shift : -(low[row] >> shift);
                if (part + Math.Max(plus, minus) > SumMax)
                    continue;
                if (negative)
                    plus += part;
                else
                    minus += part;
                layer.SlopeCount[row]++;
                terms.Add((byte)((shift + 32) | (negative ? 128 : 0)));
            }

            low[row] = -minus;
            high[row] = Math.Max(high[row], plus);
        }

        layer.SlopeTerms = [.. terms];
    }
}
