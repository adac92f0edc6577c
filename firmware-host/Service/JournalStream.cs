namespace Barrel.Host.Service;

/// <summary>
/// Whether the standard error goes to the system's journal. The variable alone does not say so: whatever a service starts inherits it, also
/// with its output elsewhere.
/// </summary>
internal static class JournalStream
{
    public const string Variable = "JOURNAL_STREAM";
    private const string ErrorLink = "/proc/self/fd/2";

    public static bool IsStandardError()
    {
        string? stream = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(stream) || !OperatingSystem.IsLinux())
            return false;
        try
        {
            return IsSame(stream, new FileInfo(ErrorLink).LinkTarget);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <param name="stream">The variable: device and inode, <c>9:12345</c>.</param>
    /// <param name="link">What the descriptor's link names: <c>socket:[12345]</c>.</param>
    public static bool IsSame(string stream, string? link)
    {
        int colon = stream.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && link is not null && link.EndsWith($":[{stream[(colon + 1)..]}]", StringComparison.Ordinal);
    }
}
