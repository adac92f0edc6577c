using System.Runtime.InteropServices;
using Barrel.Host.Linux;
using Barrel.Runtime;

namespace Barrel.Host.Pins;

/// <summary>Pins of a Linux board. All are one request to the kernel: they become outputs at once, and change at once.</summary>
internal sealed unsafe class HeaderPins(GpioChip chip) : IPinDriver
{
    private const string Consumer = "barrel-host";

    private int lines = -1;
    private ulong all;

    public void Open(ReadOnlySpan<PinName> pins, uint levels)
    {
        Check(chip.Info(out GpioChipInfo info));
        GpioLineRequest request = new() { Consumer = Text32.Of(Consumer), LineCount = (uint)pins.Length };
        for (int i = 0; i < pins.Length; i++)
            request.Offsets[i] = OffsetOf(pins[i], info);
        all = (1ul << pins.Length) - 1;
        request.Config.Flags = GpioLineConfig.FlagOutput;
        request.Config.AttributeCount = 1;
        request.Config.Attributes[0] = new GpioLineConfigAttribute
        {
            Attribute = new GpioLineAttribute { Id = GpioLineAttribute.IdOutputLevels, Value = levels },
            Lines = all,
        };
        int error = chip.GetLines(ref request);
        if (error == SystemError.Busy)
            throw new HostFailureException(HostErrors.Pins, $"pins: {Holders(request)}; end the other program, or change the pins in the board's file");
        Check(error);
        lines = request.File;
    }

    public void Set(uint levels)
    {
        GpioLineLevels request = new() { Levels = levels, Lines = all };
        Check(SystemCalls.Request(lines, GpioRequests.SetLevels, &request));
    }

    public void Dispose()
    {
        if (lines >= 0)
            _ = SystemCalls.Close(lines);
        lines = -1;
        chip.Dispose();
    }

    // Kernels differ in whether they name the header's lines, not in where these are.
    private uint OffsetOf(PinName pin, in GpioChipInfo info)
    {
        for (uint offset = 0; pin.Line is not null && offset < info.LineCount; offset++)
        {
            if (chip.LineInfo(offset, out GpioLineInfo line) == SystemError.None && line.Name.ToString() == pin.Line)
                return offset;
        }

        return pin.Number < info.LineCount
            ? (uint)pin.Number
            : throw new BarrelException(HostErrors.Pins, $"pins: {chip.Path} has {info.LineCount} lines, and the board's file names line {pin.Number}");
    }

    private string Holders(in GpioLineRequest request)
    {
        List<string> holders = [];
        for (int i = 0; i < request.LineCount; i++)
        {
            if (chip.LineInfo(request.Offsets[i], out GpioLineInfo line) == SystemError.None && line.Consumer.ToString() is { Length: > 0 } consumer)
                holders.Add($"line {line.Offset} of {chip.Path} is held by '{OneLine.Of(consumer)}'");
        }

        return holders.Count > 0 ? string.Join(", ", holders) : $"a line of {chip.Path} is held by another program";
    }

    private void Check(int error)
    {
        if (error != SystemError.None)
            throw new HostFailureException(HostErrors.Pins, $"pins: {chip.Path}: {Marshal.GetPInvokeErrorMessage(error)}");
    }
}
