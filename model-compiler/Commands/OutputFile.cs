using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>
/// A file that is there complete or not at all: it is written to a temporary name beside the target and renamed when all is well.
/// </summary>
public static class OutputFile
{
    /// <summary>Fails early, before long work, where <see cref="Write"/> would surely fail.</summary>
    public static void Check(string path)
    {
        string folder = Folder(path);
        if (Directory.Exists(path))
            throw Unwritable(path, "is a folder; a file name would be right", null);
        if (!Directory.Exists(folder))
            throw Unwritable(path, $"there is no folder {folder}", null);
    }

    /// <param name="path">The target; an existing file is replaced.</param>
    /// <param name="write">Writes the content. When it throws, nothing is left and an existing target is as before.</param>
    public static void Write(string path, Action<Stream> write)
    {
        Check(path);
        string temporary = Path.Combine(Folder(path), $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        bool renamed = false;
        try
        {
            using (FileStream stream = Create(path, temporary))
            {
                write(stream);
                Flush(path, stream);
            }

            Rename(temporary, path);
            renamed = true;
        }
        finally
        {
            if (!renamed)
                File.Delete(temporary);
        }
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, s => s.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    private static FileStream Create(string path, string temporary)
    {
        try
        {
            return new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            throw Unwritable(path, e.Message.TrimEnd('.'), e);
        }
    }

    // A full disk shows here at the latest.
    private static void Flush(string path, FileStream stream)
    {
        try
        {
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            throw Unwritable(path, e.Message.TrimEnd('.'), e);
        }
    }

    private static void Rename(string temporary, string path)
    {
        try
        {
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            throw Unwritable(path, e.Message.TrimEnd('.'), e);
        }
    }

    private static bool IsRefusal(Exception e) => e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    private static string Folder(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? Path.GetFullPath(path);

    private static BarrelException Unwritable(string path, string why, Exception? inner) => inner is null
        ? new(CommandErrors.Unwritable, $"{path}: cannot be written: {why}")
        : new(CommandErrors.Unwritable, $"{path}: cannot be written: {why}", inner);
}
