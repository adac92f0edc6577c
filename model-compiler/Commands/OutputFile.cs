using System.Text;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>
/// A file that is there complete or not at all: it is written to a temporary name beside the target and renamed when all is well.
/// </summary>
public static class OutputFile
{
    /// <summary>Fails before long work where <see cref="Write"/> would fail after it. Creates a temporary file and takes it away.</summary>
    public static void Check(string path)
    {
        if (Directory.Exists(path))
            throw Unwritable(path, "it is a folder; a file name would be right", null);
        if (!Directory.Exists(Folder(path)))
            throw Unwritable(path, $"there is no folder {Folder(path)}", null);
        string probe = Temporary(path);
        Refusable(path, probe, () => new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose());
    }

    /// <param name="path">The target; an existing file is replaced.</param>
    /// <param name="write">Writes the content. When it throws, nothing is left and an existing target is as before.</param>
    public static void Write(string path, Action<Stream> write)
    {
        Check(path);
        string temporary = Temporary(path);
        try
        {
            Refusable(path, temporary, () =>
            {
                using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
                {
                    write(stream);

                    // A full disk shows here at the latest, before the old file is gone.
                    stream.Flush(flushToDisk: true);
                }

                File.Move(temporary, path, overwrite: true);
            });
        }
        finally
        {
            // After the rename there is none.
            File.Delete(temporary);
        }
    }

    /// <summary>Makes a folder to write to; one that is there is right.</summary>
    public static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BarrelException(CommandErrors.Unwritable, $"{folder}: cannot be made: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    private static void Refusable(string path, string temporary, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The user knows nothing of the temporary name.
            throw Unwritable(path, e.Message.TrimEnd('.').Replace(temporary, Path.GetFullPath(path), StringComparison.Ordinal), e);
        }
    }

    private static string Folder(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? Path.GetFullPath(path);

    // Short, so that it is no longer than file systems allow where the target is not.
    private static string Temporary(string path) => Path.Combine(Folder(path), $".barrel-{Guid.NewGuid():N}.tmp");

    private static BarrelException Unwritable(string path, string why, Exception? inner) => inner is null
        ? new(CommandErrors.Unwritable, $"{path}: cannot be written: {why}")
        : new(CommandErrors.Unwritable, $"{path}: cannot be written: {why}", inner);
}
