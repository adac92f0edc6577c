using Barrel.Runtime.Tests.Models;

namespace Barrel.Runtime.Tests;

/// <summary>
/// What the vector executors allocate, plans made on several processors and each thread's tile included, is what <see cref="ScratchBound"/> allows. Alone,
/// because allocations of the whole process are counted.
/// </summary>
[TestClass]
[DoNotParallelize]
public class VectorScratchTests
{
    /// <summary>Objects, threads and the tables of a tile, whatever the model.</summary>
    private const long BytesFree = 512 << 10;

    [TestMethod]
    public void WhatIsTakenIsBounded()
    {
        foreach (TestModel made in (TestModel[])[
            .. Enumerable.Range(0, 40).Select(seed => RandomModel.Make(seed, 5, 20_000)), SampleModels.AllKinds(1), SampleModels.LogCodes(3),
            SampleModels.Convolution(64, 64, 60, 70, 4, new Random(1)), SampleModels.Convolution(256, 16, 9, 200, 8, new Random(2)), Padded(2000)])
        {
            byte[] blob = made.ToBlob();
            foreach (Model model in (Model[])[Model.Load(blob, int.MaxValue), Model.LoadKeeping(blob, int.MaxValue)])
                foreach (ExecutorKind kind in Executors.All.Where(k => k.IsSupported && k.IsThreaded))
                    foreach (int threads in new[] { 1, 3 })
                    {
                        kind.Create(model, threads);
                        long before = GC.GetTotalAllocatedBytes(precise: true);
                        Executor executor = kind.Create(model, threads);
                        long taken = GC.GetTotalAllocatedBytes(precise: true) - before;
                        (executor as IDisposable)?.Dispose();
                        long bound = model.ArenaBytes + BytesFree + (BoundOf(model) * threads);
                        Assert.IsLessThanOrEqualTo(bound, taken, $"{kind.Name}, {threads} threads");
                    }
        }
    }

    private static long BoundOf(Model model)
    {
        ScratchBound bound = new();
        foreach (Layer layer in model.Layers)
            bound.Add(model, layer);
        return bound.Bytes;
    }

    /// <summary>A blob of a few hundred bytes whose tile is large, since wide codes are not taken in parts: one thread may have it, not any number of them.</summary>
    [TestMethod]
    public void ThreadsThatNeedTooMuchAreRefused()
    {
        byte[] blob = Padded(40_000, 8).ToBlob();
        Assert.IsLessThan(16 << 10, blob.Length);
        Model model = Model.Load(blob, 1 << 20);
        foreach (ExecutorKind kind in Executors.All.Where(k => k.IsSupported && k.IsThreaded))
        {
            kind.Create(model);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            BarrelException error = Assert.ThrowsExactly<BarrelException>(() => kind.Create(model, Executors.ThreadsMax));
            Assert.AreEqual(ModelErrors.TooLarge, error.Code, error.Message);
            Assert.Contains("64 threads need", error.Message);
            Assert.IsLessThanOrEqualTo(ScratchBound.BytesMax(blob.Length), GC.GetTotalAllocatedBytes(precise: true) - before, kind.Name);
        }
    }

    /// <summary>A strided layer that reads one tensor 16 times asks for a stage of 200 MB: the loader says so before anything is taken.</summary>
    [TestMethod]
    public void AStageThatIsTooLargeIsRefused()
    {
        TestModel made = Padded(1);
        made.Model.Input.Flat = false;
        var layer = (TapLayer)made.Model.Layers[0];
        (made.Model.Tensors[0].Height, made.Model.Tensors[0].Width) = (2048, 2048);
        (made.Model.Tensors[1].Height, made.Model.Tensors[1].Width) = (1024, 1024);
        layer.StrideY = layer.StrideX = 2;
        layer.Inputs = [.. Enumerable.Repeat(layer.Inputs[0], 16)];
        made.Taps[layer] = [[.. Enumerable.Range(0, 48).Select(i => new TestTap(i, 0, false))]];
        made.PlaceTensors(false);
        byte[] blob = made.ToBlob();
        foreach (Func<byte[], int, Model> load in (Func<byte[], int, Model>[])[Model.Load, Model.LoadKeeping])
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            BarrelException error = Assert.ThrowsExactly<BarrelException>(() => load(blob, 1 << 24));
            Assert.AreEqual(ModelErrors.TooLarge, error.Code, error.Message);
            Assert.Contains("beside the arena", error.Message);
            Assert.IsLessThanOrEqualTo(BytesFree, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
    }

    /// <summary>A row of equal weights over a 1x3 kernel with padding: many cells for few bytes.</summary>
    private static TestModel Padded(int channels, int bits = 4)
    {
        TestModel made = new();
        made.Model.Input.ChannelOrder = InputFormat.ChannelsGray;
        made.Model.Input.Flat = true;
        int input = made.AddTensor(channels, 1, 1, bits);
        int output = made.AddTensor(1, 1, 1, 8);
        TapLayer layer = new()
        {
            Inputs = [new TapInput { Tensor = input, Channels = channels }], Output = output, Groups = 1, KernelHeight = 1, KernelWidth = 3, StrideY = 1,
            StrideX = 1, DilationY = 1, DilationX = 1, PadLeft = 1, PhaseY = 1, PhaseX = 1, Rows = 1, Mode = AccumulatorLayer.ModeRequantize,
            Bias = new int[1], Post = new int[1], Shift = new byte[1], Low = new byte[1], High = new byte[1], Skips = [], SkipShift = [],
        };
        made.Taps[layer] = [[.. Enumerable.Range(0, 3 * channels).Select(i => new TestTap(i, 0, false))]];
        made.AddLayer(layer);
        made.Model.OutputTensors = [output];
        made.PlaceTensors(false);
        return made;
    }
}
