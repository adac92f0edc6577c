using Barrel.Boards;

namespace Barrel.ChipEmulator.Tests;

[TestClass]
public class VariationTests
{
    private static readonly ChipVariation Large = new() { SigmaStatic = 300, Seed = 11 };

    [TestMethod]
    public void Differences_of_single_PEs_race_to_the_sum_of_a_chain()
    {
        // Deviations of hundreds of steps, so that whole steps measure them well.
        const int pes = 37;
        BoardChip geometry = Bench.Geometry(segments: 3 * pes, segmentPes: 16, banks: 3);
        Bench bench = new(new EmulatedChip(geometry, variation: Large));
        Random random = new(3);
        ChipState state = new(geometry);
        state.Randomize(random, state.Weights);
        state.WriteTo(bench);
        double[] differences = [.. Enumerable.Range(0, pes).Select(pe => Difference(bench, state, pe / 16, pe % 16))];
        Assert.IsGreaterThan(100, differences.Average(Math.Abs));

        bench.Write(Frame.Config, ChipState.Segment(true, 16, 0), ChipState.Segment(false, 16, 1), ChipState.Segment(false, 5, 2));
        for (int round = 0; round < 100; round++)
        {
            state.Randomize(random, state.Input);
            bench.Write(Frame.Input, state.Input);
            Answer answer = bench.Ask(Frame.Control, [Frame.Start], Frame.Margin + 2, 1);
            double expected = Rails.Race([.. Enumerable.Range(0, pes).Select(state.InputBit)], differences);
            Assert.AreEqual(expected, (short)answer.Data[0], 0.5 * (pes + 1), $"round {round}");
        }
    }

    [TestMethod]
    public void Static_part_depends_on_PE_and_state_alone()
    {
        BoardChip geometry = Bench.Geometry();
        ushort[] weights = [.. Enumerable.Range(0, 32).Select(s => (ushort)(s * 40503))];
        ushort[] Margins(ChipVariation variation, Action<Bench> write)
        {
            Bench bench = new(new EmulatedChip(geometry, variation: variation));
            write(bench);
            bench.Write(Frame.Config, [.. Enumerable.Repeat((ushort)0x9000, 32)]);
            bench.Write(Frame.Control, Frame.Start);
            return bench.Read(Frame.Margin, 32);
        }

        ushort[] atOnce = Margins(Large, b => b.Write(Frame.Weights, weights));
        ushort[] backwards = Margins(Large, b =>
        {
            for (int i = 31; i >= 0; i--)
            {
                b.Write(Frame.Weights + (uint)i, (ushort)~weights[i]);
                b.Write(Frame.Weights + (uint)i, weights[i]);
            }
        });
        ushort[] afterReset = Margins(Large, b =>
        {
            b.Write(Frame.Weights, [.. weights.Reverse()]);
            b.Chip.Reset();
            b.Write(Frame.Weights, weights);
        });
        ushort[] ofAnother = Margins(Large with { Seed = 12 }, b => b.Write(Frame.Weights, weights));
        CollectionAssert.AreEqual(atOnce, backwards);
        CollectionAssert.AreEqual(atOnce, afterReset);
        Assert.IsGreaterThan(25, atOnce.Zip(ofAnother).Count(p => p.First != p.Second));
    }

    [TestMethod]
    public void Static_part_of_a_difference_is_of_two_rails()
    {
        // 16,384 PEs in both states: mean ±1, standard deviation √2·σ, states independent.
        const double sigma = 50;
        BoardChip geometry = Bench.Geometry(segments: 16384);
        Bench bench = new(new EmulatedChip(geometry, variation: new ChipVariation { SigmaStatic = sigma, Seed = 1 }));
        bench.Write(Frame.Config, [.. Enumerable.Repeat((ushort)0x8100, 16384)]);
        double[][] deviations = [[], []];
        for (int state = 0; state < 2; state++)
        {
            bench.Write(Frame.Weights, [.. Enumerable.Repeat((ushort)state, 16384)]);
            bench.Write(Frame.Control, Frame.Start);
            deviations[state] = [.. bench.Read(Frame.Margin, 16384).Select(m => (short)m - (state == 0 ? 1.0 : -1.0))];
            double spread = Math.Sqrt(deviations[state].Average(d => d * d));
            Assert.AreEqual(0, deviations[state].Average(), 4 * spread / Math.Sqrt(16384));
            Assert.AreEqual(Math.Sqrt(2) * sigma, spread, 4 * spread / Math.Sqrt(2 * 16384));
            Assert.AreEqual(0.6827, deviations[state].Count(d => Math.Abs(d) < Math.Sqrt(2) * sigma) / 16384.0, 0.015, "a normal's share within σ");
        }

        double product = deviations[0].Zip(deviations[1]).Average(p => p.First * p.Second) / (2 * sigma * sigma);
        Assert.AreEqual(0, product, 4 / Math.Sqrt(16384));
    }

    [TestMethod]
    public void Jitter_is_new_in_each_evaluation_and_grows_with_the_root_of_the_PEs()
    {
        const double sigma = 40;
        Bench bench = new(new EmulatedChip(Bench.Geometry(), variation: new ChipVariation { SigmaJitter = sigma, Seed = 2 }));
        bench.Write(Frame.Config, 0x8100, 0x9000, 0x1000, 0x1000, 0x1000);
        List<double> one = [];
        List<double> sixtyFour = [];
        for (int i = 0; i < 8000; i++)
        {
            ushort[] margins = bench.Ask(Frame.Control, [Frame.Start], Frame.Margin, 5).Data;
            one.Add((short)margins[0] - 1);
            sixtyFour.Add((short)margins[4] - 64);
        }

        foreach ((List<double> values, int pes) in ((List<double>, int)[])[(one, 1), (sixtyFour, 64)])
        {
            double expected = Math.Sqrt(2 * pes) * sigma;
            Assert.AreEqual(0, values.Average(), 4 * expected / Math.Sqrt(8000));
            Assert.AreEqual(expected, Math.Sqrt(values.Average(v => v * v)), 4 * expected / Math.Sqrt(2 * 8000));
            double correlation = values.Zip(values.Skip(1)).Average(p => p.First * p.Second) / (expected * expected);
            Assert.AreEqual(0, correlation, 4 / Math.Sqrt(8000), "one evaluation knows nothing of the next");
        }

        Assert.AreEqual(0, one.Zip(sixtyFour).Average(p => p.First * p.Second) / (16 * sigma * sigma), 4 / Math.Sqrt(8000));
    }

    [TestMethod]
    public void Variation_out_of_range_is_refused()
    {
        foreach (ChipVariation variation in (ChipVariation[])
            [new() { SigmaStatic = -1 }, new() { SigmaJitter = -1 }, new() { SigmaResistance = -1 }, new() { PulseFailure = 1.5 }, new() { PulseFailure = -0.5 }])
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EmulatedChip(Bench.Geometry(), variation: variation));
    }

    /// <summary>A PE's difference, as chains that are longer by one PE show it.</summary>
    private static double Difference(Bench bench, ChipState state, int segment, int pe)
    {
        double[] sums = new double[2];
        for (int more = 0; more < 2; more++)
        {
            bench.Write(Frame.Config + (uint)segment, ChipState.Segment(true, pe + more, 0));
            bench.Write(Frame.Input, new ushort[state.Input.Length]);
            sums[more] = (short)bench.Ask(Frame.Control, [Frame.Start], Frame.Margin + (uint)segment, 1).Data[0];
            bench.Write(Frame.Config + (uint)segment, 0);
        }

        return sums[1] - sums[0];
    }
}
