using Barrel.Boards;

namespace Barrel.ChipEmulator.Tests;

/// <summary>The fast evaluation against the bit-by-bit race.</summary>
[TestClass]
public class ChainTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void All_chains_of_up_to_six_PEs(bool isAnalog)
    {
        // A weak PE of full strength changes nothing but takes the other way of summing.
        IReadOnlyList<PeFault> faults = isAnalog ? [.. Enumerable.Range(0, 64).Select(s => new PeFault(s, 0, PeFaultKind.Weak, 1))] : [];
        Bench bench = new(new EmulatedChip(Bench.Geometry(segments: 64), faults: faults));
        bench.Write(Frame.Control, Frame.Auto);
        for (int pes = 1; pes <= 6; pes++)
        {
            int patterns = 1 << pes;
            bench.Write(Frame.Weights, [.. Enumerable.Range(0, 64).Select(w => (ushort)(w % patterns))]);
            bench.Write(Frame.Config, [.. Enumerable.Repeat(ChipState.Segment(true, pes, 3), 64)]);
            for (int x = 0; x < patterns; x++)
            {
                bench.Write(Frame.Input + 3, (ushort)x);
                ushort[] margins = bench.Read(Frame.Margin, patterns);
                ushort[] outputs = bench.Read(Frame.Output, 4);
                for (int w = 0; w < patterns; w++)
                {
                    int expected = Rails.Race([.. Bits(x, pes)], [.. Bits(w, pes)]);
                    int sumOfProducts = Bits(x ^ w, pes).Sum(b => 1 - (2 * b));
                    Assert.AreEqual(sumOfProducts, Rails.Race([.. Bits(x, pes)], [.. Bits(w, pes)]), "the race is the sum of products");
                    Assert.AreEqual(expected, (short)margins[w], $"{pes} PEs, inputs {x:B}, weights {w:B}");
                    if (expected != 0)
                        Assert.AreEqual(expected < 0 ? 1 : 0, (outputs[w / 16] >> (w % 16)) & 1);
                }
            }
        }
    }

    [TestMethod]
    [DataRow(16, false)]
    [DataRow(32, false)]
    [DataRow(48, false)]
    [DataRow(64, false)]
    [DataRow(16, true)]
    [DataRow(48, true)]
    [DataRow(64, true)]
    public void Random_chains_over_segments_and_banks(int segmentPes, bool isAnalog)
    {
        BoardChip geometry = Bench.Geometry(segments: 64, segmentPes: segmentPes, banks: 40);
        IReadOnlyList<PeFault> faults = isAnalog ? [.. Enumerable.Range(0, 40).Select(s => new PeFault(s, 5, PeFaultKind.Weak, 1))] : [];
        Bench bench = new(new EmulatedChip(geometry, faults: faults));
        Random random = new(segmentPes);
        ChipState state = new(geometry);
        int longest = 0;
        for (int round = 0; round < 150; round++)
        {
            if (round % 5 == 0)
                state.RandomizeConfig(random);
            if (round % 3 == 0)
                state.Randomize(random, state.Weights);
            state.Randomize(random, state.Input);
            state.WriteTo(bench);
            bench.Write(Frame.Control, Frame.Start);
            int?[] sums = state.Sums();
            ushort[] margins = bench.Read(Frame.Margin, 64);
            ushort[] outputs = bench.Read(Frame.Output, 4);
            for (int segment = 0; segment < 64; segment++)
            {
                Assert.AreEqual(sums[segment] ?? 0, (short)margins[segment], $"round {round}, segment {segment}");
                if (sums[segment] != 0)
                    Assert.AreEqual(sums[segment] < 0 ? 1 : 0, (outputs[segment / 16] >> (segment % 16)) & 1, $"round {round}, segment {segment}");
                longest = Math.Max(longest, Math.Abs(sums[segment] ?? 0));
            }
        }

        Assert.IsGreaterThan(20, longest, "long chains are among them");
    }

    [TestMethod]
    public void Converter_saturates_at_its_bits()
    {
        Bench bench = new(new EmulatedChip(Bench.Geometry(segmentPes: 64, marginBits: 6)));
        bench.Write(Frame.Config, 0xC000, 0x9F00, 0xC000, 0xA000, 0xA100);
        bench.Write(Frame.Weights, [.. Enumerable.Repeat((ushort)0, 8), .. Enumerable.Repeat((ushort)0xFFFF, 12)]);
        bench.Write(Frame.Control, Frame.Start);
        CollectionAssert.AreEqual(new ushort[] { 31, 31, 0xFFE0, 0xFFE0, 0xFFE0 }, bench.Read(Frame.Margin, 5), "64, 31, −64, −32, −33");
    }

    [TestMethod]
    public void Ties_fall_either_way_and_the_same_way_again()
    {
        List<string> runs = [];
        for (int run = 0; run < 3; run++)
        {
            Bench bench = new(new EmulatedChip(Bench.Geometry(), variation: new ChipVariation { Seed = run / 2 }));
            bench.Write(Frame.Config, 0x8400);
            bench.Write(Frame.Weights, 0b0101);
            string coins = "";
            for (int i = 0; i < 400; i++)
                coins += bench.Ask(Frame.Control, [Frame.Start], Frame.Output, 1).Data[0];
            Assert.AreEqual(0, bench.Read(Frame.Margin));
            Assert.AreEqual(200, coins.Count(c => c == '1'), 50, "five standard deviations");
            runs.Add(coins);
        }

        Assert.AreEqual(runs[0], runs[1], "equal seeds");
        Assert.AreNotEqual(runs[0], runs[2], "another seed");
    }

    [TestMethod]
    public void What_the_document_leaves_open_is_at_least_answered()
    {
        BoardChip geometry = Bench.Geometry(banks: 3);
        Bench bench = new(new EmulatedChip(geometry));
        bench.Write(Frame.Input, 0xFFFF, 0xFFFF, 0xFFFF);
        bench.Write(Frame.Config, 0x1000, 0x1000, 0xFFFE, 0x8000, 0x1000, 0x9000);
        bench.Write(Frame.Control, Frame.Start);
        CollectionAssert.AreEqual(
            new ushort[] { 0, 0, 16, 0, 0, 0xFFF0 },
            bench.Read(Frame.Margin, 6),
            "no edges arrive where no chain begins; a bank that is not there holds +1; a segment has no more PEs than it has");
    }

    private static IEnumerable<int> Bits(int pattern, int count) => Enumerable.Range(0, count).Select(i => (pattern >> i) & 1);
}
