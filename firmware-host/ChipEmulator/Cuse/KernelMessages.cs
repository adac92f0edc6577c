using System.Runtime.InteropServices;

namespace Barrel.ChipEmulator.Cuse;

/// <summary>What the kernel may ask of a character device in user space; numbers of linux/fuse.h.</summary>
internal enum Operation : uint
{
    Open = 14,
    Read = 15,
    Write = 16,
    Release = 18,
    Flush = 25,
    Interrupt = 36,
    IoControl = 39,
    Initialize = 4096,
}

/// <summary>Before each request; fuse_in_header, 40 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RequestHeader
{
    public uint Bytes;
    public Operation Operation;
    public ulong Unique;
    public ulong Node;
    public uint User;
    public uint Group;
    public uint Process;
    public uint Padding;
}

/// <summary>Before each reply; fuse_out_header, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ReplyHeader
{
    public uint Bytes;
    public int Error;
    public ulong Unique;
}

/// <summary>cuse_init_in, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InitializeRequest
{
    public uint Major;
    public uint Minor;
    public uint Unused;
    public uint Flags;
}

/// <summary>cuse_init_out, 72 bytes with its ten spare words; the device's name follows.</summary>
[StructLayout(LayoutKind.Sequential, Size = 72)]
internal struct InitializeReply
{
    public const uint UnrestrictedIoControl = 1;

    public uint Major;
    public uint Minor;
    public uint Unused;
    public uint Flags;
    public uint ReadBytesMax;
    public uint WriteBytesMax;
    public uint DeviceMajor;
    public uint DeviceMinor;
}

/// <summary>fuse_open_out, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenReply
{
    public ulong File;
    public uint Flags;
    public uint Padding;
}

/// <summary>fuse_read_in and fuse_write_in alike, 40 bytes; what is to be written follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ReadOrWriteRequest
{
    public ulong File;
    public ulong Offset;
    public uint Bytes;
    public uint Flags;
    public ulong LockOwner;
    public uint FileFlags;
    public uint Padding;
}

/// <summary>fuse_write_out, 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WriteReply
{
    public uint Bytes;
    public uint Padding;
}

/// <summary>fuse_ioctl_in, 32 bytes; what was fetched from the caller's memory follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IoControlRequest
{
    public ulong File;
    public uint Flags;
    public uint Command;
    public ulong Argument;
    public uint FetchedBytes;
    public uint StoredBytes;
}

/// <summary>fuse_ioctl_out, 16 bytes; then either what to store in the caller's memory or, with <see cref="Retry"/>, regions of it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IoControlReply
{
    public const uint Retry = 4;

    /// <summary>The most regions of one reply.</summary>
    public const int RegionsMax = 256;

    public int Result;
    public uint Flags;
    public uint FetchRegions;
    public uint StoreRegions;
}

/// <summary>Part of the caller's memory; fuse_ioctl_iovec, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MemoryRegion
{
    public ulong Address;
    public ulong Bytes;
}

/// <summary>One transfer of a message; spi_ioc_transfer of linux/spi/spidev.h, 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SpiTransfer
{
    public ulong SendAddress;
    public ulong ReceiveAddress;
    public uint Bytes;
    public uint SpeedHz;
    public ushort DelayUs;
    public byte BitsPerWord;
    public byte ReleasesChipSelect;
    public byte SendLines;
    public byte ReceiveLines;
    public byte WordDelayUs;
    public byte Padding;
}
