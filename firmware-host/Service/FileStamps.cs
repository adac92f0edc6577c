namespace Barrel.Host.Service;

/// <summary>
/// Finds by length and time of writing whether any of some files became another, and waits until it holds still: a copy in progress is not
/// looked at. Cheaper than the system's own notices, and right on every file system. For one thread.
/// </summary>
internal sealed class FileStamps
{
    private (long Length, long Ticks)[] accepted = [];
    private (long Length, long Ticks)[] last = [];

    /// <summary>Takes the files as they are now for known. Call before reading them, so that a change while they are read is found.</summary>
    public void Accept(string[] paths)
    {
        accepted = Read(paths);
        last = accepted;
    }

    /// <summary>True where the files differ from the known ones and are as they were at the call before. Call once a second.</summary>
    public bool HasSettledChange(string[] paths)
    {
        (long, long)[] now = Read(paths);
        bool isStill = now.AsSpan().SequenceEqual(last);
        last = now;
        return isStill && !now.AsSpan().SequenceEqual(accepted);
    }

    private static (long Length, long Ticks)[] Read(string[] paths) => Array.ConvertAll(paths, Stamp);

    // The time is only compared with itself; what the clock says does not matter.
    private static (long Length, long Ticks) Stamp(string path)
    {
        try
        {
            FileInfo file = new(path);
            if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
                file = target;
            return file.Exists ? (file.Length, file.LastWriteTimeUtc.Ticks) : (-1, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (-1, 0);
        }
    }
}
