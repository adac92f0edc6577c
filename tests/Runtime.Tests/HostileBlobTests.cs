using System.Diagnostics;
using Barrel.Runtime.Tests.Models;

namespace Barrel.Runtime.Tests;

/// <summary>
/// Blobs of a few bytes that are sound field by field and ask for much: they are refused before much is taken, or run in little.
/// </summary>
[TestClass]
[DoNotParallelize]
public class HostileBlobTests
{
    private const int MemoryBytesMax = 64 << 20;
    private const long AllocatedBytesMax = 100 << 20;
    private const int MsMax = 10_000;

    [TestMethod]
    [DataRow("many kernel rows over many rows")]
    [DataRow("kernel rows far apart over many rows")]
    [DataRow("a row table a tile row")]
    [DataRow("planes of a wide stride")]
    [DataRow("every extent at its greatest")]
    [DataRow("greatest of 4096 phases")]
    [DataRow("channels of 64 inputs")]
    [DataRow("one input 64 times")]
    [DataRow("upsampling 64 times")]
    [DataRow("padding at its greatest")]
    [DataRow("many layers with large kernels")]
    [DataRow("many layers with many channels")]
    [DataRow("large pool")]
    public void LittleIsTaken(string name)
    {
        byte[] blob = Make(name).ToBlob();
        Assert.IsLessThan(1 << 20, blob.Length);
        long before = GC.GetTotalAllocatedBytes();
        long started = Stopwatch.GetTimestamp();
        string outcome = "loads";
        try
        {
            Model model = Model.Load(blob, MemoryBytesMax);
            foreach (ExecutorKind kind in Executors.For(model))
            {
                kind.Create(model);
                Check(kind.Name);
                before = GC.GetTotalAllocatedBytes();
            }
        }
        catch (BarrelException e)
        {
            Assert.IsTrue(e.Code is ModelErrors.BadField or ModelErrors.TooLarge, e.Message);
            outcome = e.Message;
        }

        Check(outcome);

        void Check(string what)
        {
            Assert.IsLessThan(AllocatedBytesMax + MemoryBytesMax, GC.GetTotalAllocatedBytes() - before, what);
            Assert.IsLessThan(MsMax, Stopwatch.GetElapsedTime(started).TotalMilliseconds, what);
        }
    }

    /// <summary>What the bound says is never less than what the plan takes.</summary>
    [TestMethod]
    public void TheBoundHolds()
    {
        for (int seed = 0; seed < 3000; seed++)
        {
            Random random = new(seed);
            TestModel made = new();
            int channels = random.Next(2) == 0 ? random.Next(1, 4) : random.Next(1, 300);
            int height = random.Next(1, 80), width = random.Next(1, 200);
            int input = made.AddTensor(channels, height, width, random.Next(1, 9));
            TapLayer layer = Layer(made, input, made.AddTensor(1, random.Next(1, 60), random.Next(1, 300), 8), random.Next(1, 20),
                random.Next(1, 20));
            layer.StrideY = random.Next(1, 6);
            layer.StrideX = random.Next(1, 6);
            layer.DilationY = random.Next(1, 9);
            layer.DilationX = random.Next(1, 9);
            layer.InputChannels = channels;
            layer.InputHeight = height;
            layer.InputWidth = width;
            layer.GridHeight = made.Model.Tensors[layer.Output].Height;
            layer.GridWidth = made.Model.Tensors[layer.Output].Width;
            foreach ((int alignment, int lanes, int slack, int elementsMax) in new[] { (8, 8, 8, 24576), (4, 4, 4, 24576),
                (1, 16, 64, 32768), (1, 64, 256, 32768), (1, 32, 128, 16384) })
            {
                TapPlan plan = new(made.Model, layer, alignment, lanes, slack, elementsMax);
                long taken = plan.Elements - slack + (4L * plan.Positions) + (4L * plan.SourceRow.Sum(r => r.Length))
                    + (4L * plan.SlotRow.Length);
                ScratchBound bound = new();
                bound.Add(made.Model, layer);
                Assert.IsLessThanOrEqualTo(bound.Bytes, taken, $"seed {seed}");
            }
        }
    }

    [TestMethod]
    public void AnArenaBehindItsTensorsIsRefused()
    {
        TestModel made = SampleModels.OneRow(4, 9, AccumulatorLayer.ModeRaw);
        TensorInfo last = made.Model.Tensors[^1];
        made.Model.ArenaBytes = last.ArenaOffset + last.ByteCount() + ModelFormat.TensorAlignment - 1;
        made.Load();
        made.Model.ArenaBytes++;
        Refused(made, ModelErrors.BadField, "arena");
    }

    [TestMethod]
    public void MultiplicationsBeyond63BitsAreRefused()
    {
        TestModel made = SampleModels.Convolution(3, 2, 4, 4, 4, new Random(1));
        foreach (Layer layer in made.Model.Layers)
            layer.Macs = long.MaxValue / 2 + 1;
        Refused(made, ModelErrors.BadField, "multiplications");
    }

