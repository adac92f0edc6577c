namespace Barrel.Runtime.Tests.Models;

/// <summary>Small models that are written by hand.</summary>
internal static class SampleModels
{
    /// <summary>One 3x3 convolution with padding, dense, exponents 0 to 3, to 4 bits and on to raw sums of a 1x3 kernel.</summary>
    public static TestModel Convolution(int channels, int outputs, int height, int width, int bits, Random random)
    {
        TestModel made = Start(channels, height, width, bits);
        int input = made.Model.Tensors.Length - 1;
        int middle = made.AddTensor(outputs, height, width, 4);
        TapLayer first = Taps(made, input, middle, 3, 3, random, Math.Max(1, 5000 / height / width * 100 / channels));
        first.PadTop = first.PadLeft = 1;
        int last = made.AddTensor(2, height, width, 32);
        Taps(made, middle, last, 1, 3, random, 100).Mode = AccumulatorLayer.ModeRaw;
        made.PlaceTensors(false);
        return made;
    }

    /// <summary>One row without taps over a 1x1 kernel; the caller adds taps and bias.</summary>
    public static TestModel OneRow(int bits, int width, int mode)
    {
        TestModel made = Start(1, 1, width, bits);
        int output = made.AddTensor(1, 1, width, mode == AccumulatorLayer.ModeRaw ? 32 : 8);
        Taps(made, 0, output, 1, 1, new Random(1), 0).Mode = mode;
        made.PlaceTensors(false);
        return made;
    }

    /// <summary>Every layer kind and mode: slopes, skips, groups, strides, dilation, phases, upsampled and sliced inputs, one-bit codes.</summary>
    public static TestModel AllKinds(int seed)
    {
        Random random = new(seed);
        TestModel made = Start(3, 9, 13, 8);
        made.Model.Name = "all kinds é";
        made.Model.Classes = ["road", "car"];
        made.Model.RoadClass = 0;
        made.Model.IgnoreLabel = 255;
        made.Model.Input.Thresholds = [0, 128, 256];

        int strided = made.AddTensor(4, 5, 7, 4);
        TapLayer stride = Taps(made, 0, strided, 3, 3, random, 60);
        stride.StrideY = stride.StrideX = 2;
        stride.PadTop = stride.PadLeft = 1;
        stride.SlopeCount = [1, 0, 2, 1];
        stride.SlopeTerms = [34, 33, 128 + 36, 31];

        int grouped = made.AddTensor(4, 5, 7, 4);
        TapLayer depthwise = Taps(made, strided, grouped, 3, 3, random, 80, groups: 4);
        depthwise.DilationY = depthwise.DilationX = depthwise.PadTop = depthwise.PadLeft = 2;
        depthwise.Skips = [Piece(strided, 0, 4)];
        depthwise.SkipShift = [[3, 0, 255, 5]];

        int pooled = made.AddTensor(4, 3, 4, 4);
        made.AddLayer(new MaxPoolLayer
        {
            Input = grouped, Output = pooled, KernelHeight = 2, KernelWidth = 2, StrideY = 2, StrideX = 2, DilationY = 1, DilationX = 1, PadTop = 1, PadLeft = 0,
        });

        int resized = made.AddTensor(4, 5, 7, 4);
        made.AddLayer(new ResizeLayer
        {
            Input = pooled,
            Output = resized,
            RowIndex = [0, 0, 1, 1, 2],
            RowFraction = [0, 8, 4, 12, 15],
            ColumnIndex = [0, 0, 1, 1, 2, 2, 3],
            ColumnFraction = [0, 9, 2, 11, 4, 13, 6],
        });

        int bits = made.AddTensor(5, 6, 8, 1);
        TapLayer sign = Taps(made, pooled, bits, 2, 2, random, 50);
        sign.Inputs[0].UpsampleShiftY = sign.Inputs[0].UpsampleShiftX = 1;
        sign.Inputs[0].FirstChannel = 1;
        sign.Inputs[0].Channels = 2;
        made.Taps[sign] = Rows(sign.Rows, 8, random, 60);

        int votes = made.AddTensor(3, 1, 1, 32);
        BinaryLayer binary = new()
        {
            Input = bits, Output = votes, FanIn = 240, KernelHeight = 6, KernelWidth = 8, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1, WordsPerRow = 4, Rows = 3, Bias = [1, -7, 0], Skips = [], SkipShift = [],
            Mode = AccumulatorLayer.ModeRaw, Weights = new ulong[12],
        };
        for (int i = 0; i < 12; i++)
            binary.Weights[i] = (ulong)random.NextInt64() & (i % 4 == 3 ? (1UL << 48) - 1 : ulong.MaxValue);
        made.AddLayer(binary);

        int mask = made.AddTensor(1, 9, 13, 8);
        TapLayer up = new()
        {
            Inputs = [Piece(grouped, 0, 4), Piece(resized, 2, 2)], Output = mask, Mode = AccumulatorLayer.ModeArgMax, Groups = 1, Rows = 12,
            KernelHeight = 2, KernelWidth = 2, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1, PhaseY = 2, PhaseX = 2,
            Bias = [.. Enumerable.Range(0, 12)], Skips = [], SkipShift = [],
        };
        made.Taps.Add(up, Rows(12, 24, random, 40));
        made.AddLayer(up);
        made.PlaceTensors(true);
        made.Model.OutputTensors = [mask, votes];
        made.Model.Task = Model.TaskSegmentation;
        return made;
    }

