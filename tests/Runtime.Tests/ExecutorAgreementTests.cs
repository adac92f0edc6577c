using Barrel.Runtime.Tests.Models;

namespace Barrel.Runtime.Tests;

/// <summary>Every executor of the table against the reference, every byte of the arena after every layer.</summary>
[TestClass]
public class ExecutorAgreementTests
{
    [TestMethod]
    public void RandomModels_GiveTheReferencesBytes()
    {
        int layers = 0;
        for (int seed = 1; seed <= 3000; seed++)
        {
            TestModel model = RandomModel.Make(seed, 1 + (seed % 5), 300_000);
            Compare(model.Load(), seed, $"seed {seed}");
            layers += model.Model.Layers.Length;
        }

        Assert.IsGreaterThan(8000, layers);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    [DataRow(5)]
    [DataRow(6)]
    [DataRow(8)]
    public void EveryWidth_GivesTheReferencesBytes(int bits)
    {
        for (int width = 1; width <= 140; width++)
        {
            TestModel model = SampleModels.Convolution(3, 5, 7, width, bits, new Random((bits << 10) + width));
            Compare(model.Load(), width, $"{bits} bits, width {width}");
        }
    }

    [TestMethod]
    public void AllKinds_GiveTheReferencesBytes() => Compare(SampleModels.AllKinds(1).Load(), 1, "all kinds");

    [TestMethod]
    public void LogCodesInEveryPlace_GiveTheReferencesBytes()
    {
        foreach (int zero in (int[])[0, 3, 14])
            Compare(SampleModels.LogCodes(zero).Load(), zero, $"log codes around {zero}");
    }

    /// <summary>Tiles are cut across and down only where the input is larger than the first-level cache.</summary>
    [TestMethod]
    [DataRow(300, 5, 129, 4)]
    [DataRow(300, 5, 129, 8)]
    [DataRow(40, 70, 70, 5)]
    [DataRow(40, 70, 70, 6)]
    [DataRow(3, 90, 1000, 8)]
    [DataRow(1, 3, 40000, 4)]
    [DataRow(1, 3, 40000, 8)]
    public void LargeInputs_GiveTheReferencesBytes(int channels, int height, int width, int bits)
    {
        TestModel model = SampleModels.Convolution(channels, 2, height, width, bits, new Random(channels + bits));
        Compare(model.Load(), bits, $"{channels} channels of {height}x{width}");
    }

    /// <summary>A sum of exactly int.MaxValue, which the loader lets pass, by each part that can give it.</summary>
    [TestMethod]
    public void GreatestSum_IsExact()
    {
        foreach (int bits in (int[])[1, 8])
        {
            int codeMax = (1 << bits) - 1;
            TestModel model = SampleModels.OneRow(bits, 40, AccumulatorLayer.ModeRaw);
            TapLayer layer = (TapLayer)model.Model.Layers[0];
            int exponent = 31 - bits;
            model.Taps[layer][0] = [new TestTap(0, exponent, false)];
            layer.Bias[0] = (int)(int.MaxValue - ((long)codeMax << exponent));
            Executor[] executors = [.. Executors.For(model.Load()).Select(kind => kind.Create(model.Load()))];
            foreach (Executor executor in executors)
            {
                executor.Arena.AsSpan(executor.InputOffset, 40).Fill((byte)codeMax);
                executor.Run();
                Assert.AreEqual(int.MaxValue, BitConverter.ToInt32(executor.Arena, executor.Model.Tensors[1].ArenaOffset), executor.Name);
            }
        }
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(7)]
    public void SeveralThreads_GiveTheReferencesBytes(int threads)
    {
        TestModel[] models = [SampleModels.AllKinds(1), SampleModels.LogCodes(3), .. Enumerable.Range(1, 60).Select(seed => RandomModel.Make(seed, 5, 300_000))];
        foreach (TestModel made in models)
        {
            Model model = made.Load();
            ReferenceModel reference = new(model);
            byte[] frame = new byte[model.ArenaBytes];
            Frames.Fill(frame, model.Tensors[model.InputTensor], new Random(threads));
            frame.CopyTo(reference.Arena, 0);
            reference.Run();
            foreach (ExecutorKind kind in Executors.For(model))
            {
                Executor executor = kind.Create(model, threads);
                using IDisposable? ended = executor as IDisposable;
                for (int round = 0; round < 3; round++)
                {
                    frame.CopyTo(executor.Arena, 0);
                    executor.Run();
                    foreach (int output in model.OutputTensors)
                    {
                        TensorInfo tensor = model.Tensors[output];
                        Assert.IsTrue(
                            executor.Arena.AsSpan(tensor.ArenaOffset, tensor.ByteCount()).SequenceEqual(reference.Arena.AsSpan(tensor.ArenaOffset, tensor.ByteCount())),
                            $"{made.Model.Name}, {kind.Name}, {threads} threads, round {round}");
                    }
                }
            }
        }
    }

    /// <summary>Runs each layer alone on fresh codes, twice, then the whole model. Before each run the arena is garbage where it is not input.</summary>
    private static void Compare(Model model, int seed, string what)
    {
        Random random = new(seed);
        ReferenceModel reference = new(model);
        Executor[] executors = [.. Executors.For(model).Select(kind => kind.Create(model))];
        byte[] before = new byte[model.ArenaBytes];
        for (int round = 0; round < 2; round++)
            for (int i = 0; i < model.Layers.Length; i++)
            {
                Array.Fill(before, (byte)0xAA);
                foreach (int read in TestModel.ReadsOf(model.Layers[i]).Distinct())
                    Frames.Fill(before, model.Tensors[read], random);
                before.CopyTo(reference.Arena, 0);
                reference.RunLayer(i);
                foreach (Executor executor in executors)
                {
                    Prepare(executor, before);
                    executor.RunLayer(i);
                    AssertSame(model, reference.Arena, executor.Arena, $"{what}, {executor.Name}, layer {i}, round {round}");
                }
            }

        Array.Fill(before, (byte)0xAA);
        Frames.Fill(before, model.Tensors[model.InputTensor], random);
        before.CopyTo(reference.Arena, 0);
        reference.Run();
        foreach (Executor executor in executors)
        {
            Prepare(executor, before);
            executor.Run();
            AssertSame(model, reference.Arena, executor.Arena, $"{what}, {executor.Name}, whole model");
        }
    }

    private static void Prepare(Executor executor, byte[] before)
    {
        before.CopyTo(executor.Arena, 0);
        executor.Arena.AsSpan(before.Length).Fill(0xAA);
    }

    private static void AssertSame(Model model, byte[] expected, byte[] actual, string what)
    {
        Assert.AreEqual(-1, actual.AsSpan(expected.Length).IndexOfAnyExcept((byte)0xAA), $"{what} wrote behind the arena");
        int at = expected.AsSpan().CommonPrefixLength(actual);
        if (at == expected.Length)
            return;
        int tensor = Array.FindIndex(model.Tensors, t => at >= t.ArenaOffset && at < t.ArenaOffset + t.ByteCount());
        Assert.Fail($"{what}: byte {at} (tensor {tensor}) is {actual[at]}, and the reference says {expected[at]}");
    }
}
