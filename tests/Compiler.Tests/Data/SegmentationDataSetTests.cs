using Barrel.Compiler.Data;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Data;

[TestClass]
public class SegmentationDataSetTests
{
    private static readonly string[] Classes = ["sky", "road"];

    [TestMethod]
    public void PairsImagesWithLabelsInOrdinalOrder()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "b", "a", "B" })
        {
            folder.Image($"images/{name}.png", 4, 3, (byte)name[0], 0, 0);
            folder.Labels($"labels/{name}.png", 4, 3, (x, _) => (byte)(x & 1));
        }

        folder.Text("images/notes.txt", "no image");
        folder.Bytes("images/.hidden.png", [1]);
        using IDataSet data = Open(folder);
        Assert.AreEqual(3, data.Count);
        CollectionAssert.AreEqual("Bab"u8.ToArray(), Enumerable.Range(0, 3).Select(i => data.Load(i).Image.Pixels[0]).ToArray());
        CollectionAssert.AreEqual(new byte[] { 0, 1, 0, 1 }, data.Load(0).Labels!.Ids[..4]);
        Assert.EndsWith("a.png", data.Load(1).Name);
    }

    [TestMethod]
    public void IdOfTheIgnoredLabelNeedsNoClass()
    {
        using TemporaryFolder folder = One(4, 3, (_, _) => 7);
        using IDataSet data = DataSet.OpenLabelled(folder.Path, Model.TaskSegmentation, Classes, ignoreLabel: 7);
        Assert.AreEqual(7, data.Load(0).Labels!.Ids[0]);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(9)]
    public void RefusesIdsOutsideTheClasses(int id)
    {
        using TemporaryFolder folder = One(4, 3, (x, y) => (byte)(x == 2 && y == 1 ? id : x & 1));
        using IDataSet data = Open(folder);
        Expect.Error(DataErrors.LabelOutside, () => data.Load(0), folder["labels/a.png"], $"id {id}", "2, 1");
    }

    [TestMethod]
    public void RefusesLabelsOfAnotherSize()
    {
        using TemporaryFolder folder = One(4, 4, (_, _) => 0);
        using IDataSet data = Open(folder);
        Expect.Error(DataErrors.LabelSize, () => data.Load(0), "a.png", "4x4", "4x3");
    }

    [TestMethod]
    public void RefusesAMissingLabel()
    {
        using TemporaryFolder folder = One(4, 3, (_, _) => 0);
        folder.Image("images/orphan.png", 4, 3, 0, 0, 0);
        Expect.Error(DataErrors.LabelMissing, () => Open(folder), "images/orphan.png", "labels/orphan.png");
    }

    [TestMethod]
    public void RefusesColouredAndIndexedLabels()
    {
        using TemporaryFolder folder = One(4, 3, (_, _) => 0);
        byte[] png = File.ReadAllBytes(folder.Image("labels/a.png", 4, 3, 1, 2, 3));
        using IDataSet data = Open(folder);
        Expect.Error(DataErrors.LabelFormat, () => data.Load(0), "a.png", "colours");
        png[25] = 3;
        folder.Bytes("labels/a.png", png);
        Expect.Error(DataErrors.LabelFormat, () => data.Load(0), "a.png", "palette");
        png[24] = 16;
        folder.Bytes("labels/a.png", png);
        Expect.Error(DataErrors.LabelFormat, () => data.Load(0), "a.png", "16 bits");
        folder.Text("labels/a.png", "no PNG");
        Expect.Error(DataErrors.LabelFormat, () => data.Load(0), "a.png", "no PNG");
    }

    [TestMethod]
    public void RefusesBrokenImages()
    {
        using TemporaryFolder folder = One(4, 3, (_, _) => 0);
        byte[] png = File.ReadAllBytes(folder["images/a.png"]);
        using IDataSet data = Open(folder);
        for (int length = 0; length < png.Length - 12; length++)
        {
            folder.Bytes("images/a.png", png[..length]);
            Expect.Error(DataErrors.BrokenImage, () => data.Load(0), folder["images/a.png"]);
        }
    }

    [TestMethod]
    public void RefusesForgedSizes()
    {
        using TemporaryFolder folder = One(4, 3, (_, _) => 0);
        byte[] png = File.ReadAllBytes(folder["images/a.png"]);
        (png[17], png[21]) = (255, 255);
        folder.Bytes("images/a.png", png);
        using IDataSet data = Open(folder);
        Expect.Error(DataErrors.BrokenImage, () => data.Load(0), "a.png");
    }

    [TestMethod]
    public void RefusesFoldersOfAnotherLayout()
    {
        using var folder = new TemporaryFolder();
        Expect.Error(DataErrors.Missing, () => DataSet.OpenLabelled(folder["none"], Model.TaskSegmentation, Classes, -1), "none");
        Expect.Error(DataErrors.Layout, () => Open(folder), folder.Path, "images/");
        folder.Text("images/x.txt", "");
        folder.Text("labels/x.txt", "");
        Expect.Error(DataErrors.Empty, () => Open(folder), folder.Path);
    }

    private static TemporaryFolder One(int labelWidth, int labelHeight, Func<int, int, byte> id)
    {
        var folder = new TemporaryFolder();
        folder.Image("images/a.png", 4, 3, 1, 2, 3);
        folder.Labels("labels/a.png", labelWidth, labelHeight, id);
        return folder;
    }

    private static IDataSet Open(TemporaryFolder folder) => DataSet.OpenLabelled(folder.Path, Model.TaskSegmentation, Classes, -1);
}
