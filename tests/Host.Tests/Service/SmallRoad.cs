using Barrel.Runtime;
using Barrel.Runtime.Tests.Models;

namespace Barrel.Host.Tests.Service;

/// <summary>Real but small road networks of any input and mask size.</summary>
internal static class SmallRoad
{
    /// <param name="width">Columns of the input; the mask has two fewer.</param>
    /// <param name="height">Rows of the input; the mask has two fewer.</param>
    /// <param name="channels">3 for colours, 1 for grey.</param>
    /// <param name="roadClass">−1 for a network without a road.</param>
    public static byte[] Blob(int width, int height, int channels = 3, int roadClass = 1)
    {
        Random random = new(11);
        TestModel made = new();
        made.Model.Name = $"road {width}x{height}";
        made.Model.Task = Model.TaskSegmentation;
        made.Model.Classes = ["other", "road"];
        made.Model.RoadClass = roadClass;
        made.Model.Input.Channels = channels;
        made.Model.Input.ChannelOrder = channels == 3 ? InputFormat.ChannelsRgb : InputFormat.ChannelsGray;
        made.Model.Input.Thresholds = [.. Enumerable.Range(0, channels).Select(c => (short)(100 + (20 * c)))];
        made.AddTensor(channels, height, width, 1);
        Add(made, random, 8, 3, AccumulatorLayer.ModeRequantize, made.AddTensor(8, height - 2, width - 2, 1));
        Add(made, random, 2, 1, AccumulatorLayer.ModeArgMax, made.AddTensor(1, height - 2, width - 2, 8));
        made.PlaceTensors(false);
        return made.ToBlob();
    }

    private static void Add(TestModel made, Random random, int rows, int kernel, int mode, int output)
    {
        TensorInfo source = made.Model.Tensors[output - 1];
        TensorInfo target = made.Model.Tensors[output];
        BinaryLayer layer = new()
        {
            Input = output - 1, Output = output, Rows = rows, Mode = mode, KernelHeight = kernel, KernelWidth = kernel, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1,
            FanIn = source.Channels * kernel * kernel, WordsPerRow = 1, Skips = [], SkipShift = [], GridHeight = target.Height, GridWidth = target.Width,
            Bias = [.. Enumerable.Range(0, rows).Select(_ => random.Next(-4, 5))],
            Shift = [.. Enumerable.Repeat((byte)30, rows)], Post = [.. Enumerable.Repeat(1 << 30, rows)], Low = new byte[rows], High = [.. Enumerable.Repeat((byte)1, rows)],
        };
        layer.Weights = [.. Enumerable.Range(0, rows).Select(_ => (ulong)random.NextInt64(1L << layer.FanIn))];
        made.AddLayer(layer);
    }
}
