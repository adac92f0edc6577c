using System.IO.Compression;
using Barrel.Compiler.Data;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Data;

[TestClass]
public class ClassFolderDataSetTests
{
    [TestMethod]
    [DataRow("", "")]
    [DataRow("test/", "")]
    [DataRow("", "zip")]
    [DataRow("deep/test/", "zip")]
    public void ClassesFollowTheCardElseTheNames(string below, string kind)
    {
        using var folder = new TemporaryFolder();
        folder.Image($"set/{below}cat/1.png", 2, 2, 1, 0, 0);
        folder.Image($"set/{below}ant/1.png", 2, 2, 2, 0, 0);
        folder.Image($"set/{below}ant/0.png", 2, 2, 3, 0, 0);
        string path = kind == "zip" ? Zip(folder) : folder["set"];

        Assert.AreEqual("3:0 2:0 1:1", Read(path, []));
        Assert.AreEqual("3:2 2:2 1:0", Read(path, ["cat", "bee", "ant"]));
        Expect.Error(DataErrors.LabelOutside, () => Read(path, ["cat", "bee"]), "'ant'", "cat, bee");
    }

    [TestMethod]
    public void RefusesOtherLayouts()
    {
        using var folder = new TemporaryFolder();
        Expect.Error(DataErrors.Empty, () => Read(folder.Path, []), folder.Path);
        folder.Image("train/cat/1.png", 2, 2, 1, 0, 0);
        folder.Image("test/cat/1.png", 2, 2, 1, 0, 0);
        Expect.Error(DataErrors.Layout, () => Read(folder.Path, []), "'train'", "'test'");
        folder.Image("loose.png", 2, 2, 1, 0, 0);
        Expect.Error(DataErrors.Layout, () => Read(folder.Path, []), "loose.png");
    }

    [TestMethod]
    public void RefusesBrokenZips()
    {
        using var folder = new TemporaryFolder();
        folder.Image("set/cat/1.png", 20, 20, 1, 0, 0);
        byte[] zip = File.ReadAllBytes(Zip(folder));
        Expect.Error(DataErrors.BrokenZip, () => Read(folder.Bytes("cut.zip", zip[..^30]), []), "cut.zip");
        Expect.Error(DataErrors.BrokenZip, () => Read(folder.Text("text.zip", "no zip"), []), "text.zip");

        // The entry's data, after its local header of 30 bytes and its name.
        zip.AsSpan(30 + "cat/1.png".Length, 8).Fill(0xff);
        Expect.Error(DataErrors.BrokenZip, () => Read(folder.Bytes("bad.zip", zip), []), "cat/1.png");
    }

    private static string Zip(TemporaryFolder folder)
    {
        ZipFile.CreateFromDirectory(folder["set"], folder["set.zip"]);
        return folder["set.zip"];
    }

    private static string Read(string path, string[] classes)
    {
        using IDataSet data = DataSet.OpenLabelled(path, Model.TaskClassification, classes, -1);
        return string.Join(' ', Enumerable.Range(0, data.Count).Select(data.Load).Select(s => $"{s.Image.Pixels[0]}:{s.ClassId}"));
    }
}
