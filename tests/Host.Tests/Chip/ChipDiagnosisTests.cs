using Barrel.Boards;
using Barrel.ChipEmulator;
using Barrel.Host.Chip;
using Barrel.Host.Chip.Diagnosis;

namespace Barrel.Host.Tests.Chip;

/// <summary>Faults that are planted are found, with their kinds, and no others.</summary>
[TestClass]
public class ChipDiagnosisTests
{
    private static readonly BoardChip Sram = Boards.Boards.Find("tdnn-sram-65nm").Chip!;

    private static readonly ChipVariation Some = new() { SigmaStatic = 0.05, SigmaJitter = 0.02 };

    [TestMethod]
    public void Chips_without_faults_have_none()
    {
        for (int seed = 0; seed < 3; seed++)
        {
            AssertFinds(Sram, new ChipVariation(), [], $"exact, seed {seed}");
            AssertFinds(Sram, Some with { Seed = seed }, [], $"varied, seed {seed}");
        }
    }

    [TestMethod]
    public void Sixty_four_faults_anywhere()
    {
        for (int seed = 0; seed < 4; seed++)
        {
            IReadOnlyList<PeFault> faults = PlantFaults.Random(Sram, 64, seed);
            AssertFinds(Sram, new ChipVariation { Seed = seed }, faults, $"exact, seed {seed}");
            AssertFinds(Sram, Some with { Seed = seed }, faults, $"varied, seed {seed}");
        }
    }

    /// <summary>
    /// Eight to a segment, all kinds among them, in neighbouring segments as well. Signs show a short step only as far as others' sums fill the gap
    /// between one whole step and the next; with several short ones and nothing else that varies they may leave it out: then weak looks dead.
    /// </summary>
    [TestMethod]
    public void Many_faults_in_one_segment()
    {
        for (int seed = 0; seed < 3; seed++)
        {
            Random random = new(seed);
            List<PeFault> faults = [];
            foreach (int segment in (int[])[0, 1, 2, 77, 300, 301, 509, 510])
            {
                int[] pes = [.. Enumerable.Range(0, Sram.SegmentPes - 1)];
                random.Shuffle(pes);
                foreach (int pe in pes.Take(8))
                    faults.Add(new PeFault(segment, pe, (PeFaultKind)random.Next(4), 0.2 + (0.25 * random.NextDouble())));
            }

            AssertFinds(Sram, new ChipVariation { Seed = seed }, faults, $"exact, seed {seed}", isWeakDead: true);
            AssertFinds(Sram, Some with { Seed = seed }, faults, $"varied, seed {seed}", isWeakDead: true);
        }
    }

    /// <summary>The last element is in no odd chain of its own segment alone.</summary>
    [TestMethod]
    public void First_and_last_elements()
    {
        List<PeFault> faults = [];
        for (int segment = 0; segment < 8; segment++)
            faults.Add(new PeFault(60 * segment, segment < 4 ? 0 : 63, (PeFaultKind)(segment % 4)));
        AssertFinds(Sram, new ChipVariation(), faults, "exact");
        AssertFinds(Sram, Some, faults, "varied");
    }

    [TestMethod]
    [DataRow(0.1, 0.1)]
    [DataRow(0.15, 0.1)]
    public void Stuck_and_dead_ones_on_chips_that_vary_much(double sigmaStatic, double sigmaJitter)
    {
        PeFault[] faults = [.. PlantFaults.Random(Sram, 64, 5).Where(f => f.Kind != PeFaultKind.Weak)];
        ChipDiagnosis diagnosis = Run(Sram, new ChipVariation { SigmaStatic = sigmaStatic, SigmaJitter = sigmaJitter, Seed = 5 }, faults);

        // Among so many some step may really be as short as a weak one's.
        ChipFault[] others = [.. diagnosis.Faults.Where(f => f.Kind == ChipFault.Weak)];
        Assert.IsLessThanOrEqualTo(2, others.Length);
        AssertEqual([.. faults, .. others.Select(f => new PeFault(f.Segment, f.Pe, PeFaultKind.Weak))], diagnosis, "much");
    }

    [TestMethod]
    public void Steps_are_measured()
    {
        double[] strengths = [0.05, 0.2, 0.35, 0.5, 1.6, 2];
        PeFault[] faults = [.. strengths.Select((s, i) => new PeFault(40 * i, 10 * i, PeFaultKind.Weak, s))];
        ChipDiagnosis diagnosis = Run(Sram, new ChipVariation { SigmaJitter = 0.08 }, faults);
        foreach (PeFault fault in faults)
            Assert.AreEqual(fault.Strength, diagnosis.VerdictAt(fault.Segment, fault.Pe).Step, 0.1, $"{fault}");
    }

    [TestMethod]
    public void Other_geometries_and_chips_without_margins()
    {
        foreach ((int segments, int pes, int banks) in (ReadOnlySpan<(int, int, int)>)[(16, 16, 4), (33, 32, 2), (20, 48, 8), (1, 64, 2), (64, 64, 1)])
        {
            BoardChip chip = Chip("sram", segments, pes, banks, 0);
            PeFault[] faults = [.. PlantFaults.Random(chip, Math.Min(8, segments), 3).Where(f => f.Kind != PeFaultKind.Weak)];
            AssertFinds(chip, new ChipVariation(), faults, $"{segments} segments of {pes}");
            AssertFinds(chip, Some, faults, $"{segments} segments of {pes}, varied");
        }
    }

