using Barrel.Runtime.Tests.Models;

namespace Barrel.Runtime.Tests;

/// <summary>Placements in blobs: read as they were written, refused where they cannot be.</summary>
[TestClass]
public class PlacementTests
{
    [TestMethod]
    public void WhatIsWrittenIsRead()
    {
        TestModel made = SampleModels.Placed(1);
        Placement written = made.Model.Placement!, read = made.Load().Placement!;
        Assert.AreEqual(
            (written.Board, written.Kind, written.Segments, written.SegmentPes, written.InputBits, written.MarginBits, written.Passes),
            (read.Board, read.Kind, read.Segments, read.SegmentPes, read.InputBits, read.MarginBits, read.Passes));
        Assert.HasCount(2, read.Layers);
        for (int i = 0; i < 2; i++)
        {
            Assert.AreEqual(written.Layers[i].Layer, read.Layers[i].Layer);
            CollectionAssert.AreEqual(written.Layers[i].Pass, read.Layers[i].Pass);
            CollectionAssert.AreEqual(written.Layers[i].FirstSegment, read.Layers[i].FirstSegment);
        }

        made.Model.Placement = null;
        Assert.IsNull(made.Load().Placement);
    }

    [TestMethod]
    [DataRow("overlap", "segment 17 has two chains in pass 1")]
    [DataRow("off the chip", "first segment")]
    [DataRow("before the chip", "first segment")]
    [DataRow("pass", "pass")]
    [DataRow("no such layer", "placed layer")]
    [DataRow("layer of taps", "has no chains")]
    [DataRow("chain too long", "a chain of")]
    [DataRow("no margins", "gives only signs")]
    [DataRow("margins too small", "reads 3 bits")]
    [DataRow("kind", "kind of chip")]
    [DataRow("segments", "segments of the chip")]
    [DataRow("margin bits", "bits of a margin")]
    public void WhatCannotBeIsRefused(string damage, string part)
    {
        TestModel made = SampleModels.Placed(1);
        Placement placement = made.Model.Placement!;
        PlacedLayer first = placement.Layers[0], last = placement.Layers[1];
        switch (damage)
        {
            case "overlap":
                last.FirstSegment[3] = last.FirstSegment[2];
                break;
            case "off the chip":
                last.FirstSegment[3] = 24;
                break;
            case "before the chip":
                first.FirstSegment[0] = -1;
                break;
            case "pass":
                last.Pass[3] = 2;
                break;
            case "no such layer":
                last.Layer = 2;
                break;
            case "layer of taps":
                made = SampleModels.AllKinds(1);
                made.Model.Placement = placement;
                break;
            case "chain too long":
                placement.InputBits = 64;
                break;
            case "no margins":
                placement.MarginBits = 0;
                break;
            case "margins too small":
                placement.MarginBits = 3;
                break;
            case "kind":
                placement.Kind = 3;
                break;
            case "segments":
                placement.Segments = 65537;
                break;
            default:
                placement.MarginBits = 17;
                break;
        }

        BarrelException error = Assert.ThrowsExactly<BarrelException>(() => made.Load());
        Assert.AreEqual(ModelErrors.BadField, error.Code, error.Message);
        Assert.Contains(part, error.Message);
    }
}
