namespace Barrel.Boards.Tests;

[TestClass]
public sealed class WholeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("barrel-whole-").FullName;

    private string Target => Path.Combine(_folder, "out.bin");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void WritesAndReplaces()
    {
        WholeFile.Write(Target, stream => stream.Write("one"u8));
        WholeFile.Write(Target, stream => stream.Write("two"u8), isDurable: false);
        Assert.AreEqual("two", File.ReadAllText(Target));
        Assert.HasCount(1, Directory.GetFileSystemEntries(_folder));
    }

    [TestMethod]
    public void FailureLeavesNothingAndTheOldFileAsItWas()
    {
        File.WriteAllText(Target, "old");
        static void Half(Stream stream)
        {
            stream.Write(new byte[100_000]);
            throw new InvalidOperationException("half-way");
        }

        Assert.ThrowsExactly<InvalidOperationException>(() => WholeFile.Write(Target, Half));
        Assert.ThrowsExactly<InvalidOperationException>(() => WholeFile.Write(Path.Combine(_folder, "new.bin"), Half));
        Assert.AreEqual("old", File.ReadAllText(Target));
        Assert.HasCount(1, Directory.GetFileSystemEntries(_folder));
    }

    [TestMethod]
    public void WhatAKilledProgramLeftIsDeletedAndNothingElse()
    {
        WholeFile.Write(Target, stream =>
        {
            stream.WriteByte(1);
            stream.Flush();
            File.Copy(Directory.GetFiles(_folder).Single(), Path.Combine(_folder, ".barrel-half.tmp"));
        });
        string[] others = ["my.tmp", ".barrel-notes"];
        foreach (string name in others)
            File.WriteAllText(Path.Combine(_folder, name), "");
        WholeFile.DeleteLeftovers(_folder);
        CollectionAssert.AreEquivalent((string[])["out.bin", .. others], Directory.GetFiles(_folder).Select(Path.GetFileName).ToArray());
        WholeFile.DeleteLeftovers(Path.Combine(_folder, "none"));
    }

    [TestMethod]
    public void TheTargetAppearsOnlyWhenComplete() => WholeFile.Write(Target, stream =>
    {
        stream.WriteByte(1);
        stream.Flush();
        Assert.IsFalse(File.Exists(Target));
    });

    [TestMethod]
    public void NoMessageNamesTheTemporaryFile()
    {
        string target = Path.Combine(_folder, "none", "out.bin");
        IOException e = Assert.Throws<IOException>(() => WholeFile.Write(target, stream => stream.WriteByte(1)));
        Assert.Contains(target, e.Message);
        Assert.DoesNotContain(".tmp", e.Message);
        Assert.Contains("is a folder", Assert.Throws<IOException>(() => WholeFile.Check(_folder)).Message);
    }
}
