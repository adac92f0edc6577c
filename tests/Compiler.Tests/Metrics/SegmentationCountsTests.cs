using Barrel.Compiler.Data;
using Barrel.Compiler.Metrics;
using Barrel.Compiler.Networks;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Metrics;

[TestClass]
public class SegmentationCountsTests
{
    private static readonly string[] Classes = ["a", "b", "c", "never", "void"];

    [TestMethod]
    [DataRow(4, 7)]
    [DataRow(-1, 8)]
    public void AgreesWithSetsOfPixels(int ignore, int seed)
    {
        var random = new Random(seed);
        var counts = New(ignore);
        var labels = new List<int>();
        var answers = new List<int>();
        for (int frame = 0; frame < 3; frame++)
        {
            byte[] label = Ids(random, 60), answer = Ids(random, 60);
            counts.Count(new LabelMap(10, 6, label), new Mask(10, 6, answer));
            labels.AddRange(label.Select(b => (int)b));
            answers.AddRange(answer.Select(b => (int)b));
        }

        EvaluationResult result = counts.Result(3);
        int[] counted = [.. Enumerable.Range(0, labels.Count).Where(i => labels[i] != ignore)];
        var expected = new List<double>();
        for (int id = 0; id < Classes.Length; id++)
        {
            if (id == ignore)
                continue;
            var inLabel = counted.Where(i => labels[i] == id).ToHashSet();
            var inAnswer = counted.Where(i => answers[i] == id).ToHashSet();
            double? iou = result.ClassIou.Single(c => c.Key == Classes[id]).Value;
            if (inLabel.Count + inAnswer.Count == 0)
            {
                Assert.IsNull(iou);
                continue;
            }

            expected.Add(100.0 * inLabel.Intersect(inAnswer).Count() / inLabel.Union(inAnswer).Count());
            Assert.AreEqual(expected[^1], iou!.Value, 1e-9, Classes[id]);
        }

        Assert.AreEqual(expected.Average(), result.MeanIou!.Value, 1e-9);
        Assert.AreEqual(result.ClassIou.Single(c => c.Key == "b").Value, result.RoadIou);
        Assert.AreEqual(100.0 * counted.Count(i => labels[i] == answers[i]) / counted.Length, result.PixelAccuracy!.Value, 1e-9);
        Assert.HasCount(ignore < 0 ? 5 : 4, result.ClassIou);
        Assert.IsNull(result.Top1);
    }

    [TestMethod]
    public void LabelsComeToTheMasksSizeByNearest()
    {
        var counts = New(-1);

        // Columns 1 and 4 of 6 lie under the centres of 2.
        counts.Count(new LabelMap(6, 1, [0, 1, 0, 0, 2, 0]), new Mask(2, 1, [1, 2]));
        Assert.AreEqual(100, counts.Result(1).PixelAccuracy);
        counts.Count(new LabelMap(2, 1, [1, 2]), new Mask(4, 2, [1, 1, 2, 2, 1, 1, 2, 2]));
        Assert.AreEqual(100, counts.Result(2).PixelAccuracy);
    }

    [TestMethod]
    public void CroppedFramesHaveCroppedLabels()
    {
        var format = new InputFormat { Channels = 3, Width = 2, Height = 2, Resize = InputFormat.ResizeCrop };
        var counts = new SegmentationCounts(format, Classes, 1, -1);
        counts.Count(new LabelMap(4, 2, [0, 1, 2, 0, 0, 2, 1, 0]), new Mask(2, 2, [1, 2, 2, 1]));
        Assert.AreEqual(100, counts.Result(1).PixelAccuracy);
    }

    [TestMethod]
    public void AnsweringTheIgnoredClassIsAMiss()
    {
        var counts = New(4);
        counts.Count(new LabelMap(4, 1, [1, 1, 4, 4]), new Mask(4, 1, [1, 4, 1, 4]));
        EvaluationResult result = counts.Result(1);
        Assert.AreEqual(50, result.RoadIou);
        Assert.AreEqual(50, result.MeanIou);
        Assert.AreEqual(50, result.PixelAccuracy);
    }

    [TestMethod]
    public void WithoutClassesIdsAreTheirNames()
    {
        var counts = new SegmentationCounts(new InputFormat(), [], -1, 255);
        counts.Count(new LabelMap(3, 1, [0, 2, 255]), new Mask(3, 1, [0, 2, 9]));
        EvaluationResult result = counts.Result(1);
        Assert.AreEqual("0 1 2", string.Join(' ', result.ClassIou.Select(c => c.Key)));
        Assert.AreEqual(100, result.MeanIou);
        Assert.IsNull(result.RoadIou);
    }

    [TestMethod]
    public void MergedCountsAreTheSum()
    {
        SegmentationCounts one = New(-1), two = New(-1);
        one.Count(new LabelMap(2, 1, [1, 1]), new Mask(2, 1, [1, 1]));
        two.Count(new LabelMap(2, 1, [1, 1]), new Mask(2, 1, [0, 0]));
        one.Merge(two);
        Assert.AreEqual(50, one.Result(2).PixelAccuracy);
    }

    private static SegmentationCounts New(int ignore) => new(new InputFormat(), Classes, roadClass: 1, ignore);

    // Class 3 never comes.
    private static byte[] Ids(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)(random.Next(4) is var i and < 3 ? i : 4))];
}
