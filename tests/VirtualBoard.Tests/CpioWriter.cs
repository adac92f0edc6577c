using System.Text;

namespace Barrel.VirtualBoard.Tests;

/// <summary>
/// Writes a cpio archive in the "newc" form, which Linux unpacks into its first file system: for each file a header of hexadecimal
/// numbers, its name, its bytes, each padded to four bytes. The folders that a file lies in are written before it.
/// </summary>
internal sealed class CpioWriter(Stream stream)
{
    private const int FolderMode = 0x41ED, FileMode = 0x81A4, ProgramMode = 0x81ED;
    private const int AlignBytes = 4;
    private const string LastName = "TRAILER!!!";

    private readonly HashSet<string> folders = [];
    private int fileCount;

    /// <param name="path">Without a slash in front.</param>
    public void Folder(string path)
    {
        if (path.Length == 0 || !folders.Add(path))
            return;
        FoldersAbove(path);
        Write(path, FolderMode, []);
    }

    /// <param name="path">Without a slash in front.</param>
    /// <param name="isProgram">Whether it may be run.</param>
    public void File(string path, ReadOnlySpan<byte> content, bool isProgram)
    {
        FoldersAbove(path);
        Write(path, isProgram ? ProgramMode : FileMode, content);
    }

    /// <summary>Writes what ends the archive; nothing may follow.</summary>
    public void End() => Write(LastName, 0, []);

    private void FoldersAbove(string path) => Folder(path[..Math.Max(0, path.LastIndexOf('/'))]);

    private void Write(string name, int mode, ReadOnlySpan<byte> content)
    {
        // Inode, mode, user, group, links, time, size, four numbers of devices, length of the name with its zero, checksum.
        int[] fields = [++fileCount, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, Encoding.UTF8.GetByteCount(name) + 1, 0];
        byte[] head = Encoding.UTF8.GetBytes($"070701{string.Concat(fields.Select(f => f.ToString("x8")))}{name}\0");
        Padded(head);
        Padded(content);
    }

    private void Padded(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        int over = bytes.Length % AlignBytes;
        if (over > 0)
            stream.Write(stackalloc byte[AlignBytes - over]);
    }
}
