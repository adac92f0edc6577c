using System.Runtime.InteropServices;

namespace Barrel.Guest;

/// <summary>
/// Marks where counting begins and ends, for a plugin that sees a guest's system calls: closing a file that cannot exist, which changes nothing.
/// </summary>
public static partial class Region
{
    /// <summary>What is closed at the beginning.</summary>
    public const int Begin = -722_001;

    /// <summary>What is closed at the end.</summary>
    public const int End = -722_002;

    public static void Mark(int edge) => _ = Close(edge);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
