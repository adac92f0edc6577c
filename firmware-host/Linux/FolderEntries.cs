namespace Barrel.Host.Linux;

/// <summary>Names of files as the disk has them: a file that is flushed and renamed may still have its old name after a power cut.</summary>
internal static class FolderEntries
{
    /// <summary>Returns when the disk has the folder's names as they are now; does nothing where that cannot be asked for.</summary>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        int file = SystemCalls.Open(folder, SystemCalls.OpenToRead);
        if (file < 0)
            return;
        _ = SystemCalls.Flush(file);
        _ = SystemCalls.Close(file);
    }
}