    /// <summary>A log tensor made and read by taps beside a linear one, as a skip of taps and of a binary layer, pooled.</summary>
    public static TestModel LogCodes(int zero)
    {
        Random random = new(zero);
        TestModel made = Start(3, 1, 1, 8);
        int log = made.AddTensor(6, 1, 1, 5);
        (made.Model.Tensors[log].IsLog, made.Model.Tensors[log].Zeros) = (true, [(byte)zero]);
        Taps(made, 0, log, 3, 3, random, 60).PadTop = 1;
        int bits = made.AddTensor(6, 1, 1, 1);
        TapLayer mixed = Taps(made, log, bits, 1, 1, random, 60);
        mixed.Inputs = [Piece(0, 1, 2), Piece(log, 1, 4)];
        mixed.Skips = [Piece(log, 0, 6)];
        mixed.SkipShift = [[0, 1, 255, 3, 4, 5]];
        made.AddLayer(new BinaryLayer
        {
            Input = bits, Output = made.AddTensor(6, 1, 1, 32), FanIn = 6, KernelHeight = 1, KernelWidth = 1, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1, WordsPerRow = 1, Rows = 6, Bias = [1, -7, 0, 2, 3, 4], Mode = AccumulatorLayer.ModeRaw,
            Weights = [1, 2, 3, 63, 42, 21], Skips = [Piece(log, 0, 6)], SkipShift = [[0, 1, 2, 255, 4, 16]],
        });
        int pooled = made.AddTensor(6, 1, 1, 5);
        (made.Model.Tensors[pooled].IsLog, made.Model.Tensors[pooled].Zeros) = (true, [(byte)zero]);
        made.AddLayer(new MaxPoolLayer { Input = log, Output = pooled, KernelHeight = 1, KernelWidth = 1, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1 });
        made.PlaceTensors(false);
        return made;
    }

