using Barrel.Host.Cameras.V4l2;
using Barrel.Host.Linux;

namespace Barrel.Host.Tests;

/// <summary>A camera as the kernel would show it, without the kernel. Its pictures are one byte all over, the frame's number.</summary>
internal sealed class FakeVideoDevice : IVideoDevice
{
    private readonly Queue<uint> queued = new(16);
    private readonly byte[][] buffers = new byte[VideoStream.BufferCountAsked][];
    private uint sequence;
    private int tries;

    public uint Bits { get; init; } = VideoCapability.Capture | VideoCapability.Streaming;

    public (string Format, int Width, int Height, uint Rate)[] Modes { get; init; } = [("YUYV", 64, 48, 30)];

    /// <summary>What the driver makes of any format that it is asked for, or null.</summary>
    public uint? GivesFourCode { get; init; }

    public int SetFormatError { get; init; }

    /// <summary>Frames until there are no more; then it stalls, or gives the error.</summary>
    public uint FrameCount { get; init; } = uint.MaxValue;

    public int EndError { get; init; }

    /// <summary>Every so many frames one is lost before this reader; 0 for none.</summary>
    public uint LosesEach { get; init; }

    /// <summary>Every so many frames one is damaged; 0 for none.</summary>
    public uint DamagesEach { get; init; }

    public bool IsClosed { get; private set; }

    public bool IsStreaming { get; private set; }

    public VideoFormat Format { get; private set; }

    public int QueryCapability(ref VideoCapability capability)
    {
        capability.Card = Text32.Of("fake\u0007 camera");
        capability.AllBits = Bits | VideoCapability.HasDeviceBits;
        capability.NodeBits = Bits;
        return 0;
    }

    public int EnumerateFormat(ref VideoFormatEntry entry)
    {
        uint[] codes = [.. Modes.Select(m => FourCode(m.Format)).Distinct()];
        if (entry.Index >= codes.Length)
            return SystemError.Invalid;
        entry.FourCode = codes[entry.Index];
        return 0;
    }

    public int EnumerateSize(ref VideoSizeEntry entry)
    {
        uint code = entry.FourCode;
        (string Format, int Width, int Height, uint Rate)[] modes = [.. Modes.Where(m => FourCode(m.Format) == code)];
        if (entry.Index >= modes.Length)
            return SystemError.Invalid;
        entry.Kind = VideoSizeEntry.Discrete;
        entry.WidthMin = (uint)modes[entry.Index].Width;
        entry.WidthMax = (uint)modes[entry.Index].Height;
        return 0;
    }

    public int EnumerateInterval(ref VideoIntervalEntry entry)
    {
        VideoIntervalEntry asked = entry;
        if (entry.Index > 0)
            return SystemError.Invalid;
        entry.Kind = VideoSizeEntry.Discrete;
        entry.Numerator = 1;
        entry.Denominator = Modes.First(m => FourCode(m.Format) == asked.FourCode && m.Width == asked.Width && m.Height == asked.Height).Rate;
        return 0;
    }

    public int SetFormat(ref VideoFormat format)
    {
        if (SetFormatError != 0)
            return SetFormatError;
        format.FourCode = GivesFourCode ?? format.FourCode;
        Format = format;
        return 0;
    }

    public int SetParameters(ref VideoParameters parameters) => 0;

    public int RequestBuffers(ref VideoBufferRequest request)
    {
        request.Count = (uint)buffers.Length;
        for (int i = 0; i < buffers.Length; i++)
            buffers[i] = new byte[Format.Width * Format.Height * 3];
        return 0;
    }

    public int QueryBuffer(ref VideoBuffer buffer)
    {
        buffer.Bytes = (uint)buffers[buffer.Index].Length;
        return 0;
    }

    public int Map(in VideoBuffer buffer) => 0;

    public int Queue(ref VideoBuffer buffer)
    {
        queued.Enqueue(buffer.Index);
        return 0;
    }

    public int Dequeue(ref VideoBuffer buffer)
    {
        if (tries >= FrameCount && EndError != 0)
            return EndError;
        if (queued.Count == 0)
            return SystemError.TryAgain;
        tries++;
        buffer.Index = queued.Dequeue();
        buffers[buffer.Index].AsSpan().Fill((byte)sequence);
        buffer.Sequence = sequence++;
        if (LosesEach > 0 && sequence % LosesEach == 0)
            sequence++;
        buffer.UsedBytes = (uint)buffers[buffer.Index].Length;
        buffer.Flags = VideoBuffer.TimestampMonotonic;
        if (DamagesEach > 0 && tries % DamagesEach == 0)
            buffer.Flags |= VideoBuffer.IsDamaged;
        buffer.Seconds = 1000 + (tries / 10);
        buffer.Microseconds = tries % 10 * 100_000;
        return 0;
    }

    public int StreamOn()
    {
        IsStreaming = true;
        return 0;
    }

    public int StreamOff()
    {
        IsStreaming = false;
        return 0;
    }

    public int Wait(int timeoutMs, out bool isReady)
    {
        isReady = tries < FrameCount || EndError != 0;
        if (!isReady)
            Thread.Sleep(Math.Min(timeoutMs, 5));
        return 0;
    }

    public ReadOnlySpan<byte> Bytes(int index) => buffers[index];

    public void Dispose()
    {
        Assert.IsFalse(IsClosed, "closed twice");
        IsClosed = true;
    }

    private static uint FourCode(string name) =>
        PixelFormat.Find(name)?.FourCode ?? (name[0] | ((uint)name[1] << 8) | ((uint)name[2] << 16) | ((uint)name[3] << 24));
}
