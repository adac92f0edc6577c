using Barrel.Compiler.Commands;
using Barrel.Compiler.Tests.Data;

namespace Barrel.Compiler.Tests.Commands;

[TestClass]
public class OutputFileTests
{
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
