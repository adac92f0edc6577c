using System.Globalization;
using System.Xml.Linq;
using Barrel.Benchmarks.Records;

namespace Barrel.Compiler.Tests.Benchmarks;

[TestClass]
public class ChartTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void PointsLieInThePictureAndGrowUpwards(bool doubling)
    {
        var chart = new Chart("Time against channels", "channels", "ms", doubling,
        [
            new Series("ours", "#b3261e", [(16, 0.02), (32, 0.11), (64, 0.4), (128, 1.7)]),
            new Series("theirs", "#1f5fa8", [(16, 0.021), (32, 0.2), (64, 0.9), (128, 1.8)]),
        ]);
        XElement svg = XDocument.Parse(chart.ToSvg()).Root!;
        double width = Number(svg.Attribute("width")!), height = Number(svg.Attribute("height")!);
        XElement[] points = [.. svg.Elements(Svg + "circle")];
        Assert.HasCount(8, points);
        foreach (XElement point in points)
        {
            Assert.IsInRange(0, width, Number(point.Attribute("cx")!));
            Assert.IsInRange(0, height, Number(point.Attribute("cy")!));
        }

        foreach (IGrouping<string, XElement> line in points.GroupBy(p => p.Attribute("fill")!.Value))
        {
            double[] xs = [.. line.Select(p => Number(p.Attribute("cx")!))], ys = [.. line.Select(p => -Number(p.Attribute("cy")!))];
            CollectionAssert.AreEqual(xs.Order().ToArray(), xs);
            CollectionAssert.AreEqual(ys.Order().ToArray(), ys);
        }

        // Names of lines whose ends are close must not lie on each other.
        double[] names = [.. svg.Elements(Svg + "text").Where(t => t.Value is "ours" or "theirs").Select(t => Number(t.Attribute("y")!))];
        Assert.IsGreaterThanOrEqualTo(12, Math.Abs(names[0] - names[1]));
    }

    [TestMethod]
    public void OnePointIsAChart() =>
        Assert.HasCount(1, XDocument.Parse(new Chart("t", "x", "y", false, [new Series("s", "#000000", [(1, 2.5)])]).ToSvg()).Descendants(Svg + "circle").ToArray());

    private static double Number(XAttribute attribute) => double.Parse(attribute.Value, CultureInfo.InvariantCulture);
}
