using System.Globalization;
using Barrel.Runtime;

namespace Barrel.Host.Cameras;

/// <summary>WIDTHxHEIGHT[:FPS] as users write it after a live camera's name.</summary>
/// <param name="Width">Pixels, 2 to <see cref="SideMax"/>.</param>
/// <param name="Height">Pixels, likewise.</param>
/// <param name="FramesPerSecond">1 to <see cref="RateMax"/>; 0 where it is left open.</param>
internal readonly record struct CameraSize(int Width, int Height, int FramesPerSecond)
{
    public const int SideMax = 8192;
    public const int RateMax = 1000;

    /// <summary>Reads the two parts; false where they are something else or out of range.</summary>
    public static bool TryParse(ReadOnlySpan<char> size, ReadOnlySpan<char> rate, out CameraSize result)
    {
        result = default;
        int x = size.IndexOf('x');
        if (x < 0 || !IsNumber(size[..x], 2, SideMax, out int width) || !IsNumber(size[(x + 1)..], 2, SideMax, out int height)
            || (long)width * height > Y4mHeader.PixelCountMax)
            return false;
        int framesPerSecond = 0;
        if (!rate.IsEmpty && !IsNumber(rate, 1, RateMax, out framesPerSecond))
            return false;
        result = new CameraSize(width, height, framesPerSecond);
        return true;
    }

    public static BarrelException Wrong(string source, string expected) =>
        new(HostErrors.BadCameraAddress, $"camera {source}: give {expected}, sides 2 to {SideMax}, {Y4mHeader.PixelCountMax} pixels at most, 1 to {RateMax} frames a second");

    private static bool IsNumber(ReadOnlySpan<char> text, int min, int max, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;
}
