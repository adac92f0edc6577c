namespace Barrel.ChipEmulator.Tests;

[TestClass]
public class ReramTests
{
    [TestMethod]
    public void Only_cells_that_differ_get_a_pulse()
    {
        Bench bench = new(new EmulatedChip(Bench.Geometry("reram")));
        bench.Write(Frame.Weights, 0xFFFF);
        bench.Write(Frame.Weights, 0xFF00);
        bench.Write(Frame.Weights, 0xFF00);
        bench.Write(Frame.Weights + 1, 0x0001);
        Assert.AreEqual(16 + 8 + 1, bench.Chip.PulseCount);
        Assert.AreEqual(2, bench.Chip.PulseCountMax);
        bench.Chip.Reset();
        Assert.AreEqual(2, bench.Chip.PulseCountMax, "a reset heals nothing");
        Assert.AreEqual(0, new EmulatedChip(Bench.Geometry()).PulseCountMax);
    }

    [TestMethod]
    public void Writing_again_gets_there_where_pulses_fail()
    {
        ChipVariation variation = new() { PulseFailure = 0.25, Seed = 4 };
        Bench bench = new(new EmulatedChip(Bench.Geometry("reram", segments: 2048), variation: variation));
        ushort[] wanted = [.. Enumerable.Repeat((ushort)0xFFFF, 2048)];
        List<int> missing = [];
        for (int left = -1; left != 0;)
        {
            bench.Write(Frame.Weights, wanted);
            left = bench.Read(Frame.Weights, 2048).Sum(w => ushort.PopCount((ushort)~w));
            missing.Add(left);
            Assert.IsLessThan(30, missing.Count);
        }

        Assert.AreEqual(0.25 * 32768, missing[0], 5 * Math.Sqrt(32768 * 0.25 * 0.75), "five standard deviations");
        Assert.AreEqual(0.25 * missing[0], missing[1], 5 * Math.Sqrt(missing[0] * 0.25 * 0.75));
        Assert.AreEqual(32768 + missing.Sum(), bench.Chip.PulseCount);
        Assert.AreEqual(missing.Count, bench.Chip.PulseCountMax);
    }

    [TestMethod]
    public void Worn_cells_stay_as_they_are()
    {
        Bench bench = new(new EmulatedChip(Bench.Geometry("reram", endurance: 5)));
        for (int pulse = 1; pulse <= 9; pulse++)
        {
            bench.Write(Frame.Weights, (ushort)(pulse % 2 == 0 ? 0 : 0x00FF));
            Assert.AreEqual(pulse % 2 == 0 && pulse <= 5 ? 0 : 0x00FF, bench.Read(Frame.Weights), $"pulse {pulse}");
        }

        bench.Write(Frame.Weights, 0xFF00);
        Assert.AreEqual(0xFFFF, bench.Read(Frame.Weights), "their neighbours are fresh");
    }

    [TestMethod]
    public void Each_programming_draws_a_new_resistance()
    {
        // Where ln(step) is normal with σ = 1, a step rounds to 2 or more in the share of z > ln 1.5.
        const double share = 0.34257;
        ChipVariation variation = new() { SigmaResistance = 1, Seed = 9 };
        Bench bench = new(new EmulatedChip(Bench.Geometry("reram", segments: 2000), variation: variation));
        bench.Write(Frame.Config, [.. Enumerable.Repeat((ushort)0x8100, 2000)]);
        List<ushort[]> readings = [];
        for (int programming = 0; programming < 6; programming++)
        {
            bench.Write(Frame.Weights, [.. Enumerable.Repeat((ushort)(programming % 2), 2000)]);
            bench.Write(Frame.Control, Frame.Start);
            ushort[] margins = bench.Read(Frame.Margin, 2000);
            bench.Write(Frame.Control, Frame.Start);
            CollectionAssert.AreEqual(margins, bench.Read(Frame.Margin, 2000), "it stays until the next");
            Assert.IsTrue(margins.All(m => programming % 2 == 0 ? (short)m >= 0 : (short)m <= 0), "the sign is that of the weight");
            Assert.AreEqual(share, margins.Count(m => Math.Abs((short)m) >= 2) / 2000.0, 5 * Math.Sqrt(share * (1 - share) / 2000));
            readings.Add([.. margins.Select(m => (ushort)Math.Abs((short)m))]);
        }

        for (int i = 1; i < readings.Count; i++)
            Assert.IsGreaterThan(500, readings[i].Zip(readings[i - 1]).Count(p => p.First != p.Second), "independent of the one before");
    }
}
