using Barrel.Boards;

namespace Barrel.ChipEmulator.Tests;

[TestClass]
public class PeFaultTests
{
    [TestMethod]
    [DataRow(PeFaultKind.StuckPlus, 1, 1)]
    [DataRow(PeFaultKind.StuckMinus, -1, -1)]
    [DataRow(PeFaultKind.Dead, 0, 0)]
    [DataRow(PeFaultKind.Weak, 0.3, -0.3)]
    public void Fault_shows_in_sums_and_not_in_what_reads_back(PeFaultKind kind, double withPlus, double withMinus)
    {
        // Ten faulty PEs of a segment add up to what the converter's whole steps can show.
        PeFault[] faults = [.. Enumerable.Range(3, 10).Select(pe => new PeFault(1, pe, kind))];
        Bench bench = new(new EmulatedChip(Bench.Geometry(), faults: faults));
        bench.Write(Frame.Config, 0x9000, 0x9000, 0x9000, 0x1000);
        bench.Write(Frame.Control, Frame.Auto);
        const ushort faulty = 0b0001_1111_1111_1000;
        foreach (bool weightsAreMinus in (bool[])[false, true])
        {
            foreach (bool inputsAreMinus in (bool[])[false, true])
            {
                ushort weights = (ushort)(weightsAreMinus ? faulty : 0);
                bench.Write(Frame.Weights, weights, weights, 0, 0);
                bench.Write(Frame.Input, (ushort)(inputsAreMinus ? faulty : 0));
                CollectionAssert.AreEqual(new ushort[] { weights, weights, 0, 0 }, bench.Read(Frame.Weights, 4));
                int sign = inputsAreMinus ? -1 : 1;
                int sound = 6 + (10 * sign * (weightsAreMinus ? -1 : 1));
                int sum = 6 + (int)Math.Round(10 * sign * (weightsAreMinus ? withMinus : withPlus));
                short[] margins = [.. bench.Read(Frame.Margin, 4).Select(m => (short)m)];
                CollectionAssert.AreEqual(new[] { (short)sound, (short)sum, (short)0, (short)(12 + (20 * sign)) }, margins);
            }
        }
    }

    [TestMethod]
    public void Faults_stay_faults_with_variation()
    {
        ChipVariation variation = new() { SigmaStatic = 0.01, Seed = 3 };
        PeFault[] faults = [new(0, 0, PeFaultKind.StuckMinus), new(1, 0, PeFaultKind.StuckPlus), new(2, 0, PeFaultKind.Weak, 20), new(3, 0, PeFaultKind.Dead)];
        Bench bench = new(new EmulatedChip(Bench.Geometry(), variation: variation, faults: faults));
        bench.Write(Frame.Config, 0x8100, 0x8100, 0x8100, 0x8300);
        bench.Write(Frame.Weights, 0, 1, 1, 1);
        bench.Write(Frame.Control, Frame.Start);
        CollectionAssert.AreEqual(new ushort[] { 0xFFFF, 1, 0xFFEC, 2 }, bench.Read(Frame.Margin, 4));
    }

    [TestMethod]
    public void Dead_PE_varies_no_more_than_it_delays()
    {
        PeFault[] faults = [new(0, 7, PeFaultKind.Dead)];
        Bench bench = new(new EmulatedChip(Bench.Geometry(), variation: new ChipVariation { SigmaStatic = 100 }, faults: faults));
        bench.Write(Frame.Config, 0x9000);
        bench.Write(Frame.Control, Frame.Auto);
        ushort[] alone = bench.Ask(Frame.Input, [0], Frame.Margin, 1).Data;
        CollectionAssert.AreEqual(alone, bench.Ask(Frame.Input, [1 << 7], Frame.Margin, 1).Data);
        CollectionAssert.AreNotEqual(alone, bench.Ask(Frame.Input, [1 << 8], Frame.Margin, 1).Data);
    }

    [TestMethod]
    public void Planted_faults_are_distinct_mixed_and_repeatable()
    {
        BoardChip geometry = Bench.Shipped("tdnn-sram-65nm");
        IReadOnlyList<PeFault> faults = PlantFaults.Random(geometry, 64, seed: 5);
        Assert.HasCount(64, faults.Select(f => (f.Segment, f.Pe)).Distinct().ToArray());
        foreach (PeFaultKind kind in Enum.GetValues<PeFaultKind>())
            Assert.HasCount(16, faults.Where(f => f.Kind == kind).ToArray());
        Assert.IsTrue(faults.All(f => f.Segment is >= 0 and < 512 && f.Pe is >= 0 and < 64));
        CollectionAssert.AreEqual(faults.ToArray(), PlantFaults.Random(geometry, 64, seed: 5).ToArray());
        CollectionAssert.AreNotEqual(faults.ToArray(), PlantFaults.Random(geometry, 64, seed: 6).ToArray());
        BoardChip small = Bench.Geometry();
        Assert.HasCount(512, PlantFaults.Random(small, 512, seed: 1), "every PE");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PlantFaults.Random(small, 513, seed: 1));
    }

    [TestMethod]
    public void Faults_that_cannot_be_are_refused()
    {
        foreach (PeFault fault in (PeFault[])[new(-1, 0, PeFaultKind.Dead), new(32, 0, PeFaultKind.Dead), new(0, -1, PeFaultKind.Dead), new(0, 16, PeFaultKind.Dead)])
            Assert.ThrowsExactly<ArgumentException>(() => new EmulatedChip(Bench.Geometry(), faults: [fault]));
        Assert.ThrowsExactly<ArgumentException>(() =>
            new EmulatedChip(Bench.Geometry(), faults: [new(0, 0, PeFaultKind.Dead), new(0, 0, PeFaultKind.Weak)]));
    }
}
