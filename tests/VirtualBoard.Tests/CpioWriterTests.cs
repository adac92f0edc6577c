using System.Text;

namespace Barrel.VirtualBoard.Tests;

[TestClass]
public class CpioWriterTests
{
    [TestMethod]
    public void Files_come_after_their_folders_in_fours_of_bytes()
    {
        using MemoryStream stream = new();
        CpioWriter writer = new(stream);
        writer.File("a/b", "hello"u8, isProgram: true);
        writer.File("a/c", [], isProgram: false);
        writer.End();
        string[] expected =
        [
            Header(1, "000041ed", 0, 2), "a\0", Header(2, "000081ed", 5, 4), "a/b\0\0\0", "hello\0\0\0",
            Header(3, "000081a4", 0, 4), "a/c\0\0\0", Header(4, "00000000", 0, 11), "TRAILER!!!\0\0\0\0",
        ];
        Assert.AreEqual(string.Concat(expected), Encoding.ASCII.GetString(stream.ToArray()));
    }

    private static string Header(int number, string mode, int bytes, int nameBytes) =>
        $"070701{number:x8}{mode}{0:x8}{0:x8}{1:x8}{0:x8}{bytes:x8}{0:x8}{0:x8}{0:x8}{0:x8}{nameBytes:x8}{0:x8}";
}
