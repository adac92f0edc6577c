using Barrel.Host.Linux;

namespace Barrel.Host.Cameras.V4l2;

/// <summary>Numbers of the requests of linux/videodev2.h.</summary>
internal static class VideoRequests
{
    public static readonly uint QueryCapability = RequestNumber.Of<VideoCapability>(RequestNumber.FromKernel, 'V', 0);
    public static readonly uint EnumerateFormat = RequestNumber.Of<VideoFormatEntry>(RequestNumber.Both, 'V', 2);
    public static readonly uint SetFormat = RequestNumber.Of<VideoFormat>(RequestNumber.Both, 'V', 5);
    public static readonly uint RequestBuffers = RequestNumber.Of<VideoBufferRequest>(RequestNumber.Both, 'V', 8);
    public static readonly uint QueryBuffer = RequestNumber.Of<VideoBuffer>(RequestNumber.Both, 'V', 9);
    public static readonly uint Queue = RequestNumber.Of<VideoBuffer>(RequestNumber.Both, 'V', 15);
    public static readonly uint Dequeue = RequestNumber.Of<VideoBuffer>(RequestNumber.Both, 'V', 17);
    public static readonly uint StreamOn = RequestNumber.Of<int>(RequestNumber.ToKernel, 'V', 18);
    public static readonly uint StreamOff = RequestNumber.Of<int>(RequestNumber.ToKernel, 'V', 19);
    public static readonly uint SetParameters = RequestNumber.Of<VideoParameters>(RequestNumber.Both, 'V', 22);
    public static readonly uint EnumerateSize = RequestNumber.Of<VideoSizeEntry>(RequestNumber.Both, 'V', 74);
    public static readonly uint EnumerateInterval = RequestNumber.Of<VideoIntervalEntry>(RequestNumber.Both, 'V', 75);
}
