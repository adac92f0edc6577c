using Barrel.Boards;
using Barrel.ChipEmulator;
using Barrel.Host.Chip;
using Barrel.Runtime;

namespace Barrel.Host.Tests.Chip;

/// <summary>ReRAM chips: pulses are repeated until they hold, counted on disk, and refused where cells would wear out.</summary>
[TestClass]
public class ChipWearTests
{
    private string folder = "";

    [TestInitialize]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("barrel-wear-").FullName;

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [TestMethod]
    public void PulsesAreRepeatedUntilTheyHoldAndCounted()
    {
        (BoardChip chip, Model model) = Placed(1);
        EmulatedChip emulated = new(chip, 9, new ChipVariation { PulseFailure = 0.2, Seed = 4 });
        ChipProgram program = Program(emulated, chip, model);
        program.Load(0);
        Assert.IsGreaterThan(1, program.Wear!.CyclesMax);

        // The record counts at least what the cells had, and whoever opens it later sees it.
        Assert.IsGreaterThanOrEqualTo(emulated.PulseCountMax, program.Wear!.CyclesMax);
        Assert.AreEqual(program.Wear!.CyclesMax, Program(emulated, chip, model).Wear!.CyclesMax);

        // What is there already is not programmed again.
        ChipProgram again = Program(emulated, chip, model);
        again.Load(0);
        Assert.AreEqual(0, again.SegmentsWritten);
        Assert.AreEqual(program.Wear!.CyclesMax, again.Wear!.CyclesMax);
    }

    [TestMethod]
    public void AWornOutChipIsRefusedAndNothingProgrammed()
    {
        (BoardChip chip, Model model) = Placed(2);
        for (int i = 0; i < chip.EnduranceCycles; i++)
            Program(new EmulatedChip(chip, 9), chip, model).Load(0);
        EmulatedChip emulated = new(chip, 9);
        BarrelException error = Assert.ThrowsExactly<BarrelException>(() => Program(emulated, chip, model).Load(0));
        Assert.AreEqual(ChipErrors.WornOut, error.Code);
        Assert.AreEqual(0, emulated.PulseCount);

        // Another chip has a record of its own.
        Program(new EmulatedChip(chip, 10), chip, model).Load(0);
    }

    [TestMethod]
    [DataRow("{")]
    [DataRow("null")]
    [DataRow("""{"serial":9,"segments":4096,"runs":[{"segments":4095,"cycles":0}]}""")]
    [DataRow("""{"serial":9,"segments":4096,"runs":[{"segments":-1,"cycles":0},{"segments":4097,"cycles":0}]}""")]
    [DataRow("""{"serial":8,"segments":4096,"runs":[{"segments":4096,"cycles":0}]}""")]
    public void ADamagedRecordIsRefused(string json)
    {
        (BoardChip chip, Model model) = Placed(3);
        File.WriteAllText(Path.Combine(folder, "chip-00000009.json"), json);
        EmulatedChip emulated = new(chip, 9);
        BarrelException error = Assert.ThrowsExactly<BarrelException>(() => Program(emulated, chip, model).Load(0));
        Assert.AreEqual(ChipErrors.WearRecord, error.Code);
        Assert.AreEqual(json, File.ReadAllText(Path.Combine(folder, "chip-00000009.json")));
        Assert.AreEqual(0, emulated.PulseCount);
    }

    private static (BoardChip Chip, Model Model) Placed(int seed)
    {
        Random random = new(seed);
        BoardChip chip = PlacedModels.Chip(random, isReram: true);
        return (chip, PlacedModels.Make(random, chip));
    }

    private ChipProgram Program(EmulatedChip emulated, BoardChip chip, Model model)
    {
        TdnnChip greeted = SpiLink.Greet(new EmulatedSpiDevice(emulated), chip);
        return new ChipProgram(greeted, model.Placement!, WearRecord.Open(folder, greeted.Identity, chip.EnduranceCycles));
    }
}
