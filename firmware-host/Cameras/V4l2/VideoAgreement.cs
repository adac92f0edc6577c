using Barrel.Host.Linux;
using Barrel.Runtime;

namespace Barrel.Host.Cameras.V4l2;

/// <summary>What a device and its reader agreed on.</summary>
/// <param name="Settings">As the driver put them right.</param>
/// <param name="Rate">Frames a second; 0 where the driver does not say.</param>
/// <param name="Card">The device's name of itself.</param>
internal sealed record VideoAgreement(PixelFormat Format, VideoFormat Settings, double Rate, string Card)
{
    private const int ForeignFormatsShownMax = 12;

    /// <summary>Finds the nearest mode to the wish and sets the device to it.</summary>
    /// <exception cref="BarrelException">It is no camera, or has no mode that will do, or another program uses it.</exception>
    public static VideoAgreement Make(string path, IVideoDevice device, VideoWish wish)
    {
        string card = CheckIsCamera(path, device);
        List<uint> formats = VideoModes.Formats(device);
        List<uint> open = [.. formats];
        while (VideoMode.Choose(VideoModes.For(device, open, wish), wish) is { } mode)
        {
            VideoFormat settings = new()
            {
                Type = VideoBuffer.TypeCapture,
                Width = (uint)mode.Width,
                Height = (uint)mode.Height,
                FourCode = mode.Format.FourCode,
                Field = VideoFormat.FieldNone,
            };
            int error = device.SetFormat(ref settings);
            if (error is not SystemError.None and not SystemError.Invalid)
                throw VideoErrors.Of(path, $"asking for {mode.Width}x{mode.Height} {mode.Format.Name}", error);
            if (error == SystemError.None && settings.FourCode == mode.Format.FourCode && IsPossible(settings))
                return new VideoAgreement(mode.Format, settings, SetRate(device, wish), card);

            // The driver lists a format and then gives another: the next best it is.
            open.Remove(mode.Format.FourCode);
        }

        throw NoFormat(path, card, formats, wish);
    }

    private static string CheckIsCamera(string path, IVideoDevice device)
    {
        VideoCapability capability = default;
        int error = device.QueryCapability(ref capability);
        if (error is SystemError.NotATerminal or SystemError.Invalid)
            throw new BarrelException(HostErrors.CameraFormat, $"camera v4l2:{path} is no video device; give one such as /dev/video0");
        VideoErrors.Check(path, "asking what it is", error);
        string card = OneLine.Of(capability.Card.ToString());
        uint bits = (capability.AllBits & VideoCapability.HasDeviceBits) != 0 ? capability.NodeBits : capability.AllBits;
        if ((bits & VideoCapability.Capture) == 0)
        {
            bool isMultiPlanar = (bits & (VideoCapability.CaptureMultiPlanar | VideoCapability.ToMemoryMultiPlanar)) != 0;
            throw new BarrelException(
                HostErrors.CameraFormat,
                isMultiPlanar
                    ? $"camera v4l2:{path} ('{card}') works in several planes, as a board's own image processor does; take rpicam:640x480 for a camera on the ribbon cable"
                    : $"camera v4l2:{path} ('{card}') captures no pictures; another /dev/video… of the same camera may");
        }

        return (bits & VideoCapability.Streaming) != 0
            ? card
            : throw new BarrelException(HostErrors.CameraFormat, $"camera v4l2:{path} ('{card}') cannot stream into mapped buffers; another camera would be right");
    }

    // What a driver answers decides how much memory is read: a picture that cannot be is refused here.
    private static bool IsPossible(in VideoFormat settings) =>
        settings.Width is >= 1 and <= CameraSize.SideMax && settings.Height is >= 1 and <= CameraSize.SideMax
        && (long)settings.Width * settings.Height <= Y4mHeader.PixelCountMax && settings.StrideBytes <= 16 * CameraSize.SideMax;

    /// <summary>Not all devices can be told a rate; they keep their own.</summary>
    private static double SetRate(IVideoDevice device, VideoWish wish)
    {
        VideoParameters parameters = new()
        {
            Type = VideoBuffer.TypeCapture,
            Numerator = 1,
            Denominator = (uint)(wish.FramesPerSecond > 0 ? wish.FramesPerSecond : VideoMode.RateUsual),
        };
        return device.SetParameters(ref parameters) == SystemError.None && parameters.Numerator > 0
            ? (double)parameters.Denominator / parameters.Numerator
            : 0;
    }

    private static BarrelException NoFormat(string path, string card, List<uint> formats, VideoWish wish)
    {
        string has = formats.Count == 0
            ? "none"
            : string.Join(", ", formats.Take(ForeignFormatsShownMax).Select(PixelFormat.TextOf)) + (formats.Count > ForeignFormatsShownMax ? ", …" : "");
        string wanted = wish.Format is { } format ? $"{format.Name} was asked for" : $"one of {PixelFormat.Names} would be right";
        return new BarrelException(
            HostErrors.CameraFormat,
            $"camera v4l2:{path} ('{card}') has no usable format: it has {has}; {wanted}; a camera on a Raspberry Pi's ribbon cable is read by rpicam:640x480");
    }
}
