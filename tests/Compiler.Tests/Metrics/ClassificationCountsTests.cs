using Barrel.Compiler.Metrics;

namespace Barrel.Compiler.Tests.Metrics;

[TestClass]
public class ClassificationCountsTests
{
    [TestMethod]
    public void AgreesWithSortedScores()
    {
        var random = new Random(5);
        var counts = new ClassificationCounts("net", 10);
        int first = 0, five = 0;
        for (int n = 0; n < 500; n++)
        {
            // Few levels, so that there are ties.
            float[] scores = [.. Enumerable.Range(0, 10).Select(_ => (float)random.Next(6))];
            int label = random.Next(10);
            counts.Count(scores, label);
            int[] order = [.. Enumerable.Range(0, 10).OrderByDescending(i => scores[i]).ThenBy(i => i)];
            first += order[0] == label ? 1 : 0;
            five += order.Take(5).Contains(label) ? 1 : 0;
        }

        EvaluationResult result = counts.Result(500);
        Assert.AreEqual(first / 5.0, result.Top1!.Value, 1e-9);
        Assert.AreEqual(five / 5.0, result.Top5!.Value, 1e-9);
        Assert.IsNull(result.MeanIou);
        Assert.IsEmpty(result.ClassIou);
    }

    [TestMethod]
    public void NotANumberIsNeverRight()
    {
        var counts = new ClassificationCounts("net", 6);
        counts.Count([float.NaN, float.NaN, float.NaN, float.NaN, float.NaN, float.NaN], 0);
        Assert.AreEqual(0, counts.Result(1).Top1);
        Assert.AreEqual(0, counts.Result(1).Top5);
    }

    [TestMethod]
    public void FiveOfFiveSaysNothing()
    {
        var counts = new ClassificationCounts("net", 0);
        counts.Count([1, 2, 3, 4, 5], 4);
        Assert.AreEqual(100, counts.Result(1).Top1);
        Assert.IsNull(counts.Result(1).Top5);
    }
}