    /// <summary>Two binary layers, signs and sums, in two passes on a chip of 24 segments of 16 elements; four chains stay.</summary>
    public static TestModel Placed(int seed)
    {
        Random random = new(seed);
        TestModel made = Start(1, 1, 70, 1);
        int signs = made.AddTensor(6, 1, 1, 1);
        made.AddLayer(Binary(0, signs, 70, AccumulatorLayer.ModeRequantize, random));
        int sums = made.AddTensor(4, 1, 1, 32);
        made.AddLayer(Binary(signs, sums, 6, AccumulatorLayer.ModeRaw, random));
        made.PlaceTensors(false);
        PlacedLayer[] layers =
        [
            new() { Layer = 0, Pass = [0, 0, 0, 0, 1, 1], FirstSegment = [0, 6, 12, 18, 0, 6] },
            new() { Layer = 1, Pass = [1, 1, 1, 1], FirstSegment = [5, 11, 17, 23] },
        ];
        foreach (PlacedLayer layer in layers)
            layer.Chains = new NeuronChains((BinaryLayer)made.Model.Layers[layer.Layer], made.Model.Tensors[made.Model.Layers[layer.Layer].Output]);
        made.Model.Placement = new Placement
        {
            Board = "test-chip", Kind = Placement.KindSram, Segments = 24, SegmentPes = 16, InputBits = 96, MarginBits = 8, Passes = 2, Layers = layers,
        };
        return made;
    }

    private static BinaryLayer Binary(int input, int output, int width, int mode, Random random)
    {
        int rows = mode == AccumulatorLayer.ModeRaw ? 4 : 6, words = (width + 63) / 64;
        return new BinaryLayer
        {
            Input = input, Output = output, FanIn = width, KernelHeight = 1, KernelWidth = input == 0 ? width : 1, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1,
            WordsPerRow = words, Rows = rows, Mode = mode, Skips = [], SkipShift = [], Bias = [.. Enumerable.Range(0, rows).Select(_ => random.Next(-5, 6))],
            Weights = [.. Enumerable.Range(0, rows * words).Select(i => (ulong)random.NextInt64() & ((1UL << (i % words == words - 1 ? width % 64 : 63)) - 1))],
            Shift = [.. Enumerable.Repeat((byte)30, rows)], Post = [.. Enumerable.Repeat(1 << 30, rows)], Low = new byte[rows], High = [.. Enumerable.Repeat((byte)1, rows)],
        };
    }

    /// <summary>
    /// The last tensor is the one that was asked for. No colour order has other than 1 or 3 channels, so those are made of the input by a first layer.
    /// </summary>
    private static TestModel Start(int channels, int height, int width, int bits)
    {
        TestModel made = new();
        made.Model.Input.ChannelOrder = channels == 1 ? InputFormat.ChannelsGray : InputFormat.ChannelsRgb;
        made.AddTensor(channels == 1 ? 1 : 3, height, width, bits);
        if (channels is not (1 or 3))
            Taps(made, 0, made.AddTensor(channels, height, width, bits), 1, 1, new Random(channels), 100);
        return made;
    }

    private static TapInput Piece(int tensor, int first, int channels) => new() { Tensor = tensor, FirstChannel = first, Channels = channels };

    private static List<TestTap>[] Rows(int rows, int fanIn, Random random, int density) =>
        [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, fanIn).Where(_ => random.Next(100) < density)
            .Select(i => new TestTap(i, random.Next(4), random.Next(2) == 0)).ToList())];

    private static TapLayer Taps(TestModel made, int input, int output, int kernelHeight, int kernelWidth, Random random, int density, int groups = 1)
    {
        TensorInfo source = made.Model.Tensors[input];
        TensorInfo target = made.Model.Tensors[output];
        int rows = target.Channels;
        TapLayer layer = new()
        {
            Inputs = [Piece(input, 0, source.Channels)], Output = output, Groups = groups, Rows = rows,
            KernelHeight = kernelHeight, KernelWidth = kernelWidth, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1, PhaseY = 1, PhaseX = 1,
            Bias = [.. Enumerable.Range(0, rows).Select(_ => random.Next(-200, 200))],
            Shift = [.. Enumerable.Repeat((byte)(target.Bits == 32 ? 0 : 12 - target.Bits), rows)],
            Low = new byte[rows],
            High = [.. Enumerable.Repeat((byte)((1 << Math.Min(8, target.Bits)) - 1), rows)],
            Post = [.. Enumerable.Repeat(16, rows)],
            Skips = [],
            SkipShift = [],
        };
        made.Taps.Add(layer, Rows(rows, source.Channels / groups * kernelHeight * kernelWidth, random, density));
        made.AddLayer(layer);
        return layer;
    }
}
