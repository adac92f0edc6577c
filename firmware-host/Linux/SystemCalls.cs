using System.Runtime.InteropServices;

namespace Barrel.Host.Linux;

/// <summary>The calls of the C library that device files need.</summary>
internal static unsafe partial class SystemCalls
{
    /// <summary>Read and write, no waiting, not for child processes; the same bits on arm64 and x64.</summary>
    public const int OpenFlags = 0x2 | 0x800 | 0x8_0000;

    /// <summary>Reading alone, not for child processes.</summary>
    public const int OpenToRead = 0x8_0000;

    public const int MapForReading = 1;
    public const int MapShared = 1;

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
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Flush(int file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int file);

    // .NET's files fill their buffer by as many reads as it takes; of a device one read is one request.
    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Read(int file, Span<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Write(int file, ReadOnlySpan<byte> bytes, nint count);

    // The C library's ioctl takes any number of arguments; on Linux both processors pass the third as they pass a fixed one.
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int file, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void* Map(void* near, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Unmap(void* address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Poll(Waiting* waiting, nuint count, int timeoutMs);

    /// <summary>Asks a device, again where a signal came between.</summary>
    /// <param name="argument">What the request's number stands for.</param>
    /// <returns>A <see cref="SystemError"/>.</returns>
    public static int Request(int file, uint request, void* argument)
    {
        while (Control(file, request, argument) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != SystemError.Interrupted)
                return error;
        }

        return SystemError.None;
    }
}
