using System.Diagnostics;
using Barrel.Host.Linux;
using Barrel.Runtime;

namespace Barrel.Host.Cameras.V4l2;

/// <summary>Opens a device file; the result is a <see cref="SystemError"/>.</summary>
internal delegate int VideoDeviceOpener(string path, out IVideoDevice? device);

/// <summary>A video device that was opened and agreed with, and that captures into a ring of mapped buffers.</summary>
internal sealed class VideoStream : IFrameStream
{
    /// <summary>Buffers that are asked for: one being read, the others being filled while the reader is held up.</summary>
    public const int BufferCountAsked = 4;

    /// <summary>Drivers may give more.</summary>
    public const int BufferCountMax = 32;

    private readonly string path;
    private readonly IVideoDevice device;
    private readonly FrameDecoder decoder;
    private bool hasSequence;
    private uint nextSequence;

    private VideoStream(string path, IVideoDevice device, VideoAgreement agreement)
    {
        this.path = path;
        this.device = device;
        decoder = agreement.Format.CreateDecoder(agreement.Settings);
        FramesPerSecond = Math.Max(1, (int)Math.Round(agreement.Rate));
        string rate = agreement.Rate > 0 ? $"{agreement.Rate:0.##} frames per second" : "at its own rate";
        Description = $"{agreement.Settings.Width}x{agreement.Settings.Height} {agreement.Format.Name}, {rate}, '{agreement.Card}'";
    }

    public string Description { get; }

    public int FramesPerSecond { get; }

    public long LostCount { get; private set; }

    /// <param name="path">Of the device file.</param>
    /// <param name="wish">What to agree on, as near as the device can.</param>
    /// <exception cref="BarrelException">The codes BRL4050 to BRL4055: each says what to do.</exception>
    public static VideoStream Open(string path, VideoWish wish, VideoDeviceOpener open)
    {
        int error = open(path, out IVideoDevice? device);
        if (error != SystemError.None || device is null)
            throw VideoErrors.Of(path, "opening it", error);
        try
        {
            VideoAgreement agreement = VideoAgreement.Make(path, device, wish);
            PrepareBuffers(path, device);
            VideoErrors.Check(path, "starting it", device.StreamOn());
            return new VideoStream(path, device, agreement);
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    public bool TryRead(CameraFrame frame, int timeoutMs)
    {
        VideoErrors.Check(path, "waiting for a frame", device.Wait(timeoutMs, out bool isReady));
        if (!isReady)
            return false;
        VideoBuffer buffer = VideoBuffer.Captured(0);

        // A device that says it is ready and has nothing is one that failed: waiting again would spin.
        VideoErrors.Check(path, "reading a frame", device.Dequeue(ref buffer));
        long timestampMs = TimestampMs(buffer);
        CountLost(buffer.Sequence);
        ReadOnlySpan<byte> captured = device.Bytes((int)buffer.Index);
        bool isWhole = (buffer.Flags & VideoBuffer.IsDamaged) == 0
            && decoder.Decode(captured[..(int)Math.Min(buffer.UsedBytes, (uint)captured.Length)], frame);
        if (isWhole)
            frame.TimestampMs = timestampMs;
        else
            LostCount++;
        VideoErrors.Check(path, "giving a buffer back", device.Queue(ref buffer));
        return isWhole;
    }

    public void Dispose()
    {
        _ = device.StreamOff();
        device.Dispose();
    }

    private static void PrepareBuffers(string path, IVideoDevice device)
    {
        VideoBufferRequest request = new() { Count = BufferCountAsked, Type = VideoBuffer.TypeCapture, Memory = VideoBuffer.MemoryMapped };
        VideoErrors.Check(path, "asking for buffers", device.RequestBuffers(ref request));
        for (uint i = 0; i < request.Count && i < BufferCountMax; i++)
        {
            VideoBuffer buffer = VideoBuffer.Captured(i);
            VideoErrors.Check(path, "asking for a buffer", device.QueryBuffer(ref buffer));
            VideoErrors.Check(path, "mapping a buffer", device.Map(buffer));
            VideoErrors.Check(path, "giving it a buffer", device.Queue(ref buffer));
        }
    }

    private void CountLost(uint sequence)
    {
        // Numbers wrap around. A number that goes back is a driver that began again: nothing is known to be lost.
        int gap = unchecked((int)(sequence - nextSequence));
        if (hasSequence && gap > 0)
            LostCount += gap;
        hasSequence = true;
        nextSequence = unchecked(sequence + 1);
    }

    /// <summary>The kernel's moment of the frame where it is of the monotonic clock, which .NET's stopwatch reads too; else that of its reading.</summary>
    private static long TimestampMs(in VideoBuffer buffer) =>
        (buffer.Flags & VideoBuffer.TimestampMask) == VideoBuffer.TimestampMonotonic
            ? (buffer.Seconds * 1000) + (buffer.Microseconds / 1000)
            : (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds;
}
