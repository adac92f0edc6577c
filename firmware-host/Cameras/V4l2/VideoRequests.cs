using System.Runtime.CompilerServices;

namespace Barrel.Host.Cameras.V4l2;

/// <summary>Numbers of the requests of linux/videodev2.h: direction, size of the argument, 'V', number, as asm-generic/ioctl.h packs them.</summary>
internal static class VideoRequests
{
    private const uint ToKernel = 1;
    private const uint FromKernel = 2;
    private const uint Both = 3;

    public static readonly uint QueryCapability = Number<VideoCapability>(FromKernel, 0);
    public static readonly uint EnumerateFormat = Number<VideoFormatEntry>(Both, 2);
    public static readonly uint SetFormat = Number<VideoFormat>(Both, 5);
    public static readonly uint RequestBuffers = Number<VideoBufferRequest>(Both, 8);
    public static readonly uint QueryBuffer = Number<VideoBuffer>(Both, 9);
    public static readonly uint Queue = Number<VideoBuffer>(Both, 15);
    public static readonly uint Dequeue = Number<VideoBuffer>(Both, 17);
    public static readonly uint StreamOn = Number<int>(ToKernel, 18);
    public static readonly uint StreamOff = Number<int>(ToKernel, 19);
    public static readonly uint SetParameters = Number<VideoParameters>(Both, 22);
    public static readonly uint EnumerateSize = Number<VideoSizeEntry>(Both, 74);
    public static readonly uint EnumerateInterval = Number<VideoIntervalEntry>(Both, 75);

    private static uint Number<T>(uint direction, uint number)
        where T : unmanaged =>
        (direction << 30) | ((uint)Unsafe.SizeOf<T>() << 16) | ((uint)'V' << 8) | number;
}
