using Barrel.Runtime.Tests.Models;

namespace Barrel.Runtime.Tests;

/// <summary>A damaged blob gives an error or a model that all executors run alike; never a crash, a hang or much memory.</summary>
[TestClass]
public class DamagedBlobTests
{
    private const int MemoryBytesMax = 32 << 20;
    private const long AllocatedBytesMax = 64 << 20;

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void Load_or_error(int part)
    {
        TestModel[] models =
        [
            SampleModels.AllKinds(part), SampleModels.LogCodes(part % 15), RandomModel.Make(11 + part, 3, 200_000), RandomModel.Make(23 + part, 2, 100_000),
            SampleModels.Placed(part),
        ];
        int[] numbers = new int[models.Length];
        byte[][] seeds = [.. models.Select((m, i) => BlobWriter.Write(m, -1, 0, out numbers[i]))];
        int loaded = 0;
        for (int round = 0; round < 25_000; round++)
        {
            Random random = new((part * 1_000_003) + round);
            int seed = round % seeds.Length;
            byte[] blob = random.Next(2) == 0 ? Damaged(seeds[seed], random) : WithWrongNumber(models[seed], numbers[seed], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Model model = Model.Load(blob, MemoryBytesMax);
                loaded++;
                Run(model, random);
            }
            catch (BarrelException e)
            {
                Assert.IsTrue(e.Code is >= 3001 and <= 3008, $"part {part} round {round}: {e.Message}");
            }
            catch (Exception e) when (e is not AssertFailedException)
            {
                throw new AssertFailedException($"part {part} round {round}: {e}");
            }

            Assert.IsLessThan(AllocatedBytesMax, GC.GetAllocatedBytesForCurrentThread() - before, $"part {part} round {round}");
        }

        Assert.IsGreaterThan(1000, loaded, "some damage leaves a valid model");
    }

    private static void Run(Model model, Random random)
    {
        long work = model.Layers.OfType<TapLayer>().Sum(l => (long)(l.TapCount + l.Rows) * l.GridHeight * l.GridWidth)
            + model.Layers.Sum(l => 64L * model.Tensors[l.Output].ByteCount());
        if (work > 2_000_000)
            return;
        Executor plain = Executors.Create(model, SwarExecutor.ExecutorName);
        Frames.Fill(plain.Arena, model.Tensors[model.InputTensor], random);
        plain.Run();
    }

    /// <summary>
    /// One number of the model is another. In a stream where all that follows depends on each bit, changed bytes are noise from there on; this reaches
    /// every check with the rest intact.
    /// </summary>
    private static byte[] WithWrongNumber(TestModel model, int numbers, Random random)
    {
        long[] edges = [0, 1, 2, 3, 4, 7, 8, 31, 32, 63, 64, 127, 128, 255, 256, 65534, 65535, 65536, int.MaxValue - 1, int.MaxValue, 1L << 31, uint.MaxValue];
        long value = random.Next(3) switch { 0 => random.Next(16), 1 => edges[random.Next(edges.Length)], _ => random.NextInt64(1L << random.Next(33)) };
        return BlobWriter.Write(model, random.Next(numbers), value, out _);
    }

    private static byte[] Damaged(byte[] whole, Random random)
    {
        byte[] blob = [.. whole];
        switch (random.Next(5))
        {
            case 0:
                return blob[..random.Next(blob.Length)];
            case 1:
                blob[random.Next(blob.Length)] ^= (byte)(1 << random.Next(8));
                return blob;
            case 2:
                int at = random.Next(ModelFormat.HeaderBytes, blob.Length);
                int from = random.Next(ModelFormat.HeaderBytes, blob.Length);
                blob = [.. blob[..at], .. blob[from..Math.Min(blob.Length, from + random.Next(24))], .. blob[Math.Min(blob.Length, at + random.Next(24))..]];
                break;
            default:
                byte[] edges = [0, 1, 2, 31, 32, 127, 128, 254, 255];
                for (int i = random.Next(1, 4); i > 0; i--)
                    blob[random.Next(ModelFormat.HeaderBytes, blob.Length)] = random.Next(2) == 0 ? edges[random.Next(edges.Length)] : (byte)random.Next(256);
                break;
        }

        // Sealed again, so that what lies behind the checksum is reached.
        return BlobWriter.WithHeader(blob[ModelFormat.HeaderBytes..], whole[6]);
    }
}
