using System.Runtime.InteropServices;
using Barrel.Host.Linux;

namespace Barrel.Host.Cameras.V4l2;

/// <summary>A device file such as /dev/video0.</summary>
internal sealed unsafe class KernelVideoDevice : IVideoDevice
{
    private readonly int file;
    private readonly void*[] mappings = new void*[VideoStream.BufferCountMax];
    private readonly int[] mappedBytes = new int[VideoStream.BufferCountMax];
    private bool isClosed;

    private KernelVideoDevice(int file) => this.file = file;

    /// <param name="device">Null where the error is not 0.</param>
    /// <returns>A <see cref="SystemError"/>.</returns>
    public static int Open(string path, out IVideoDevice? device)
    {
        device = null;
        if (!OperatingSystem.IsLinux())
            return SystemError.NoEntry;
        int file = SystemCalls.Open(path, SystemCalls.OpenFlags);
        if (file < 0)
            return Marshal.GetLastPInvokeError();
        device = new KernelVideoDevice(file);
        return SystemError.None;
    }

    public int QueryCapability(ref VideoCapability capability) => Control(VideoRequests.QueryCapability, ref capability);

    public int EnumerateFormat(ref VideoFormatEntry entry) => Control(VideoRequests.EnumerateFormat, ref entry);

    public int EnumerateSize(ref VideoSizeEntry entry) => Control(VideoRequests.EnumerateSize, ref entry);

    public int EnumerateInterval(ref VideoIntervalEntry entry) => Control(VideoRequests.EnumerateInterval, ref entry);

    public int SetFormat(ref VideoFormat format) => Control(VideoRequests.SetFormat, ref format);

    public int SetParameters(ref VideoParameters parameters) => Control(VideoRequests.SetParameters, ref parameters);

    public int RequestBuffers(ref VideoBufferRequest request) => Control(VideoRequests.RequestBuffers, ref request);

    public int QueryBuffer(ref VideoBuffer buffer) => Control(VideoRequests.QueryBuffer, ref buffer);

    public int Queue(ref VideoBuffer buffer) => Control(VideoRequests.Queue, ref buffer);

    public int Dequeue(ref VideoBuffer buffer) => Control(VideoRequests.Dequeue, ref buffer);

    public int StreamOn() => Stream(VideoRequests.StreamOn);

    public int StreamOff() => Stream(VideoRequests.StreamOff);

    public int Map(in VideoBuffer buffer)
    {
        if (buffer.Index >= mappings.Length || buffer.Bytes > int.MaxValue)
            return SystemError.Invalid;
        void* address = SystemCalls.Map(null, buffer.Bytes, SystemCalls.MapForReading, SystemCalls.MapShared, file, (nint)buffer.Offset);
        if ((nint)address == -1)
            return Marshal.GetLastPInvokeError();
        mappings[buffer.Index] = address;
        mappedBytes[buffer.Index] = (int)buffer.Bytes;
        return SystemError.None;
    }

    public int Wait(int timeoutMs, out bool isReady)
    {
        SystemCalls.Waiting waiting = new() { File = file, Events = SystemCalls.ReadyToRead };
        int count = SystemCalls.Poll(&waiting, 1, timeoutMs);
        isReady = count > 0;
        if (count >= 0)
            return SystemError.None;

        // A signal ends the wait early; whoever waits asks again.
        int error = Marshal.GetLastPInvokeError();
        return error == SystemError.Interrupted ? SystemError.None : error;
    }

    public ReadOnlySpan<byte> Bytes(int index) => new(mappings[index], mappedBytes[index]);

    public void Dispose()
    {
        if (isClosed)
            return;
        isClosed = true;
        for (int i = 0; i < mappings.Length; i++)
        {
            if (mappings[i] != null)
                _ = SystemCalls.Unmap(mappings[i], (nuint)mappedBytes[i]);
            mappings[i] = null;
            mappedBytes[i] = 0;
        }

        _ = SystemCalls.Close(file);
    }

    private int Stream(uint request)
    {
        int type = (int)VideoBuffer.TypeCapture;
        return Control(request, ref type);
    }

    private int Control<T>(uint request, ref T argument)
        where T : unmanaged
    {
        fixed (T* address = &argument)
            return SystemCalls.Request(file, request, address);
    }
}
