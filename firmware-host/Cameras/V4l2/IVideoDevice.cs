namespace Barrel.Host.Cameras.V4l2;

/// <summary>
/// An open video device: the kernel's requests one by one. All of them give a <see cref="Linux.SystemError"/>, 0 where they did what they
/// were asked. Used by one thread at a time.
/// </summary>
internal interface IVideoDevice : IDisposable
{
    int QueryCapability(ref VideoCapability capability);

    int EnumerateFormat(ref VideoFormatEntry entry);

    int EnumerateSize(ref VideoSizeEntry entry);

    int EnumerateInterval(ref VideoIntervalEntry entry);

    int SetFormat(ref VideoFormat format);

    int SetParameters(ref VideoParameters parameters);

    int RequestBuffers(ref VideoBufferRequest request);

    int QueryBuffer(ref VideoBuffer buffer);

    /// <summary>Maps a buffer that was queried, so that <see cref="Bytes"/> gives it.</summary>
    int Map(in VideoBuffer buffer);

    int Queue(ref VideoBuffer buffer);

    int Dequeue(ref VideoBuffer buffer);

    int StreamOn();

    int StreamOff();

    /// <summary>Waits until a buffer can be dequeued or dequeuing would tell an error.</summary>
    /// <param name="timeoutMs">Longest wait, ≥ 0.</param>
    int Wait(int timeoutMs, out bool isReady);

    /// <summary>The whole of a mapped buffer. Valid until the device is closed.</summary>
    ReadOnlySpan<byte> Bytes(int index);
}