    private static void Refused(TestModel made, int code, string part)
    {
        BarrelException error = Assert.ThrowsExactly<BarrelException>(() => made.Load());
        Assert.AreEqual(code, error.Code, error.Message);
        Assert.Contains(part, error.Message);
    }

    private static TestModel Make(string name)
    {
        TestModel made = new();
        made.Model.Input.ChannelOrder = InputFormat.ChannelsGray;
        int input = made.AddTensor(1, 8, 8, 4);
        int tall = made.AddTensor(1, 65535, 1, 4);
        int deep = made.AddTensor(65535, 1, 1, 4);
        int wide = made.AddTensor(1, 1, 65535, 4);
        int square = made.AddTensor(1, 2048, 2048, 8);
        TapLayer layer;
        switch (name)
        {
            case "many kernel rows over many rows":
                Layer(made, input, tall, 4096, 1);
                break;
            case "kernel rows far apart over many rows":
                Layer(made, input, tall, 4096, 1).DilationY = 4096;
                break;
            case "a row table a tile row":
                Layer(made, deep, tall, 4096, 1);
                break;
            case "planes of a wide stride":
                layer = Layer(made, deep, wide, 1, 4096);
                layer.StrideX = 4096;
                break;
            case "every extent at its greatest":
                layer = Layer(made, deep, square, 4096, 4096);
                layer.StrideY = layer.StrideX = 4095;
                layer.DilationY = layer.DilationX = 4096;
                layer.Groups = 65535;
                break;
            case "greatest of 4096 phases":
                layer = Layer(made, input, square, 1, 1);
                layer.PhaseY = layer.PhaseX = 64;
                Fill(layer, 4096, AccumulatorLayer.ModeArgMax);
                made.Taps[layer] = [.. Enumerable.Range(0, 4096).Select(_ => new List<TestTap>())];
                break;
            case "channels of 64 inputs":
                layer = Layer(made, deep, tall, 1, 1);
                layer.Inputs = [.. Enumerable.Repeat(layer.Inputs[0], 64)];
                break;
            case "one input 64 times":
                layer = Layer(made, square, tall, 4096, 1);
                layer.Inputs = [.. Enumerable.Repeat(layer.Inputs[0], 64)];
                break;
            case "upsampling 64 times":
                layer = Layer(made, square, tall, 4096, 4096);
                layer.Inputs[0].UpsampleShiftX = layer.Inputs[0].UpsampleShiftY = 6;
                break;
            case "padding at its greatest":
                layer = Layer(made, square, tall, 64, 64);
                layer.PadTop = layer.PadLeft = 65535;
                layer.DilationY = layer.DilationX = 4096;
                break;
            case "many layers with large kernels":
                for (int i = 0; i < 10_000; i++)
                {
                    layer = Layer(made, input, wide, 4096, 4096);
                    layer.StrideX = layer.StrideY = layer.DilationX = 4095;
                }

                break;
            case "many layers with many channels":
                for (int i = 0; i < 10_000; i++)
                    Layer(made, deep, input, 1, 1);
                break;
            default:
                made.AddLayer(new MaxPoolLayer
                {
                    Input = square, Output = tall, KernelHeight = 4096, KernelWidth = 4096, StrideY = 4096, StrideX = 4096,
                        DilationY = 4096, DilationX = 4096,
                    PadTop = -65535, PadLeft = 65535,
                });
                made.Model.Tensors[tall].Bits = 8;
                break;
        }

        made.Model.OutputTensors = [made.Model.Layers[^1].Output];
        int end = 0;
        foreach (TensorInfo tensor in made.Model.Tensors)
        {
            tensor.ArenaOffset = end;
            end += (tensor.ByteCount() + 63) / 64 * 64;
        }

        made.Model.ArenaBytes = end;
        return made;
    }

    /// <summary>A layer of one row without taps.</summary>
    private static TapLayer Layer(TestModel made, int input, int output, int kernelHeight, int kernelWidth)
    {
        TapLayer layer = new()
        {
            Inputs = [new TapInput { Tensor = input, Channels = made.Model.Tensors[input].Channels }], Output = output, Groups = 1,
            KernelHeight = kernelHeight, KernelWidth = kernelWidth, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1, PhaseY = 1,
                PhaseX = 1,
        };
        Fill(layer, 1, AccumulatorLayer.ModeRequantize);
        made.Taps.Add(layer, [[]]);
        made.AddLayer(layer);
        return layer;
    }

    private static void Fill(TapLayer layer, int rows, int mode)
    {
        (layer.Rows, layer.Mode) = (rows, mode);
        layer.Bias = new int[rows];
        layer.Post = new int[rows];
        layer.Shift = new byte[rows];
        layer.Low = new byte[rows];
        layer.High = new byte[rows];
        layer.Skips = [];
        layer.SkipShift = [];
    }
}
