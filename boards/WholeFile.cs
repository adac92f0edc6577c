namespace Barrel.Boards;

/// <summary>
/// A file that is there complete or not at all: it is written under a temporary name in the target's folder and renamed when all is well.
/// What goes wrong is the system's own exception (<see cref="IsFailure"/>); the caller gives it a code.
/// </summary>
public static class WholeFile
{
    private const string TemporaryPrefix = ".barrel-";
    private const string TemporaryEnding = ".tmp";

    /// <summary>Fails before long work where <see cref="Write"/> would fail after it. Creates a temporary file and takes it away.</summary>
    /// <exception cref="IOException">Also for a target that is a folder or lies in none.</exception>
    public static void Check(string path)
    {
        string target = Path.GetFullPath(path);
        if (Directory.Exists(target))
            throw new IOException("it is a folder; a file name would be right");
        if (!Directory.Exists(Folder(target)))
            throw new IOException($"there is no folder {Folder(target)}");
        string probe = Temporary(target);
        Rename(probe, target, () => new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose());
    }

    /// <param name="path">The target; an existing file is replaced.</param>
    /// <param name="write">Writes the content. When it throws, nothing is left and an existing target is as before.</param>
    /// <param name="isDurable">
    /// Whether the content is on the disk before the old file is gone, so that not even a power cut leaves a broken one. False where a file is one of
    /// many and its loss does no harm: waiting for an SD card takes milliseconds.
    /// </param>
    public static void Write(string path, Action<Stream> write, bool isDurable = true)
    {
        ArgumentNullException.ThrowIfNull(write);
        string target = Path.GetFullPath(path);
        string temporary = Temporary(target);
        try
        {
            Rename(temporary, target, () =>
            {
                using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write))
                {
                    write(stream);

                    // A full disk shows here at the latest, before the old file is gone.
                    stream.Flush(flushToDisk: isDurable);
                }

                File.Move(temporary, target, overwrite: true);
            });
        }
        catch
        {
            // Half a file would keep the disk full.
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Deletes what <see cref="Write"/> left in a folder when the power went or the program was killed. For a folder in which nobody else writes.
    /// What cannot be deleted stays.
    /// </summary>
    public static void DeleteLeftovers(string folder)
    {
        try
        {
            foreach (string file in Directory.EnumerateFiles(folder, $"{TemporaryPrefix}*{TemporaryEnding}"))
                TryDelete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is no such folder, or it may not be read: nothing was written there either.
        }
    }

    /// <summary>Whether an exception is the file system's no.</summary>
    public static bool IsFailure(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    // Who asked for the target knows nothing of the temporary name.
    private static void Rename(string temporary, string target, Action action)
    {
        try
        {
            action();
        }
        catch (IOException e) when (e.Message.Contains(temporary, StringComparison.Ordinal))
        {
            throw new IOException(e.Message.Replace(temporary, target, StringComparison.Ordinal), e);
        }
        catch (UnauthorizedAccessException e) when (e.Message.Contains(temporary, StringComparison.Ordinal))
        {
            throw new UnauthorizedAccessException(e.Message.Replace(temporary, target, StringComparison.Ordinal), e);
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It takes room, no more; where something failed before, that is to be told.
        }
    }

    private static string Folder(string target) => Path.GetDirectoryName(target) ?? target;

    // Short, so that it is no longer than file systems allow where the target is not.
    private static string Temporary(string target) => Path.Combine(Folder(target), $"{TemporaryPrefix}{Guid.NewGuid():N}{TemporaryEnding}");
}
