using Barrel.Runtime;
using Barrel.Runtime.Tests.Models;

namespace Barrel.Nano.Tests;

/// <summary>Random models of layers that can be generated, with all that such a layer may have; the same seed gives the same model.</summary>
internal sealed class HotModels
{
    private readonly Random _random;
    private readonly TestModel _made = new();

    private HotModels(int seed) => _random = new Random(seed);

    public static Model Make(int seed)
    {
        HotModels models = new(seed);
        models.AddInput();
        int layers = models._random.Next(1, 4);
        for (int i = 0; i < layers; i++)
            models.AddLayer(i == layers - 1);
        models._made.PlaceTensors(models.Chance(50));
        return models._made.Load();
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private void AddInput()
    {
        int channels = Chance(50) ? 1 : 3;
        _made.Model.Input.ChannelOrder = channels == 1 ? InputFormat.ChannelsGray : InputFormat.ChannelsRgb;
        int[] widths = [8, 16, 24, 32, 48, 64, 96];
        AddTensor(channels, _random.Next(1, 9), widths[_random.Next(widths.Length)], Chance(40) ? 8 : _random.Next(1, 7));
    }

    private int AddTensor(int channels, int height, int width, int bits)
    {
        int index = _made.AddTensor(channels, height, width, bits);
        if (Chance(40))
            _made.Model.Tensors[index].Zeros = [.. Enumerable.Range(0, channels).Select(_ => (byte)_random.Next(1 << bits))];
        return index;
    }

    private void AddLayer(bool isLast)
    {
        int input = _made.Model.Tensors.Length - 1;
        TensorInfo source = _made.Model.Tensors[input];
        int stride = source.Width % 16 == 0 && Chance(40) ? 2 : source.Width % 24 == 0 && Chance(20) ? 3 : 1;
        bool isMask = isLast && Chance(50);
        int rows = _random.Next(1, 6);
        bool isGrouped = !isMask && Chance(20);
        if (isGrouped)
            rows = source.Channels;
        int kernelHeight = _random.Next(1, 5);
        int kernelWidth = Chance(10) ? _random.Next(5, 8) : _random.Next(1, 5);
        int height = Math.Max(1, (source.Height / stride) + _random.Next(-1, 2));
        int output = AddTensor(isMask ? 1 : rows, height, source.Width / stride, isMask || Chance(20) ? 8 : _random.Next(1, 7));
        TensorInfo target = _made.Model.Tensors[output];
        TapLayer layer = new()
        {
            Inputs = [new TapInput { Tensor = input, FirstChannel = 0, Channels = source.Channels }], Output = output, Groups = isGrouped ? rows : 1, Rows = rows,
            KernelHeight = kernelHeight, KernelWidth = kernelWidth, StrideY = stride, StrideX = stride, DilationY = _random.Next(1, 3), DilationX = _random.Next(1, 3),
            PadTop = _random.Next(-1, 3), PadLeft = _random.Next(-1, 4), PhaseY = 1, PhaseX = 1,
            Mode = isMask ? AccumulatorLayer.ModeArgMax : AccumulatorLayer.ModeRequantize,
            Bias = [.. Enumerable.Range(0, rows).Select(_ => _random.Next(-400, 400))],
            Shift = [.. Enumerable.Range(0, rows).Select(_ => (byte)_random.Next(0, 13))],
            Post = [.. Enumerable.Range(0, rows).Select(_ => _random.Next(0, 200))],
            Low = [.. Enumerable.Range(0, rows).Select(_ => (byte)(Chance(20) ? _random.Next(1 << target.Bits) / 2 : 0))],
            Skips = [],
            SkipShift = [],
        };
        layer.High = [.. layer.Low.Select(l => (byte)(Chance(30) ? l + _random.Next((1 << target.Bits) - l) : (1 << target.Bits) - 1))];
        if (!isMask && stride == 1 && height == source.Height && rows <= source.Channels && Chance(60))
        {
            layer.Skips = [new TapInput { Tensor = input, FirstChannel = 0, Channels = rows }];
            layer.SkipShift = [[.. Enumerable.Range(0, rows).Select(_ => (byte)(Chance(20) ? 255 : _random.Next(0, 4)))]];
        }

        int fanIn = source.Channels / layer.Groups * kernelHeight * kernelWidth;
        int density = Chance(10) ? 0 : Math.Min(100, 6000 / fanIn);
        int exponents = source.Bits > 6 ? 3 : 5;
        int first = _random.Next(0, 3);
        _made.Taps.Add(layer, [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, fanIn).Where(_ => _random.Next(100) < density)
            .Select(i => new TestTap(i, first + _random.Next(exponents), Chance(50))).ToList())]);
        _made.AddLayer(layer);
    }
}