    /// <summary>Nothing else could be told of it.</summary>
    [TestMethod]
    public void Segments_that_follow_nothing_are_dead()
    {
        PeFault[] faults = [.. Enumerable.Range(0, 64).Select(pe => new PeFault(9, pe, PeFaultKind.Dead))];
        AssertFinds(Sram, new ChipVariation(), faults, "a dead segment");
    }

    [TestMethod]
    public void Bad_links_and_a_reset_change_nothing()
    {
        IReadOnlyList<PeFault> faults = PlantFaults.Random(Sram, 16, 2);
        ChipDiagnosis diagnosis = Run(Sram, new ChipVariation(), faults, new LinkFaults { BitErrorRate = 1e-6, DropRate = 0.001, ResetAtTransfer = 5000 });
        AssertEqual(faults, diagnosis, "bad link");
    }

    /// <summary>Their delays would be right: it is their memory that is not.</summary>
    [TestMethod]
    public void Cells_that_cannot_be_programmed_are_stuck()
    {
        BoardChip chip = Chip("reram", 16, 16, 2, 0);
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            using TdnnChip greeted = Greet(chip, new ChipVariation { PulseFailure = 1 }, [], new LinkFaults());
            ChipDiagnosis diagnosis = new(greeted, WearRecord.Open(folder, greeted.Identity, 1000));
            diagnosis.Run();
            Assert.HasCount(16 * 16, diagnosis.Faults);
            Assert.IsTrue(diagnosis.Faults.All(f => f.Kind == ChipFault.StuckPlus));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void Reram_counts_its_pulses()
    {
        BoardChip chip = Chip("reram", 32, 64, 4, 0);
        IReadOnlyList<PeFault> faults = PlantFaults.Random(chip, 8, 4);
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            EmulatedChip emulated = new(chip, 1, new ChipVariation { PulseFailure = 0.1, SigmaResistance = 0.05, SigmaJitter = 0.02 }, faults);
            using TdnnChip greeted = SpiLink.Greet(new EmulatedSpiDevice(emulated), chip);
            long foretold = ChipDiagnosis.PulsesOf(greeted);
            WearRecord wear = WearRecord.Open(folder, greeted.Identity, 1000);
            ChipDiagnosis diagnosis = new(greeted, wear);
            diagnosis.Run();
            AssertEqual(faults, diagnosis, "ReRAM");
            Assert.AreEqual(emulated.PulseCount, diagnosis.PulseCount);
            Assert.AreEqual(foretold, diagnosis.PulseCount, 0.2 * foretold);
            Assert.IsGreaterThanOrEqualTo(emulated.PulseCountMax, wear.CyclesMax);
            Assert.AreEqual(wear.CyclesMax, WearRecord.Open(folder, greeted.Identity, 1000).CyclesMax);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static BoardChip Chip(string kind, int segments, int pes, int banks, int marginBits) => new()
    {
        Kind = kind, Segments = segments, SegmentPes = pes, InputBits = banks * pes, MarginBits = marginBits, TransferBytesMax = 1024, Retries = 8, TimeoutMs = 2000,
        EnduranceCycles = kind == "reram" ? 1000 : 0, OperationFj = 20, LinkBitPj = 100,
    };

    private static TdnnChip Greet(BoardChip chip, ChipVariation variation, IReadOnlyList<PeFault> faults, LinkFaults link) =>
        SpiLink.Greet(new EmulatedSpiDevice(new EmulatedChip(chip, 1, variation, faults)) { LinkFaults = link }, chip);

    private static ChipDiagnosis Run(BoardChip chip, ChipVariation variation, IReadOnlyList<PeFault> faults, LinkFaults? link = null)
    {
        using TdnnChip greeted = Greet(chip, variation, faults, link ?? new LinkFaults());
        ChipDiagnosis diagnosis = new(greeted, null);
        diagnosis.Run();
        return diagnosis;
    }

    private static void AssertFinds(BoardChip chip, ChipVariation variation, IReadOnlyList<PeFault> faults, string what, bool isWeakDead = false) =>
        AssertEqual(faults, Run(chip, variation, faults), what, isWeakDead);

    private static void AssertEqual(IReadOnlyList<PeFault> planted, ChipDiagnosis diagnosis, string what, bool isWeakDead = false)
    {
        string[] right = [.. planted.OrderBy(f => f.Segment).ThenBy(f => f.Pe).Select(f => $"{f.Segment}/{f.Pe} {KindOf(f)}")];
        string[] found = [.. diagnosis.Faults.Select(f => $"{f.Segment}/{f.Pe} {f.Kind}")];
        if (isWeakDead)
            found = [.. found.Select(f => f.EndsWith(ChipFault.Dead, StringComparison.Ordinal) && f.Replace(ChipFault.Dead, ChipFault.Weak, StringComparison.Ordinal) is string weak && right.Contains(weak) ? weak : f)];
        Assert.AreEqual("", string.Join(", ", right.Except(found).Select(f => $"missed {f}").Concat(found.Except(right).Select(f => $"invented {f}"))), what);
    }

    private static string KindOf(PeFault fault) => fault.Kind switch
    {
        PeFaultKind.StuckPlus => ChipFault.StuckPlus,
        PeFaultKind.StuckMinus => ChipFault.StuckMinus,
        PeFaultKind.Dead => ChipFault.Dead,
        _ => ChipFault.Weak,
    };
}
