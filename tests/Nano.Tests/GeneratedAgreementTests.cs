using Barrel.Compiler.Emitting;
using Barrel.Runtime;
using Barrel.Runtime.Tests.Models;

namespace Barrel.Nano.Tests;

/// <summary>Generated C#, compiled, against every executor of the table.</summary>
[TestClass]
public class GeneratedAgreementTests
{
    [TestMethod]
    public void Convolutions_GiveTheBytesOfAllExecutors()
    {
        int generated = 0;
        for (int seed = 1; seed <= 12; seed++)
        {
            int bits = 1 + (seed % 8);
            TestModel model = SampleModels.Convolution(3 + seed, 5, 6, 16, bits, new Random(seed));
            generated += Compare(model.Load(), seed);
        }

        Assert.AreEqual(23, generated, "all but one layer");
    }

    /// <summary>Models that differ in all that a blob can say; those of which something is generated.</summary>
    [TestMethod]
    public void RandomModels_GiveTheBytesOfAllExecutors()
    {
        int generated = 0;
        for (int seed = 1; seed <= 150; seed++)
            generated += Compare(HotModels.Make(seed), seed);
        Assert.IsGreaterThan(200, generated);
    }

    [TestMethod]
    public void RoadGrid_GivesTheBytesOfAllExecutors()
    {
        for (int seed = 1; seed <= 5; seed++)
            Assert.AreEqual(5, Compare(RoadGrid.Model, seed));
    }

    /// <summary>How many layers were generated.</summary>
    private static int Compare(Model model, int seed)
    {
        NetworkSource source = new(model);
        GeneratedNetwork network = Generated.Load(source);
        GeneratedExecutor executor = new(model, network);
        byte[] codes = new byte[model.Input.ByteCount()];
        new Random(seed).NextBytes(codes);
        int mask = (1 << model.Tensors[model.InputTensor].Bits) - 1;
        for (int i = 0; i < codes.Length; i++)
            codes[i] &= (byte)mask;
        foreach (ExecutorKind kind in Executors.For(model))
        {
            Executor other = kind.Create(model);
            codes.CopyTo(other.Arena, other.InputOffset);
            codes.CopyTo(executor.Arena, executor.InputOffset);
            other.Run();
            executor.Run();
            foreach (int output in model.OutputTensors)
            {
                TensorInfo tensor = model.Tensors[output];
                CollectionAssert.AreEqual(
                    other.Arena.AsSpan(tensor.ArenaOffset, tensor.ByteCount()).ToArray(),
                    executor.Arena.AsSpan(tensor.ArenaOffset, tensor.ByteCount()).ToArray(), $"seed {seed}, {kind.Name}, tensor {output}");
            }
        }

        return source.Hot.Count();
    }
}
