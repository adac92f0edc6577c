using Barrel.Runtime;

namespace Barrel.Host.Cameras.V4l2;

/// <summary><c>v4l2:PATH[:WIDTHxHEIGHT[:FPS[:FORMAT]]]</c>: a USB camera, or whatever else the kernel offers as a video device.</summary>
internal static class V4l2Source
{
    public const string Help = "v4l2:/dev/videoN[:WIDTHxHEIGHT[:FPS[:FORMAT]]] (a USB camera)";

    /// <exception cref="BarrelException">BRL4050 to BRL4056.</exception>
    public static LiveCamera Open(string address, CameraWishes wishes) => Open(address, wishes, KernelVideoDevice.Open, new LiveTiming());

    /// <param name="open">Gives the device.</param>
    public static LiveCamera Open(string address, CameraWishes wishes, VideoDeviceOpener open, LiveTiming timing)
    {
        (string path, VideoWish wish) = Parse(address, wishes);
        return new LiveCamera($"v4l2:{path}", () => VideoStream.Open(path, wish, open), timing, wishes.Log);
    }

    /// <summary>Reads from the end, because names such as /dev/v4l/by-path/… have colons of their own.</summary>
    public static (string Path, VideoWish Wish) Parse(string address, CameraWishes wishes)
    {
        string[] parts = address.Split(':');
        for (int count = Math.Min(3, parts.Length - 1); count > 0; count--)
        {
            string[] last = parts[^count..];
            if (!LooksLikeSize(last[0]))
                continue;
            string path = string.Join(':', parts[..^count]);
            PixelFormat? format = count > 2 ? PixelFormat.Find(last[2]) : null;
            if (path.Length == 0 || !CameraSize.TryParse(last[0], count > 1 ? last[1] : "", out CameraSize size)
                || (count > 1 && last[1].Length == 0) || (count > 2 && format is null))
                throw Wrong(address);
            return (path, new VideoWish(size.Width, size.Height, IsAtLeast: false, size.FramesPerSecond, format));
        }

        return address.Length == 0 ? throw Wrong(address) : (address, new VideoWish(wishes.Width, wishes.Height, IsAtLeast: true, 0, null));
    }

    private static bool LooksLikeSize(string text) => text.Contains('x') && text.All(c => c == 'x' || char.IsAsciiDigit(c));

    private static BarrelException Wrong(string address) =>
        CameraSize.Wrong($"v4l2:{address}", $"v4l2:/dev/videoN[:WIDTHxHEIGHT[:FPS[:FORMAT]]], where FORMAT is one of {PixelFormat.Names}");
}
