using Barrel.Compiler.Emitting;
using Barrel.Runtime;

namespace Barrel.Nano.Tests;

/// <summary>How many IL instructions nanoFramework's interpreter executes, counted one by one.</summary>
[TestClass]
public class InstructionCountTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void RoadGrid_TakesAtMostThreeQuartersOfAnInstructionAnAdd()
    {
        Count(RoadGrid.Model);
    }

    /// <summary>The one that was trained and comes along.</summary>
    [TestMethod]
    public void TheTrainedRoadGridTakesNoMore() =>
        Count(Model.Load(File.ReadAllBytes(Barrel.Tests.Repository.FullPath("firmware-host/Models/roadgrid.barrel")), 1 << 20));

    private void Count(Model model)
    {
        long adds = model.Layers.OfType<TapLayer>().Sum(l => (long)l.TapCount * l.GridHeight * l.GridWidth);
        NetworkSource source = new(model);
        foreach ((Layer layer, string why) in source.Others)
            TestContext.WriteLine($"{layer.Name}: {why}");
        NanoDevice device = new(source);
        device.Load(model.Blob);
        TestContext.WriteLine($"load: {device.Machine.Count} instructions, peak {device.Machine.Memory.PeakBytes} bytes");
        byte[] codes = RoadGrid.Frame(1);
        long count = device.Run(codes);
        Executor swar = Executors.Create(model, SwarExecutor.ExecutorName);
        codes.CopyTo(swar.Arena, swar.InputOffset);
        swar.Run();
        TensorInfo mask = model.Tensors[model.OutputTensors[0]];
        CollectionAssert.AreEqual(swar.Arena.AsSpan(mask.ArenaOffset, mask.ByteCount()).ToArray(), device.Arena.AsSpan(mask.ArenaOffset, mask.ByteCount()).ToArray());
        TestContext.WriteLine($"{adds} adds, {count} instructions, {(double)count / adds:0.000} an add");
        foreach ((string name, long taken) in device.LayerCounts(codes))
            TestContext.WriteLine($"  {name}: {taken}");
        Assert.IsLessThanOrEqualTo(1_000_000L, adds);
        Assert.IsLessThanOrEqualTo(0.75, (double)count / adds);
    }
}
