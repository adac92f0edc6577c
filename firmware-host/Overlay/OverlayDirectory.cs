using Barrel.Boards;
using Barrel.Host.Cameras;
using Barrel.Runtime;
using StbImageWriteSharp;

namespace Barrel.Host.Overlay;

/// <summary>Writes overlays as PNG files, each under a temporary name first, so that no reader meets half a picture.</summary>
internal sealed class OverlayDirectory
{
    private readonly string path;
    private readonly ImageWriter writer = new();
    private byte[] pixels = [];

    /// <summary>Makes the directory and tries to write into it.</summary>
    /// <exception cref="BarrelException">That is not possible.</exception>
    public OverlayDirectory(string path)
    {
        this.path = path;
        try
        {
            Directory.CreateDirectory(path);
            WholeFile.Check(Path.Combine(path, "frame.png"));
        }
        catch (Exception e) when (WholeFile.IsFailure(e))
        {
            throw Unwritable(e);
        }
    }

    /// <summary>Writes the frame as <c>frame-000012.png</c>.</summary>
    public void Write(CameraFrame frame)
    {
        string target = Path.Combine(path, $"frame-{frame.Number:000000}.png");
        try
        {
            WholeFile.Write(target, stream => writer.WritePng(Exact(frame), frame.Width, frame.Height, ColorComponents.RedGreenBlue, stream), isDurable: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(e);
        }
    }

    // The writer wants an array of exactly the picture's size.
    private byte[] Exact(CameraFrame frame)
    {
        int bytes = frame.Width * frame.Height * 3;
        if (frame.Rgb.Length == bytes)
            return frame.Rgb;
        if (pixels.Length != bytes)
            pixels = new byte[bytes];
        Array.Copy(frame.Rgb, pixels, bytes);
        return pixels;
    }

    private BarrelException Unwritable(Exception e) =>
        new(HostErrors.Unwritable, $"overlay directory '{path}' cannot be written: {OneLine.Of(e)}", e);
}
