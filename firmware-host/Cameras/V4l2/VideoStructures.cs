using System.Runtime.InteropServices;
using Barrel.Host.Linux;

namespace Barrel.Host.Cameras.V4l2;

// The structures of linux/videodev2.h as 64-bit kernels have them, arm64 and x64 alike, with the fields that are used here. Their sizes are
// part of the requests' numbers.

/// <summary>v4l2_capability.</summary>
[StructLayout(LayoutKind.Explicit, Size = 104)]
internal struct VideoCapability
{
    public const uint Capture = 0x1;
    public const uint CaptureMultiPlanar = 0x1000;
    public const uint ToMemoryMultiPlanar = 0x4000;
    public const uint Streaming = 0x0400_0000;
    public const uint HasDeviceBits = 0x8000_0000;

    [FieldOffset(16)]
    public Text32 Card;

    /// <summary>Of the device with all its nodes.</summary>
    [FieldOffset(84)]
    public uint AllBits;

    /// <summary>Of this node alone, where <see cref="HasDeviceBits"/>.</summary>
    [FieldOffset(88)]
    public uint NodeBits;
}

/// <summary>v4l2_fmtdesc: one format that the device offers.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct VideoFormatEntry
{
    [FieldOffset(0)]
    public uint Index;

    [FieldOffset(4)]
    public uint Type;

    [FieldOffset(44)]
    public uint FourCode;
}

/// <summary>v4l2_frmsizeenum: one size, or a range of sizes, of a format.</summary>
[StructLayout(LayoutKind.Explicit, Size = 44)]
internal struct VideoSizeEntry
{
    public const uint Discrete = 1;

    [FieldOffset(0)]
    public uint Index;

    [FieldOffset(4)]
    public uint FourCode;

    [FieldOffset(8)]
    public uint Kind;

    /// <summary>The width where discrete.</summary>
    [FieldOffset(12)]
    public uint WidthMin;

    /// <summary>The height where discrete.</summary>
    [FieldOffset(16)]
    public uint WidthMax;

    [FieldOffset(20)]
    public uint WidthStep;

    [FieldOffset(24)]
    public uint HeightMin;

    [FieldOffset(28)]
    public uint HeightMax;

    [FieldOffset(32)]
    public uint HeightStep;
}

/// <summary>v4l2_frmivalenum: one time between frames, or a range of them, at a size of a format. Seconds as fractions.</summary>
[StructLayout(LayoutKind.Explicit, Size = 52)]
internal struct VideoIntervalEntry
{
    [FieldOffset(0)]
    public uint Index;

    [FieldOffset(4)]
    public uint FourCode;

    [FieldOffset(8)]
    public uint Width;

    [FieldOffset(12)]
    public uint Height;

    /// <summary>As <see cref="VideoSizeEntry.Kind"/>.</summary>
    [FieldOffset(16)]
    public uint Kind;

    /// <summary>The shortest, or the only one.</summary>
    [FieldOffset(20)]
    public uint Numerator;

    [FieldOffset(24)]
    public uint Denominator;
}

/// <summary>v4l2_format of a single-planar capture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 208)]
internal struct VideoFormat
{
    public const uint FieldNone = 1;
    public const uint ColourspaceJpeg = 7;
    public const uint QuantizationFull = 1;
    public const uint QuantizationLimited = 2;

    [FieldOffset(0)]
    public uint Type;

    // The union begins at its alignment, which pointers in its other members make eight bytes.
    [FieldOffset(8)]
    public uint Width;

    [FieldOffset(12)]
    public uint Height;

    [FieldOffset(16)]
    public uint FourCode;

    [FieldOffset(20)]
    public uint Field;

    [FieldOffset(24)]
    public uint StrideBytes;

    [FieldOffset(32)]
    public uint Colourspace;

    [FieldOffset(48)]
    public uint Quantization;
}

/// <summary>v4l2_streamparm of a capture: the time between frames, seconds as a fraction.</summary>
[StructLayout(LayoutKind.Explicit, Size = 204)]
internal struct VideoParameters
{
    [FieldOffset(0)]
    public uint Type;

    [FieldOffset(12)]
    public uint Numerator;

    [FieldOffset(16)]
    public uint Denominator;
}

/// <summary>v4l2_requestbuffers.</summary>
[StructLayout(LayoutKind.Explicit, Size = 20)]
internal struct VideoBufferRequest
{
    [FieldOffset(0)]
    public uint Count;

    [FieldOffset(4)]
    public uint Type;

    [FieldOffset(8)]
    public uint Memory;
}

/// <summary>v4l2_buffer.</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
internal struct VideoBuffer
{
    public const uint TypeCapture = 1;
    public const uint MemoryMapped = 1;
    public const uint IsDamaged = 0x40;
    public const uint TimestampMask = 0xe000;
    public const uint TimestampMonotonic = 0x2000;

    [FieldOffset(0)]
    public uint Index;

    [FieldOffset(4)]
    public uint Type;

    [FieldOffset(8)]
    public uint UsedBytes;

    [FieldOffset(12)]
    public uint Flags;

    [FieldOffset(24)]
    public long Seconds;

    [FieldOffset(32)]
    public long Microseconds;

    /// <summary>Counts the frames that the device made, those without a buffer too.</summary>
    [FieldOffset(56)]
    public uint Sequence;

    [FieldOffset(60)]
    public uint Memory;

    /// <summary>What to map at.</summary>
    [FieldOffset(64)]
    public uint Offset;

    [FieldOffset(72)]
    public uint Bytes;

    public static VideoBuffer Captured(uint index) => new() { Index = index, Type = TypeCapture, Memory = MemoryMapped };
}
