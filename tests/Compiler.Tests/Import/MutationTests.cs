using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Runtime;
using static Barrel.Compiler.Tests.Import.OnnxWriter;

namespace Barrel.Compiler.Tests.Import;

/// <summary>Damaged files give a graph or a <see cref="BarrelException"/>, and never ask for much memory.</summary>
[TestClass]
public class MutationTests
{
    [TestMethod]
    public void Damaged_small_files()
    {
        byte[][] files =
        [
            new OnnxWriter(13, 1, 2, 6, 6).Floats("w", [3, 2, 3, 3], Oracle.Random(54, 1)).Floats("s", [3], 1, 2, 3)
                .Node("Conv", ["x", "w"], "c", Ints("pads", 1, 1, 1, 1), Ints("strides", 2, 1), Int("group", 1)).Node("BatchNormalization", ["c", "s", "s", "s", "s"], "b")
                .Node("MaxPool", ["b"], "p", Ints("kernel_shape", 2, 2), Int("ceil_mode", 1)).Node("Relu", ["p"], "r")
                .Node("Flatten", ["r"], "f").Floats("m", [30, 4], Oracle.Random(120, 2)).Node("Gemm", ["f", "m"], "g").Node("Softmax", ["g"], "y").File(),
            new OnnxWriter(11, 1, 4, 6, 6).Floats("w", [4, 2, 2, 2], Oracle.Random(32, 1)).Node("ConvTranspose", ["x", "w"], "c", Ints("strides", 2, 2), Ints("output_padding", 1, 1))
                .Longs("z", 1, 2, 9, 7).Node("Resize", ["c", "", "", "z"], "r", Text("mode", "linear")).Longs("p", 0, 1, 2, 1, 0, 0, 1, 0).Node("Pad", ["r", "p"], "q")
                .Node("AveragePool", ["q"], "a", Ints("kernel_shape", 3, 3), Ints("pads", 1, 1, 1, 1)).Node("Concat", ["a", "a"], "k", Int("axis", 1))
                .Node("Transpose", ["k"], "y", Ints("perm", 0, 2, 3, 1)).File(),
            new OnnxWriter(10, 1, 8, 6, 6).Node("Shape", ["x"], "s").Longs("i", 2, 3).Node("Gather", ["s", "i"], "h", Int("axis", 0)).Longs("l", 1, 2)
                .Node("Concat", ["l", "h"], "d", Int("axis", 0)).Node("Identity", ["x"], "j").Longs("b", 0, 1).Longs("e", 8, 6).Longs("ax", 1, 3).Longs("st", 1, 2)
                .Node("Slice", ["j", "b", "e", "ax", "st"], "u").Node("Split", ["u"], "v,w", Int("axis", 1)).Node("Add", ["v", "w"], "t")
                .Node("DepthToSpace", ["t"], "o", Int("blocksize", 2)).Node("Reshape", ["o", "d"], "y").File(),
        ];
        for (int i = 0; i < files.Length; i++)
            Damage(files[i], files[(i + 1) % files.Length], 16_000, 100 + i);
    }

    [TestMethod]
    public void Damaged_real_network()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(SharedData.Require("models", "mnist-8"), "mnist-8.onnx"));
        Damage(file, file, 2000, 1);
    }

    private static void Damage(byte[] file, byte[] other, int rounds, int seed)
    {
        int graphs = 0;
        OnnxImporter.Import(file, "whole");
        for (int round = 0; round < rounds; round++)
        {
            var random = new Random(seed * 100_003 + round);
            byte[] damaged = Mutate(file, other, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Graph graph = OnnxImporter.Import(damaged, "damaged");
                ModelTests.AssertLegal(graph);
                graphs++;
            }
            catch (BarrelException e)
            {
                Assert.IsTrue(e.Code is >= ImportErrors.Unreadable and <= ImportErrors.ElementType, e.Message);
            }
            catch (Exception e) when (e is not AssertFailedException)
            {
                throw new AssertFailedException($"seed {seed} round {round}: {e}");
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.IsLessThan((64L << 20) + 8L * damaged.Length, allocated, $"seed {seed} round {round}");
        }
        Assert.IsGreaterThan(0, graphs, "some damage goes unnoticed, as in weights");
    }

    private static byte[] Mutate(byte[] file, byte[] other, Random random)
    {
        byte[] copy = [.. file];
        switch (random.Next(4))
        {
            case 0:
                return copy[..random.Next(copy.Length)];
            case 1:
                int at = random.Next(copy.Length), from = random.Next(other.Length), length = Math.Min(random.Next(64), other.Length - from);
                return [.. copy[..at], .. other[from..(from + length)], .. copy[Math.Min(copy.Length, at + random.Next(64))..]];
            case 2:
                for (int i = random.Next(1, 4); i > 0; i--)
                    copy[random.Next(copy.Length)] = (byte)random.Next(256);
                return copy;
            default:
                copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
                return copy;
        }
    }
}
