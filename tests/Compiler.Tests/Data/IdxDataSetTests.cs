using System.IO.Compression;
using Barrel.Compiler.Data;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Data;

[TestClass]
public class IdxDataSetTests
{
    // Two images of 2 rows and 3 columns.
    private static readonly byte[] Images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    private static readonly byte[] Labels = [0, 0, 8, 1, 0, 0, 0, 2, 4, 1];

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ReadsPlainAndPacked(bool packed)
    {
        using var folder = new TemporaryFolder();
        Write(folder, "t10k", packed, Images, Labels);
        using IDataSet data = Open(folder.Path);
        Assert.AreEqual(2, data.Count);
        Sample second = data.Load(1);
        Assert.AreEqual((3, 2, 1), (second.Image.Width, second.Image.Height, second.ClassId));
        CollectionAssert.AreEqual(new byte[] { 7, 7, 7, 8, 8, 8 }, second.Image.Pixels[..6]);
        Assert.AreEqual(4, data.Load(0).ClassId);
    }

    [TestMethod]
    public void EvaluationPrefersTestImagesAndCalibrationTrainingImages()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "t10k", false, Images, Labels);
        byte[] other = [.. Images];
        other[16] = 99;
        Write(folder, "train", true, other, Labels);
        Assert.AreEqual(1, Open(folder.Path).Load(0).Image.Pixels[0]);
        Assert.AreEqual(99, DataSet.OpenImages(folder.Path).Load(0).Image.Pixels[0]);
        Assert.AreEqual(99, Open(folder["train-images-idx3-ubyte.gz"]).Load(0).Image.Pixels[0]);
    }

    [TestMethod]
    public void RefusesBrokenFiles()
    {
        Refused(DataErrors.BrokenIdx, Images[..^1], Labels, "images", "12 bytes");
        Refused(DataErrors.BrokenIdx, [.. Images, 0], Labels, "images", "more");
        Refused(DataErrors.BrokenIdx, Images[..7], Labels, "images");
        Refused(DataErrors.BrokenIdx, Labels, Labels, "images", "00000801");
        Refused(DataErrors.BrokenIdx, Images, [0, 0, 8, 1, 0, 0, 0, 1, 4], "labels", "1 labels for 2 images");
        Refused(DataErrors.BrokenIdx, [0, 0, 8, 3, 127, 255, 255, 255, 127, 0, 0, 0, 127, 0, 0, 0], Labels, "images");
        Refused(DataErrors.LabelOutside, Images, [0, 0, 8, 1, 0, 0, 0, 2, 4, 7], "labels", "id 7 of image 1");
    }

    [TestMethod]
    public void RefusesAMissingFileOfLabelsAndABrokenGz()
    {
        using var folder = new TemporaryFolder();
        folder.Bytes("t10k-images-idx3-ubyte", Images);
        Expect.Error(DataErrors.LabelMissing, () => Open(folder.Path), "t10k-labels-idx1-ubyte");
        folder.Bytes("train-images-idx3-ubyte.gz", Images);
        Expect.Error(DataErrors.BrokenIdx, () => DataSet.OpenImages(folder.Path), "train-images-idx3-ubyte.gz");
    }

    private static void Refused(int code, byte[] images, byte[] labels, params string[] parts)
    {
        using var folder = new TemporaryFolder();
        Write(folder, "t10k", false, images, labels);
        Expect.Error(code, () => Open(folder.Path), parts);
    }

    private static IDataSet Open(string path) => DataSet.OpenLabelled(path, Model.TaskClassification, ["0", "1", "2", "3", "4"], -1);

    private static void Write(TemporaryFolder folder, string prefix, bool packed, byte[] images, byte[] labels)
    {
        folder.Bytes($"{prefix}-images-idx3-ubyte{(packed ? ".gz" : "")}", packed ? Gz(images) : images);
        folder.Bytes($"{prefix}-labels-idx1-ubyte{(packed ? ".gz" : "")}", packed ? Gz(labels) : labels);
    }

    private static byte[] Gz(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var gz = new GZipStream(stream, CompressionLevel.Fastest))
            gz.Write(bytes);
        return stream.ToArray();
    }
}
