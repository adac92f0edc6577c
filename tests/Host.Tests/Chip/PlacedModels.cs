using Barrel.Boards;
using Barrel.Runtime;
using Barrel.Runtime.Tests.Models;

namespace Barrel.Host.Tests.Chip;

/// <summary>Random binary networks on random chips: rows one after the other, a new pass where the chip is full.</summary>
internal static class PlacedModels
{
    public static BoardChip Chip(Random random, bool isReram = false)
    {
        int pes = 16 * random.Next(1, 5);
        return new BoardChip
        {
            Kind = isReram ? "reram" : "sram", Segments = isReram ? 4096 : 16 * random.Next(1, 3), SegmentPes = pes, InputBits = 32 * pes, MarginBits = 12,
            TransferBytesMax = random.Next(64, 512), Retries = 8, TimeoutMs = 2000, EnduranceCycles = isReram ? 10 : 0, OperationFj = 20, LinkBitPj = 100,
        };
    }

    public static Model Make(Random random, BoardChip chip)
    {
        TestModel made = new();
        int channels = random.Next(1, 4), height = random.Next(4, 8), width = random.Next(4, 9);
        made.AddTensor(channels, height, width, 1);
        (made.Model.Input.ChannelOrder, made.Model.Input.Channels) = channels == 3 ? (InputFormat.ChannelsRgb, 3) : (InputFormat.ChannelsGray, 1);
        (made.Model.Input.Flat, channels, height, width) = channels == 3 ? (false, 3, height, width) : (true, channels * height * width, 1, 1);
        made.Model.Tensors[0].Channels = channels;
        (made.Model.Tensors[0].Height, made.Model.Tensors[0].Width) = (height, width);
        int kernel = height == 1 ? 1 : random.Next(1, 4);
        Add(made, random, kernel, random.Next(1, 3), AccumulatorLayer.ModeRequantize, random.Next(1, 20));
        TensorInfo middle = made.Model.Tensors[1];
        Add(made, random, middle.Height == 1 ? 1 : 0, 1, AccumulatorLayer.ModeRequantize, random.Next(1, 30));
        Add(made, random, 1, 1, random.Next(2) == 0 ? AccumulatorLayer.ModeRaw : AccumulatorLayer.ModeRequantize, random.Next(1, 12));
        made.PlaceTensors(false);
        Model model = made.Load();
        Place(model, chip);
        return model;
    }

    public static void Place(Model model, BoardChip chip)
    {
        Placement placement = new()
        {
            Board = "test", Kind = chip.IsReram ? Placement.KindReram : Placement.KindSram, Segments = chip.Segments, SegmentPes = chip.SegmentPes, InputBits = chip.InputBits,
            MarginBits = chip.MarginBits,
        };
        List<PlacedLayer> layers = [];
        int pass = 0, next = 0;
        for (int i = 0; i < model.Layers.Length; i++)
        {
            if (model.Layers[i] is not BinaryLayer binary)
                continue;
            NeuronChains chains = new(binary, model.Tensors[binary.Output]);
            if (placement.WhyNot(chains) is not null)
                continue;
            PlacedLayer layer = new() { Layer = i, Chains = chains, Pass = new int[binary.Rows], FirstSegment = new int[binary.Rows] };
            for (int row = 0; row < binary.Rows; row++)
            {
                int segments = placement.SegmentsOf(chains.PesOf(row));
                if (next + segments > chip.Segments)
                    (pass, next) = (pass + 1, 0);
                (layer.Pass[row], layer.FirstSegment[row]) = (pass, next);
                next += segments;
            }

            layers.Add(layer);
        }

        placement.Layers = [.. layers];
        placement.Passes = pass + 1;
        model.Placement = placement;
    }

    /// <summary>A layer of ±1 behind the last tensor; a kernel of 0 takes the whole of it.</summary>
    private static void Add(TestModel made, Random random, int kernel, int stride, int mode, int rows)
    {
        int input = made.Model.Tensors.Length - 1;
        TensorInfo source = made.Model.Tensors[input];
        BinaryLayer layer = new()
        {
            Input = input, Rows = rows, Mode = mode, KernelHeight = kernel == 0 ? source.Height : kernel, KernelWidth = kernel == 0 ? source.Width : kernel, StrideY = stride, StrideX = stride,
            DilationY = 1, DilationX = 1, Skips = [], SkipShift = [],
        };
        layer.FanIn = source.Channels * layer.KernelHeight * layer.KernelWidth;
        layer.WordsPerRow = (layer.FanIn + 63) / 64;
        layer.Weights = new ulong[rows * layer.WordsPerRow];
        for (int row = 0; row < rows; row++)
            for (int i = 0; i < layer.FanIn; i++)
                layer.Weights[(row * layer.WordsPerRow) + (i / 64)] |= (ulong)random.Next(2) << (i % 64);
        int reach = 1 + (int)Math.Sqrt(layer.FanIn);
        layer.Bias = [.. Enumerable.Range(0, rows).Select(_ => random.Next(8) == 0 ? layer.FanIn + 1 : random.Next(-reach, reach + 1))];
        layer.GridHeight = ((source.Height - layer.KernelHeight) / stride) + 1;
        layer.GridWidth = ((source.Width - layer.KernelWidth) / stride) + 1;
        bool isRaw = mode == AccumulatorLayer.ModeRaw;
        layer.Output = made.AddTensor(rows, layer.GridHeight, layer.GridWidth, isRaw ? 32 : 1);
        layer.Shift = [.. Enumerable.Repeat((byte)30, rows)];
        layer.Post = [.. Enumerable.Repeat(1 << 30, rows)];
        layer.Low = new byte[rows];
        layer.High = [.. Enumerable.Repeat((byte)1, rows)];
        made.AddLayer(layer);
    }
}
