using Barrel.Host.Loop;

namespace Barrel.Host.Tests.Service;

/// <summary>Percentiles without a list, against a sorted list.</summary>
[TestClass]
public class LatencyHistogramTests
{
    [TestMethod]
    public void PercentilesAreThoseOfASortedListRoundedUp()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Random random = new(seed);
            LatencyHistogram histogram = new();
            long[] values = new long[random.Next(1, 3000)];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (long)Math.Pow(2, random.NextDouble() * random.Next(1, 32));
                histogram.Add(values[i]);
            }

            Array.Sort(values);
            Assert.AreEqual(values.Length, histogram.Count);
            Assert.AreEqual(values[^1], histogram.LongestUs);
            foreach (int perMille in (int[])[1, 10, 250, 500, 900, 950, 990, 999, 1000])
            {
                long right = values[(int)(((long)values.Length * perMille + 999) / 1000) - 1];
                long given = histogram.PercentileUs(perMille);
                Assert.IsTrue(given >= right && given - right <= right / 32, $"seed {seed}, {perMille} per mille: {given} for {right}");
            }
        }
    }

    [TestMethod]
    public void EveryShortDurationIsExact()
    {
        for (int value = 0; value < 64; value++)
        {
            LatencyHistogram histogram = new();
            histogram.Add(value);
            Assert.AreEqual(value, histogram.PercentileUs(500));
        }
    }

    [TestMethod]
    public void EdgesHold()
    {
        LatencyHistogram histogram = new();
        Assert.AreEqual(0, histogram.PercentileUs(990));
        histogram.Add(-5);
        Assert.AreEqual(0, histogram.PercentileUs(1000));
        histogram.Add(long.MaxValue);
        Assert.AreEqual((1L << 32) - 1, histogram.PercentileUs(1000));
    }

    [TestMethod]
    public void AddingAllocatesNothing()
    {
        LoopCounters counters = new();
        counters.CountDecision(1, 2);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
            counters.CountDecision(i, i);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.AreEqual(10_001, counters.Decisions);
    }
}
