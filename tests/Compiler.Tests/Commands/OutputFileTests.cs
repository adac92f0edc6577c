using Barrel.Compiler.Commands;
using Barrel.Compiler.Tests.Data;

namespace Barrel.Compiler.Tests.Commands;

[TestClass]
public class OutputFileTests
{
    [TestMethod]
    public void WritesAndReplaces()
    {
        using var folder = new TemporaryFolder();
        string path = folder["out.barrel"];
        OutputFile.WriteText(path, "one");
        OutputFile.WriteText(path, "two");
        Assert.AreEqual("two", File.ReadAllText(path));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void FailureLeavesNothingAndTheOldFileAsItWas()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Text("out.barrel", "old");
        static void Half(Stream stream)
        {
            stream.Write(new byte[100_000]);
            throw new InvalidOperationException("half-way");
        }

        Assert.ThrowsExactly<InvalidOperationException>(() => OutputFile.Write(path, Half));
        Assert.ThrowsExactly<InvalidOperationException>(() => OutputFile.Write(folder["new.barrel"], Half));
        Assert.AreEqual("old", File.ReadAllText(path));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void TheTargetAppearsOnlyWhenComplete()
    {
        using var folder = new TemporaryFolder();
        string path = folder["out.barrel"];
        OutputFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            stream.Flush();
            Assert.IsFalse(File.Exists(path));
        });
        Assert.IsTrue(File.Exists(path));
    }

    [TestMethod]
    public void RefusesFoldersAndMissingFolders()
    {
        using var folder = new TemporaryFolder();
        Expect.Error(CommandErrors.Unwritable, () => OutputFile.WriteText(folder.Path, "x"), folder.Path);
        Expect.Error(CommandErrors.Unwritable, () => OutputFile.WriteText(folder["none/out"], "x"), "none");
        Expect.Error(CommandErrors.Unwritable, () => OutputFile.WriteText(folder[new string('n', 300)], "x"), "nnn");
        if (OperatingSystem.IsLinux())
            Expect.Error(CommandErrors.Unwritable, () => OutputFile.Check("/proc/out.barrel"), "/proc/out.barrel");
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }
}
