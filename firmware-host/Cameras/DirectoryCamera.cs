using Barrel.Runtime;
using StbImageSharp;

namespace Barrel.Host.Cameras;

/// <summary>The PNG and JPEG files of a directory, sorted by name, ten a second by their timestamps.</summary>
internal sealed class DirectoryCamera : ICamera
{
    private const int FrameMs = 100;

    private readonly string[] files;
    private readonly bool loops;
    private long next;

    public DirectoryCamera(string path, bool loops)
    {
        this.loops = loops;
        try
        {
            files = [.. Directory.EnumerateFiles(path).Where(IsPicture).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BarrelException(HostErrors.SourceUnreadable, $"camera dir:{path}: {e.Message.TrimEnd('.')}; give a directory of frames", e);
        }

        if (files.Length == 0)
            throw new BarrelException(HostErrors.SourceUnreadable, $"camera dir:{path}: no .png, .jpg or .jpeg file in it");
    }

    public bool IsLive => false;

    public string? EndMessage => null;

    public bool Read(CameraFrame frame)
    {
        if (!loops && next == files.Length)
            return false;
        string file = files[next % files.Length];
        ImageResult image = Decode(file);
        frame.Resize(image.Width, image.Height);
        image.Data.AsSpan(0, image.Width * image.Height * 3).CopyTo(frame.Rgb);
        frame.TimestampMs = next * FrameMs;
        frame.Number = next++;
        return true;
    }

    public void Dispose()
    {
    }

    private static ImageResult Decode(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            if (ImageInfo.FromStream(stream) is not { } info
                || info.Width > FrameInput.FrameSideMax || info.Height > FrameInput.FrameSideMax
                || (long)info.Width * info.Height > Y4mHeader.PixelCountMax)
            {
                throw new BarrelException(
                    HostErrors.BadImage, $"picture '{file}' is not a PNG or JPEG of at most {Y4mHeader.PixelCountMax} pixels");
            }

            stream.Position = 0;
            return ImageResult.FromStream(stream, ColorComponents.RedGreenBlue);
        }
        catch (Exception e) when (e is not BarrelException)
        {
            // The decoder throws exceptions of many kinds at broken files.
            throw new BarrelException(HostErrors.BadImage, $"picture '{file}' cannot be read: {(e.Message.Any(char.IsLetter) ? e.Message.TrimEnd('.') : "it is damaged or cut off")}", e);
        }
    }

    private static bool IsPicture(string path) =>
        Path.GetExtension(path).ToUpperInvariant() is ".PNG" or ".JPG" or ".JPEG";
}
