using System.Runtime.CompilerServices;

namespace Barrel.Host.Linux;

/// <summary>Numbers of a device's requests: direction, size of the argument, the device's letter, number, as asm-generic/ioctl.h packs them.</summary>
internal static class RequestNumber
{
    public const uint ToKernel = 1;
    public const uint FromKernel = 2;
    public const uint Both = 3;

    /// <param name="direction">Of the argument.</param>
    /// <param name="letter">Of the device's header.</param>
    public static uint Of<T>(uint direction, uint letter, uint number)
        where T : unmanaged =>
        (direction << 30) | ((uint)Unsafe.SizeOf<T>() << 16) | (letter << 8) | number;
}
