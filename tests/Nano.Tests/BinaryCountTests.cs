using Barrel.Compiler.Emitting;
using Barrel.Runtime;
using Barrel.Runtime.Tests.Models;

namespace Barrel.Nano.Tests;

/// <summary>Binarized layers on nanoFramework's interpreter: at most half an instruction a multiplication.</summary>
[TestClass]
public class BinaryCountTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(64, 3, 12)]
    [DataRow(64, 3, 6)]
    [DataRow(128, 3, 8)]
    public void ALayerTakesAtMostHalfAnInstructionAMac(int channels, int kernel, int side)
    {
        Model model = Make(channels, kernel, side);
        NanoDevice device = new(new NetworkSource(model));
        device.Load(model.Blob);
        byte[] codes = new byte[side * side];
        new Random(channels).NextBytes(codes);
        device.Run(codes);
        Executor swar = Executors.Create(model, SwarExecutor.ExecutorName);
        codes.CopyTo(swar.Arena, swar.InputOffset);
        swar.Run();
        TensorInfo made = model.Tensors[^1];
        CollectionAssert.AreEqual(swar.Arena.AsSpan(made.ArenaOffset, made.ByteCount()).ToArray(), device.Arena.AsSpan(made.ArenaOffset, made.ByteCount()).ToArray());
        long count = device.LayerCounts(codes).Last().Count;
        BinaryLayer layer = (BinaryLayer)model.Layers[1];
        long macs = (long)layer.Rows * layer.FanIn * layer.GridHeight * layer.GridWidth;
        TestContext.WriteLine($"{macs} MACs, {count} instructions, {(double)count / macs:0.000} a MAC");
        Assert.IsLessThanOrEqualTo(0.5, (double)count / macs);
    }

    /// <summary>Signs of random sums of the input, and a layer of random weights on them.</summary>
    private static Model Make(int channels, int kernel, int side)
    {
        Random random = new(side);
        TestModel made = new();
        made.Model.Input.ChannelOrder = InputFormat.ChannelsGray;
        made.AddTensor(1, side, side, 8);
        made.AddTensor(channels, side, side, 1);
        TapLayer first = new()
        {
            Inputs = [new TapInput { Channels = 1 }], Output = 1, Groups = 1, Rows = channels, KernelHeight = 1, KernelWidth = 1, StrideY = 1, StrideX = 1, DilationY = 1,
            DilationX = 1, PhaseY = 1, PhaseX = 1, Bias = [.. Enumerable.Range(0, channels).Select(_ => random.Next(-255, 0))], Shift = new byte[channels],
            Post = new int[channels], Low = new byte[channels], High = [.. Enumerable.Repeat((byte)1, channels)], Skips = [], SkipShift = [],
        };
        made.Taps.Add(first, [.. Enumerable.Range(0, channels).Select(_ => new List<TestTap> { new(0, 0, false) })]);
        made.AddLayer(first);
        int grid = side - kernel + 1, fanIn = channels * kernel * kernel, words = (fanIn + 63) / 64;
        made.AddTensor(channels, grid, grid, 1);
        made.AddLayer(new BinaryLayer
        {
            Input = 1, Output = 2, FanIn = fanIn, KernelHeight = kernel, KernelWidth = kernel, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1, GridHeight = grid, GridWidth = grid,
            WordsPerRow = words, Rows = channels, Mode = AccumulatorLayer.ModeRequantize, Bias = [.. Enumerable.Range(0, channels).Select(_ => random.Next(-20, 20))],
            Weights = [.. Enumerable.Range(0, channels * words).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue))],
            Shift = [.. Enumerable.Repeat((byte)30, channels)], Post = [.. Enumerable.Repeat(1 << 30, channels)], Low = new byte[channels], High = [.. Enumerable.Repeat((byte)1, channels)],
            Skips = [], SkipShift = [],
        });
        made.PlaceTensors(false);
        return made.Load();
    }
}
