using Barrel.Compiler.Emitting;
using Barrel.Compiler.Tests.Data;
using Barrel.Runtime;
using Barrel.Runtime.Tests.Models;

namespace Barrel.Nano.Tests;

/// <summary>What is said to fit does fit.</summary>
[TestClass]
public class NanoLimitsTests
{
    public TestContext TestContext { get; set; } = null!;

    private static Barrel.Boards.Board Esp32 => Barrel.Boards.Boards.Find("esp32");

    /// <summary>A layer with too many cells for variables takes an array for them, here most of all that it takes.</summary>
    [TestMethod]
    public void CellsInAnArrayAreCounted()
    {
        Model model = ManyCells(384, 8);
        NetworkSource source = new(model, assemblyIlBytesMax: 1 << 20);
        HotLayer wide = source.Hot.Single(h => h.Layer.InputChannels == 384);
        Assert.AreEqual(384L * 9 * 8, new LayerSource(wide).TileBytes);
        Assert.AreEqual(0, new LayerSource(source.Hot.First(h => h != wide)).TileBytes);
        NanoDevice device = new(source);
        device.Load(model.Blob);
        device.Run(new byte[8]);
        NanoLimits limits = new(Esp32, model, source);
        TestContext.WriteLine($"said {limits.TakenBytes} bytes, peak {device.Machine.Memory.PeakBytes}");
        Assert.IsLessThanOrEqualTo(limits.TakenBytes, device.Machine.Memory.PeakBytes);
    }

    [TestMethod]
    public void TooMuchForTheFlashIsAnErrorWithAndWithoutGeneratedCode()
    {
        NetworkSource source = new(RoadGrid.Model);
        new NanoLimits(Esp32, RoadGrid.Model, source).Check();
        Expect.Error(EmitErrors.Deployment, () => new NanoLimits(Esp32, RoadGrid.Model, source) { RoomBytes = 345_000 }.Check(), "layer 'node_", "345,000");

        Model blobOnly = ManyCells(1, 5);
        NetworkSource none = new(blobOnly);
        Assert.IsEmpty(none.Pieces);
        Expect.Error(EmitErrors.Deployment, () => new NanoLimits(Esp32, blobOnly, none) { RoomBytes = 300_000 }.Check(), "the blob", "300,000");
    }

    /// <summary>An assembly of layers is cut before it is too large, and a layer that no assembly holds runs from the blob.</summary>
    [TestMethod]
    public void AssembliesAreCutBeforeTheyAreTooLarge()
    {
        int[] sizes = [.. new NetworkSource(RoadGrid.Model).Pieces.Select(p => p.IlBytes)];
        int most = sizes.Max();
        NetworkSource cut = new(RoadGrid.Model, most);
        Assert.HasCount(sizes.Length, cut.Pieces);
        Assert.IsGreaterThan(1, cut.PartCount);
        Dictionary<string, int> bytes = cut.Pieces.ToDictionary(p => p.ClassName + ".cs", p => p.IlBytes);
        foreach (IGrouping<string?, SourceFile> part in cut.Files().GroupBy(f => Path.GetDirectoryName(f.Name)))
        {
            Assert.IsLessThanOrEqualTo(most, part.Sum(f => bytes.GetValueOrDefault(Path.GetFileName(f.Name))), part.Key);
            Assert.HasCount(1, part.Where(f => f.Name.EndsWith(".projitems", StringComparison.Ordinal)));
        }

        NetworkSource without = new(RoadGrid.Model, most - 1);
        Assert.HasCount(sizes.Count(s => s < most), without.Pieces);
        Assert.Contains($"an assembly holds {most - 1:N0}", without.Others.Single().Why);
    }

    /// <summary>A grey row that 1x1 rows spread over channels, and rows of 3x3 taps of either sign that share them out.</summary>
    private static Model ManyCells(int channels, int width)
    {
        TestModel made = new();
        made.Model.Input.ChannelOrder = InputFormat.ChannelsGray;
        made.AddTensor(1, 1, width, 8);
        Add(made, channels, 1, (_, _) => [new TestTap(0, 0, false)]);
        Add(made, 16, 3, (row, fanIn) => [.. Enumerable.Range(0, fanIn).Where(i => i % 16 == row).Select(i => new TestTap(i, 0, i % 32 < 16))]);
        made.PlaceTensors(false);
        return made.Load();
    }

    private static void Add(TestModel made, int rows, int kernel, Func<int, int, List<TestTap>> taps)
    {
        int input = made.Model.Tensors.Length - 1;
        TensorInfo source = made.Model.Tensors[input];
        TapLayer layer = new()
        {
            Inputs = [new TapInput { Tensor = input, Channels = source.Channels }], Output = made.AddTensor(rows, 1, source.Width, 4), Groups = 1, Rows = rows, KernelHeight = kernel,
            KernelWidth = kernel, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1, PadTop = kernel / 2, PadLeft = kernel / 2, PhaseY = 1, PhaseX = 1, Bias = new int[rows],
            Shift = new byte[rows], Post = new int[rows], Low = new byte[rows], High = [.. Enumerable.Repeat((byte)15, rows)], Skips = [], SkipShift = [],
        };
        made.Taps.Add(layer, [.. Enumerable.Range(0, rows).Select(row => taps(row, source.Channels * kernel * kernel))]);
        made.AddLayer(layer);
    }
}
