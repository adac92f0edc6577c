using Barrel.Runtime.Tests.Models;

namespace Barrel.Runtime.Tests;

/// <summary>Layers of ±1 in every executor, with one thread and more, against a loop that counts one bit after the other.</summary>
[TestClass]
public class BinaryLayerTests
{
    [TestMethod]
    public void Any_shape_gives_what_the_naive_loop_gives()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            Random random = new(seed);
            int kernelHeight = random.Next(1, 5), kernelWidth = random.Next(1, 5);
            BinaryLayer layer = new()
            {
                KernelHeight = kernelHeight, KernelWidth = kernelWidth, StrideY = random.Next(1, 4), StrideX = random.Next(1, 4),
                DilationY = random.Next(1, 3), DilationX = random.Next(1, 3), Rows = random.Next(1, 40),
            };
            int height = ((kernelHeight - 1) * layer.DilationY) + random.Next(1, 20), width = ((kernelWidth - 1) * layer.DilationX) + random.Next(1, 80);
            Check(layer, random.Next(1, 90), height, width, random, $"seed {seed}");
        }
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(7, 3)]
    [DataRow(251, 64)]
    [DataRow(252, 65)]
    [DataRow(257, 191)]
    [DataRow(784, 200)]
    [DataRow(1023, 256)]
    [DataRow(1024, 300)]
    [DataRow(32767, 5)]
    [DataRow(32768, 5)]
    public void A_vector_gives_what_the_naive_loop_gives(int inputs, int rows)
    {
        BinaryLayer layer = new() { KernelHeight = 1, KernelWidth = 1, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1, Rows = rows };
        Check(layer, inputs, 1, 1, new Random(inputs), $"{inputs} to {rows}");
    }

    /// <summary>Fills in the layer, at random, and runs it as codes of a sign, as more codes and as raw sums.</summary>
    private static void Check(BinaryLayer layer, int channels, int height, int width, Random random, string what)
    {
        layer.FanIn = channels * layer.KernelHeight * layer.KernelWidth;
        layer.WordsPerRow = (layer.FanIn + 63) / 64;
        layer.GridHeight = ((height - ((layer.KernelHeight - 1) * layer.DilationY) - 1) / layer.StrideY) + 1;
        layer.GridWidth = ((width - ((layer.KernelWidth - 1) * layer.DilationX) - 1) / layer.StrideX) + 1;
        layer.Weights = new ulong[layer.Rows * layer.WordsPerRow];
        for (int row = 0; row < layer.Rows; row++)
            for (int i = 0; i < layer.FanIn; i++)
                if (row == 0 || random.Next(2) == 0)
                    layer.Weights[(row * layer.WordsPerRow) + (i / 64)] |= 1UL << (i % 64);

        // Row 0 differs from no input or from all of them: so counts reach their most.
        bool isExtreme = random.Next(3) == 0 || channels is 784 or 1024 or 32767;
        int reach = (int)Math.Sqrt(layer.FanIn);
        (layer.Skips, layer.SkipShift) = ([], []);
        layer.Bias = [.. Enumerable.Range(0, layer.Rows).Select(_ => random.Next(10) == 0 ? layer.FanIn * ((random.Next(2) * 2) - 1) : random.Next(-reach, reach + 1))];
        foreach ((int mode, int bits) in new[] { (AccumulatorLayer.ModeRequantize, 1), (AccumulatorLayer.ModeRequantize, 4), (AccumulatorLayer.ModeRaw, 32) })
        {
            TestModel made = new();
            made.AddTensor(channels, height, width, 1);
            layer.Output = made.AddTensor(layer.Rows, layer.GridHeight, layer.GridWidth, bits);
            layer.Mode = mode;
            layer.Shift = [.. Enumerable.Repeat((byte)(bits == 1 ? 30 : 2), layer.Rows)];
            layer.Post = [.. Enumerable.Repeat(bits == 1 ? 1 << 30 : 31, layer.Rows)];
            layer.Low = new byte[layer.Rows];
            layer.High = [.. Enumerable.Repeat((byte)((1 << Math.Min(bits, 8)) - 1), layer.Rows)];
            made.AddLayer(layer);
            made.PlaceTensors(false);

            // What lies behind the input is not its bits.
            byte[] frame = new byte[made.Model.ArenaBytes];
            Array.Fill(frame, (byte)255);
            for (int i = 0; i < channels * height * width; i++)
                frame[i] = (byte)(isExtreme ? 0 : random.Next(2));
            ReferenceModel reference = new(made.Model);
            frame.CopyTo(reference.Arena, 0);
            reference.Run();
            TensorInfo output = made.Model.Tensors[layer.Output];
            ReadOnlySpan<byte> expected = reference.Arena.AsSpan(output.ArenaOffset, output.ByteCount());
            foreach (ExecutorKind kind in Executors.All.Where(k => k.IsSupported))
                foreach (int threads in kind.IsThreaded ? [1, 3] : new[] { 1 })
                {
                    Executor executor = kind.Create(made.Model, threads);
                    using IDisposable? ended = executor as IDisposable;
                    Array.Fill(executor.Arena, (byte)255);
                    frame.CopyTo(executor.Arena, 0);
                    for (int run = 0; run < 2; run++)
                        executor.Run();
                    Assert.IsTrue(expected.SequenceEqual(executor.Arena.AsSpan(output.ArenaOffset, output.ByteCount())), $"{what}: {kind.Name}, {threads} threads, {bits} bits");
                    Assert.IsTrue(
                        frame.AsSpan(0, output.ArenaOffset).SequenceEqual(executor.Arena.AsSpan(0, output.ArenaOffset)) && executor.Arena.AsSpan(output.ArenaOffset + output.ByteCount()).IndexOfAnyExcept((byte)255) < 0,
                        $"{what}: {kind.Name} writes elsewhere");
                }
        }
    }
}
