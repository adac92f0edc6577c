using Barrel.Boards;
using Barrel.ChipEmulator;
using Barrel.Host.Chip;
using Barrel.Runtime;

namespace Barrel.Host.Tests.Chip;

/// <summary>Networks on the emulated chip give the reference's bytes, whatever the chip's size and however bad the link.</summary>
[TestClass]
public class ChipExecutorTests
{
    [TestMethod]
    public void RandomNetworksOnRandomChipsGiveTheReferencesBytes()
    {
        int passes = 0, sums = 0;
        for (int seed = 0; seed < 120; seed++)
        {
            Random random = new(seed);
            BoardChip chip = PlacedModels.Chip(random);
            Model model = PlacedModels.Make(random, chip);
            if (model.Placement!.Layers.Length == 0)
                continue;
            using ChipExecutor executor = Executor(model, chip, new LinkFaults(), null);
            AssertRuns(model, executor, random, 3, $"seed {seed}");
            passes += model.Placement.Passes;
            sums += model.Placement.Layers.Count(l => !l.Chains.IsSign);
        }

        // It is no test where all fits at once, or nothing reads margins.
        Assert.IsGreaterThan(200, passes);
        Assert.IsGreaterThan(20, sums);
    }

    [TestMethod]
    [DataRow(1e-4, 0, 0)]
    [DataRow(0, 0.1, 0)]
    [DataRow(0, 0, 0.1)]
    [DataRow(5e-5, 0.05, 0.05)]
    public void BadLinksCostTimeAndNothingElse(double bitErrors, double drops, double repeats)
    {
        long errors = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            Random random = new(seed);
            BoardChip chip = PlacedModels.Chip(random);
            Model model = PlacedModels.Make(random, chip);
            if (model.Placement!.Layers.Length == 0)
                continue;
            LinkFaults faults = new() { BitErrorRate = bitErrors, DropRate = drops, RepeatRate = repeats, Seed = seed };
            using ChipExecutor executor = Executor(model, chip, faults, null);
            AssertRuns(model, executor, random, 3, $"seed {seed}");
            errors += executor.Program.Chip.Link.ErrorCount;
        }

        Assert.IsGreaterThan(50, errors);
    }

    [TestMethod]
    public void ChipsThatAreResetAreLoadedAgain()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            BoardChip chip = PlacedModels.Chip(random);
            Model model = PlacedModels.Make(random, chip);
            if (model.Placement!.Layers.Length == 0)
                continue;
            using ChipExecutor executor = Executor(model, chip, new LinkFaults { ResetAtTransfer = 10 + random.Next(200) }, null);
            AssertRuns(model, executor, random, 4, $"seed {seed}");
        }
    }

    /// <summary>Pulled out or hanging in the middle: told once, and not a byte differs.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ChipsThatFailAreReplacedBySoftware(bool hangs)
    {
        for (int seed = 0; seed < 30; seed++)
        {
            Random random = new(seed);
            BoardChip chip = PlacedModels.Chip(random);
            Model model = PlacedModels.Make(random, chip);
            if (model.Placement!.Layers.Length == 0)
                continue;
            List<BarrelException> told = [];
            int at = 10 + random.Next(60);
            using ChipExecutor executor = Executor(
                model, WithTimeout(chip, 30), hangs ? new LinkFaults { HangAtTransfer = at } : new LinkFaults { UnplugAtTransfer = at }, told.Add);
            AssertRuns(model, executor, random, 30, $"seed {seed}");
            Assert.HasCount(1, told, $"seed {seed}");
            Assert.AreEqual(hangs ? ChipErrors.Hangs : ChipErrors.NoAnswer, told[0].Code);
            Assert.IsFalse(executor.IsOnChip);
        }
    }

    [TestMethod]
    public void RunAllocatesNothing()
    {
        Random random = new(3);
        BoardChip chip = PlacedModels.Chip(random);
        Model model = PlacedModels.Make(random, chip);
        using ChipExecutor executor = Executor(model, chip, new LinkFaults(), null);
        for (int i = 0; i < 50; i++)
            executor.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            executor.Run();
        Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static ChipExecutor Executor(Model model, BoardChip chip, LinkFaults faults, ChipFailure? onFailure)
    {
        TdnnChip greeted = SpiLink.Greet(new EmulatedSpiDevice(new EmulatedChip(chip)) { LinkFaults = faults }, chip);
        return new ChipExecutor(Executors.Create(model), new ChipProgram(greeted, model.Placement!, null), onFailure);
    }

    private static void AssertRuns(Model model, ChipExecutor executor, Random random, int frames, string what)
    {
        SwarExecutor reference = new(model);
        List<byte[]> batch = [];
        for (int frame = 0; frame < frames; frame++)
        {
            byte[] codes = [.. Enumerable.Range(0, model.Tensors[model.InputTensor].ByteCount()).Select(_ => (byte)random.Next(2))];
            codes.CopyTo(executor.Arena, executor.InputOffset);
            codes.CopyTo(reference.Arena, reference.InputOffset);
            batch.Add(executor.Arena.ToArray());
            executor.Run();
            reference.Run();
            AssertOutputs(model, reference.Arena, executor.Arena, $"{what}, frame {frame}");
        }

        if (!executor.IsOnChip)
            return;
        for (int layer = 0; layer < model.Layers.Length; layer++)
            executor.RunLayer(layer, [.. batch]);
        AssertOutputs(model, reference.Arena, batch[^1], $"{what}, all frames at once");
    }

    private static void AssertOutputs(Model model, byte[] expected, byte[] actual, string what)
    {
        foreach (int output in model.OutputTensors)
        {
            TensorInfo tensor = model.Tensors[output];
            CollectionAssert.AreEqual(
                expected.AsSpan(tensor.ArenaOffset, tensor.ByteCount()).ToArray(), actual.AsSpan(tensor.ArenaOffset, tensor.ByteCount()).ToArray(), what);
        }
    }

    private static BoardChip WithTimeout(BoardChip chip, int milliseconds) => new()
    {
        Kind = chip.Kind, Segments = chip.Segments, SegmentPes = chip.SegmentPes, InputBits = chip.InputBits, MarginBits = chip.MarginBits, TransferBytesMax = chip.TransferBytesMax,
        Retries = chip.Retries, TimeoutMs = milliseconds, EnduranceCycles = chip.EnduranceCycles, OperationFj = chip.OperationFj, LinkBitPj = chip.LinkBitPj,
    };
}
