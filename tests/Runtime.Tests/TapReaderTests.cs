using Barrel.Runtime.Tests.Models;

namespace Barrel.Runtime.Tests;

/// <summary>Taps come out of a blob as they went in, in the order that executors want.</summary>
[TestClass]
public class TapReaderTests
{
    [TestMethod]
    public void Taps_are_read_as_written()
    {
        int relative = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            TestModel source = RandomModel.Make(seed, 4, 300_000);
            Model model = source.Load();
            for (int i = 0; i < model.Layers.Length; i++)
                if (model.Layers[i] is TapLayer layer)
                {
                    relative += layer.TapsRelative ? 1 : 0;
                    AssertRows(source.Taps[(TapLayer)source.Model.Layers[i]], model, layer, $"seed {seed} layer {i}");
                }
        }

        Assert.IsGreaterThan(20, relative, "both ways of writing exponents");
    }

    [TestMethod]
    public void Small_tensor_scales_are_taken_off_the_exponents()
    {
        TestModel source = SampleModels.AllKinds(3);
        TensorInfo grouped = source.Model.Tensors[1];
        grouped.ScaleExponents = [-3, 4, 0, -1];
        Model model = source.Load();
        TapLayer layer = (TapLayer)model.Layers[1];
        Assert.IsTrue(layer.TapsRelative);
        AssertRows(source.Taps[(TapLayer)source.Model.Layers[1]], model, layer, "depthwise");
    }

    /// <summary>A whole network of one weight: what these bytes say must never change within a version.</summary>
    [TestMethod]
    public void A_golden_blob()
    {
        TestModel source = SampleModels.OneRow(8, 2, AccumulatorLayer.ModeRequantize);
        TapLayer layer = (TapLayer)source.Model.Layers[0];
        source.Taps[layer][0] = [new TestTap(0, 5, false), new TestTap(0, 2, true)];
        layer.Bias[0] = -3;
        const string golden = "42524C1A0300000033000000D8C2148332E8B2C56C2B953F67F0322819EF91EC42C3788E24BD7B02F772CE9EFE3CA0E8120000";
        Assert.AreEqual(golden, Convert.ToHexString(source.ToBlob()));
        Model model = Model.Load(Convert.FromHexString(golden), 1 << 20);
        AssertRows(source.Taps[layer], model, (TapLayer)model.Layers[0], "golden");
    }

    [TestMethod]
    public void A_blob_of_zeros_alone_ends_early()
    {
        // Many rows of many weights in few bytes: more than the blob may hold, before any memory is taken.
        TestModel source = SampleModels.OneRow(8, 2, AccumulatorLayer.ModeRaw);
        TapLayer layer = (TapLayer)source.Model.Layers[0];
        layer.KernelHeight = layer.KernelWidth = 512;
        byte[] padded = source.ToBlob();
        byte[] blob = BlobWriter.WithHeader(padded[ModelFormat.HeaderBytes..(Array.FindLastIndex(padded, b => b != 0) + 1)]);
        Assert.IsLessThan(512, blob.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        BarrelException thrown = Assert.ThrowsExactly<BarrelException>(() => Model.Load(blob, 1 << 30));
        Assert.AreEqual(ModelErrors.BadField, thrown.Code);
        Assert.Contains("taps of layer", thrown.Message);
        Assert.IsLessThan(1 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void AssertRows(List<TestTap>[] rows, Model model, TapLayer layer, string what)
    {
        TapReader reader = new(model, layer);
        foreach (List<TestTap> row in rows)
        {
            List<TestTap> read = [];
            for (int runs = reader.BeginRow(); runs > 0; runs--)
            {
                int count = reader.BeginRun();
                Assert.IsGreaterThan(0, count, what);
                for (; count > 0; count--)
                    read.Add(new TestTap(reader.NextTap(), reader.Exponent, reader.Negative));
            }

            List<TestTap> expected = [.. row.OrderByDescending(t => t.Exponent).ThenBy(t => t.Negative).ThenBy(t => t.Index)];
            CollectionAssert.AreEqual(expected, read, what);
        }
    }
}
