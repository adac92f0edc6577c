using Barrel.Runtime;

namespace Barrel.Host.Cameras.Rpicam;

/// <summary><c>rpicam:WIDTHxHEIGHT[:FPS]</c>: the camera on a Raspberry Pi's ribbon cable.</summary>
internal static class RpicamSource
{
    public const string Help = "rpicam:WIDTHxHEIGHT[:FPS] (a Raspberry Pi's ribbon cable)";

    private const int RateUsual = 30;

    /// <exception cref="BarrelException">BRL4050, BRL4055, BRL4056.</exception>
    public static LiveCamera Open(string address, CameraWishes wishes) => Open(address, wishes, new LiveTiming());

    public static LiveCamera Open(string address, CameraWishes wishes, LiveTiming timing)
    {
        string[] parts = address.Split(':');
        if (parts.Length > 2 || !CameraSize.TryParse(parts[0], parts.Length > 1 ? parts[1] : "", out CameraSize size)
            || (parts.Length > 1 && parts[1].Length == 0) || ((size.Width | size.Height) & 1) != 0)
            throw CameraSize.Wrong($"rpicam:{address}", "rpicam:WIDTHxHEIGHT[:FPS], both sides even");
        if (size.FramesPerSecond == 0)
            size = size with { FramesPerSecond = RateUsual };
        return new LiveCamera($"rpicam:{address}", () => new RpicamStream(size), timing, wishes.Log);
    }
}
