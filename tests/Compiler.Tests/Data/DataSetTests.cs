using Barrel.Compiler.Data;

namespace Barrel.Compiler.Tests.Data;

[TestClass]
public class DataSetTests
{
    [TestMethod]
    public void SpreadIsEvenAndInOrder()
    {
        CollectionAssert.AreEqual(new[] { 0, 3, 6 }, DataSet.Spread(10, 3));
        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, DataSet.Spread(3, null));
        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, DataSet.Spread(3, 100));
    }

    [TestMethod]
    public void ImagesOfAFolderAreTakenWithThoseBelow()
    {
        using var folder = new TemporaryFolder();
        folder.Image("b.png", 2, 2, 1, 1, 1);
        folder.Image("a/deep/c.PNG", 3, 1, 2, 2, 2);
        using IDataSet data = DataSet.OpenImages(folder.Path);
        Assert.AreEqual(2, data.Count);
        Assert.AreEqual((3, 1, 2), (data.Load(0).Image.Width, data.Load(0).Image.Height, (int)data.Load(0).Image.Pixels[0]));
        Assert.AreEqual(-1, data.Load(0).ClassId);
        Assert.IsNull(data.Load(0).Labels);
    }

    [TestMethod]
    public void OfASegmentationSetOnlyTheImagesAreTaken()
    {
        using var folder = new TemporaryFolder();
        folder.Image("images/a.png", 2, 2, 1, 1, 1);
        folder.Labels("labels/a.png", 2, 2, (_, _) => 0);
        using IDataSet data = DataSet.OpenImages(folder.Path);
        Assert.AreEqual(1, data.Count);
        Assert.EndsWith("images/a.png", data.Load(0).Name);
    }

    [TestMethod]
    public void FoldersWithoutImagesAreRefused()
    {
        using var folder = new TemporaryFolder();
        folder.Text("readme.txt", "nothing");
        Expect.Error(DataErrors.Empty, () => DataSet.OpenImages(folder.Path), folder.Path);
        Expect.Error(DataErrors.Missing, () => DataSet.OpenImages(folder["none"]), "none");
    }
}
