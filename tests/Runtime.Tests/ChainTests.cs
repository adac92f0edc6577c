using System.Numerics;

namespace Barrel.Runtime.Tests;

/// <summary>The digital model of a TDNN chip's chains against sums and counts of bits.</summary>
[TestClass]
public class ChainTests
{
    [TestMethod]
    public void EveryChainOfUpToTenGivesTheSumOfWeightTimesInput()
    {
        for (int pes = 1; pes <= 10; pes++)
            for (ulong weights = 0; weights < 1UL << pes; weights++)
                for (ulong inputs = 0; inputs < 1UL << pes; inputs++)
                    Assert.AreEqual(pes - (2 * BitOperations.PopCount(weights ^ inputs)), Chain.Race([weights], 0, [inputs], pes));
    }

    [TestMethod]
    public void LongChainsGiveTheSumOfWeightTimesInput()
    {
        Random random = new(5);
        for (int pes = 1; pes <= 700; pes++)
        {
            int words = (pes + 63) / 64;

            // What lies behind the chain is not read.
            ulong[] weights = Words(random, words + 3), inputs = Words(random, words + 2);
            int sum = 0;
            for (int i = 0; i < pes; i++)
                sum += Value(weights, 64 + i) * Value(inputs, i);
            Assert.AreEqual(sum, Chain.Race(weights, 1, inputs, pes), $"{pes} PEs");
        }
    }

    /// <summary>A threshold anywhere, or out of reach, becomes constants that make every sum odd.</summary>
    [TestMethod]
    public void ThresholdsBecomeConstants()
    {
        for (int fanIn = 1; fanIn <= 9; fanIn++)
            for (int bias = -fanIn - 3; bias <= fanIn + 3; bias++)
            {
                BinaryLayer layer = Threshold(fanIn, bias);
                NeuronChains chains = new(layer, new TensorInfo { Bits = 1 });
                Assert.IsTrue(chains.IsSign);
                for (ulong inputs = 0; inputs < 1UL << fanIn; inputs++)
                {
                    int sum = fanIn - (2 * BitOperations.PopCount(inputs ^ ~layer.Weights[0] & ((1UL << fanIn) - 1)));
                    int code = Requantizer.Requantize(layer, 0, bias + sum);
                    string what = $"fan-in {fanIn}, bias {bias}, inputs {inputs:X}";
                    if (chains.FixedCodeOf(0) >= 0)
                    {
                        Assert.AreEqual(code, chains.FixedCodeOf(0), what);
                        Assert.AreEqual(0, chains.PesOf(0));
                        continue;
                    }

                    int pes = chains.PesOf(0);
                    Assert.AreEqual(1, pes % 2, what);
                    Assert.AreEqual(pes, fanIn + Math.Abs(chains.ConstantOf(0)), what);
                    int delay = Chain.Race(chains.Weights, 0, [inputs], pes);
                    Assert.AreEqual(sum + chains.ConstantOf(0), delay, what);
                    Assert.AreEqual(code == 1, delay > 0, what);
                }
            }
    }

    private static BinaryLayer Threshold(int fanIn, int bias) => new()
    {
        FanIn = fanIn, Rows = 1, WordsPerRow = 1, Weights = [0b1_0110_0101UL & ((1UL << fanIn) - 1)], Bias = [bias],
        Skips = [], Shift = [30], Post = [1 << 30], Low = [0], High = [1],
    };

    private static ulong[] Words(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue))];

    private static int Value(ulong[] bits, int i) => 1 - (2 * (int)((bits[i / 64] >> (i % 64)) & 1));
}
