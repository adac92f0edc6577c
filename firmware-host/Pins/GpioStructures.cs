using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Barrel.Host.Linux;

namespace Barrel.Host.Pins;

/// <summary>struct gpiochip_info.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioChipInfo
{
    public Text32 Name;
    public Text32 Label;
    public uint LineCount;
}

/// <summary>struct gpio_v2_line_attribute: flags, levels or a time, as its id says.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineAttribute
{
    public const uint IdOutputLevels = 2;

    public uint Id;
    public uint Padding;
    public ulong Value;
}

/// <summary>struct gpio_v2_line_config_attribute.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineConfigAttribute
{
    public GpioLineAttribute Attribute;

    /// <summary>Bit i: it is about the i-th line of the request.</summary>
    public ulong Lines;
}

/// <summary>gpio_v2_line_config.attrs.</summary>
[InlineArray(Length)]
internal struct GpioLineConfigAttributes
{
    public const int Length = 10;

    private GpioLineConfigAttribute first;
}

/// <summary>gpio_v2_line_info.attrs.</summary>
[InlineArray(GpioLineConfigAttributes.Length)]
internal struct GpioLineAttributes
{
    private GpioLineAttribute first;
}

/// <summary>Numbers that must be zero.</summary>
[InlineArray(5)]
internal struct GpioPadding
{
    private uint first;
}

/// <summary>struct gpio_v2_line_config.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineConfig
{
    public const ulong FlagOutput = 8;

    public ulong Flags;
    public uint AttributeCount;
    public GpioPadding Padding;
    public GpioLineConfigAttributes Attributes;
}

/// <summary>gpio_v2_line_request.offsets.</summary>
[InlineArray(64)]
internal struct GpioOffsets
{
    private uint first;
}

/// <summary>struct gpio_v2_line_request.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineRequest
{
    public GpioOffsets Offsets;
    public Text32 Consumer;
    public GpioLineConfig Config;
    public uint LineCount;
    public uint EventBufferCount;
    public GpioPadding Padding;

    /// <summary>The kernel's answer: a file that holds the lines while it is open.</summary>
    public int File;
}

/// <summary>struct gpio_v2_line_info.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineInfo
{
    public Text32 Name;
    public Text32 Consumer;
    public uint Offset;
    public uint AttributeCount;
    public ulong Flags;
    public GpioLineAttributes Attributes;
    public uint Padding0;
    public uint Padding1;
    public uint Padding2;
    public uint Padding3;
}

/// <summary>struct gpio_v2_line_values.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineLevels
{
    public ulong Levels;

    /// <summary>Bit i: set the i-th line of the request.</summary>
    public ulong Lines;
}
