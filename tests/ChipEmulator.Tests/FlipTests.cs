using System.Globalization;
using Barrel.Boards;

namespace Barrel.ChipEmulator.Tests;

/// <summary>
/// How often variation turns a chain's sign over, on random ±1 data. With S the exact sum of N PEs and a deviation of √(2N)·σ, the
/// probability is the sum over odd s of P(S = s)·Φ(−|s| / √(2N)σ); for long chains or large σ that is nearly atan(√2·σ)/π.
/// </summary>
[TestClass]
public class FlipTests
{
    private const int SegmentPes = 64;
    private const int Chips = 8;
    private const int InputsPerChip = 400;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Signs_turn_over_as_often_as_theory_says(bool isJitter)
    {
        TestContext.WriteLine($"{(isJitter ? "jitter" : "static")}: N, sigma, measured, error bar, exact, (1/pi) atan");
        foreach (int pes in (int[])[33, 65, 129, 257, 513, 1025])
        {
            foreach (double sigma in (double[])[0.05, 0.1, 0.2, 0.5])
            {
                (double measured, double bar) = Measure(pes, sigma, isJitter);
                double exact = Exact(pes, sigma);
                double arc = Math.Atan(Math.Sqrt(2) * sigma) / Math.PI;
                TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pes,5} {sigma,5} {measured:F5} ±{bar:F5} {exact:F5} {arc:F5}"));
                Assert.AreEqual(exact, measured, 4 * bar, $"{pes} PEs, σ {sigma}");
                Assert.IsLessThan(0.1 * exact + 0.0002, bar, "the bar is short enough to tell σ of a rail from σ of both");
            }
        }
    }

    [TestMethod]
    public void The_curve_of_the_design_is_met_where_sums_are_dense()
    {
        Assert.AreEqual(0.020, Exact(513, 0.05), 0.001);
        foreach (double sigma in (double[])[0.2, 0.5, 1])
            Assert.AreEqual(Math.Atan(Math.Sqrt(2) * sigma) / Math.PI, Exact(1025, sigma), 0.001);
    }

    /// <returns>Share of turned signs, and its standard error, from chains that have nothing in common.</returns>
    private static (double Share, double Bar) Measure(int pes, double sigma, bool isJitter)
    {
        BoardChip geometry = Bench.Geometry(segments: 512, segmentPes: SegmentPes, banks: 64);
        int segments = (pes + SegmentPes - 1) / SegmentPes;
        int chains = 512 / segments;
        List<double> shares = [];
        for (int seed = 0; seed < Chips; seed++)
        {
            ChipVariation variation = new() { SigmaStatic = isJitter ? 0 : sigma, SigmaJitter = isJitter ? sigma : 0, Seed = (100 * pes) + seed };
            Bench exact = new(new EmulatedChip(geometry));
            Bench varied = new(new EmulatedChip(geometry, variation: variation));
            Random random = new((1000 * pes) + seed);
            ChipState state = new(geometry);
            state.Randomize(random, state.Weights);
            for (int segment = 0; segment < chains * segments; segment++)
            {
                int within = segment % segments;
                int count = within == segments - 1 ? pes - (within * SegmentPes) : SegmentPes;
                state.Config[segment] = ChipState.Segment(within == 0, count, within);
            }

            int[] turned = new int[chains];
            foreach (Bench bench in (Bench[])[exact, varied])
            {
                state.WriteTo(bench);
                bench.Write(Frame.Control, Frame.Auto);
            }

            for (int i = 0; i < InputsPerChip; i++)
            {
                state.Randomize(random, state.Input);
                ushort[] right = exact.Ask(Frame.Input, state.Input, Frame.Output, 32).Data;
                ushort[] read = varied.Ask(Frame.Input, state.Input, Frame.Output, 32).Data;
                for (int chain = 0; chain < chains; chain++)
                {
                    int last = ((chain + 1) * segments) - 1;
                    turned[chain] += ((right[last / 16] ^ read[last / 16]) >> (last % 16)) & 1;
                }
            }

            shares.AddRange(turned.Select(t => t / (double)InputsPerChip));
        }

        double mean = shares.Average();
        return (mean, Math.Sqrt(shares.Average(s => (s - mean) * (s - mean)) / (shares.Count - 1)));
    }

    private static double Exact(int pes, double sigma)
    {
        double deviation = Math.Sqrt(2 * pes) * sigma;
        double sum = 0;
        double logarithm = -pes * Math.Log(2); // Of the probability of so many negative products.
        for (int negative = 0; negative <= pes; negative++)
        {
            sum += Math.Exp(logarithm) * UpperTail(Math.Abs(pes - (2 * negative)) / deviation);
            logarithm += Math.Log((double)(pes - negative) / (negative + 1));
        }

        return sum;
    }

    /// <summary>Probability that a standard normal exceeds z ≥ 0: integral by the midpoint rule.</summary>
    private static double UpperTail(double z)
    {
        const double step = 0.002;
        double sum = 0;
        for (double t = z + (step / 2); t < z + 9; t += step)
            sum += Math.Exp(-t * t / 2);
        return sum * step / Math.Sqrt(2 * Math.PI);
    }
}
