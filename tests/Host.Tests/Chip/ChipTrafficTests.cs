using Barrel.Boards;
using Barrel.ChipEmulator;
using Barrel.Compiler.Placing;
using Barrel.Host.Chip;
using Barrel.Runtime;

namespace Barrel.Host.Tests.Chip;

/// <summary>What the compiler says that a frame takes on the link is what the driver sends.</summary>
[TestClass]
public class ChipTrafficTests
{
    [TestMethod]
    public void BytesOfAFrameAreThoseThatTheDriverSends()
    {
        int many = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            Random random = new(seed);
            BoardChip chip = PlacedModels.Chip(random);
            Model model = PlacedModels.Make(random, chip);
            if (model.Placement!.Layers.Length == 0)
                continue;
            ChipTraffic said = ChipTraffic.Of(model, model.Placement, chip.TransferBytesMax);
            TdnnChip greeted = SpiLink.Greet(new EmulatedSpiDevice(new EmulatedChip(chip)), chip);
            using ChipExecutor executor = new(Executors.Create(model), new ChipProgram(greeted, model.Placement, null), null);
            long greeting = greeted.Link.ByteCount;
            executor.Run();
            executor.Run();
            long two = greeted.Link.ByteCount - greeting;
            executor.Run();
            long three = greeted.Link.ByteCount - greeting;
            Assert.AreEqual(said.FrameBytes, three - two, $"seed {seed}, a frame");
            Assert.AreEqual(said.LoadBytes, two - (2 * said.FrameBytes), $"seed {seed}, once");
            many += model.Placement.Passes > 1 ? 1 : 0;
        }

        Assert.IsGreaterThan(15, many);
    }
}
