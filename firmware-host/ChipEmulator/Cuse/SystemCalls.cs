using System.Runtime.InteropServices;

namespace Barrel.ChipEmulator.Cuse;

/// <summary>The few calls of the C library that .NET's files do not offer: one read is one request, and waiting has an end.</summary>
internal static partial class SystemCalls
{
    public const int OpenForBoth = 2;
    public const short ReadyToRead = 1;

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Waiting
    {
        public int File;
        public short Events;
        public short Results;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int file, Span<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int file, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(ref Waiting waiting, nuint count, int timeoutMs);
}
