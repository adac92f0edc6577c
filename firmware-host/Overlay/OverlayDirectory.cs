using Barrel.Host.Cameras;
using Barrel.Host.Pins;
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
            string probe = Path.Combine(path, $".barrel-{Environment.ProcessId}.tmp");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unwritable(e);
        }
    }

    /// <summary>Writes the frame as <c>frame-000012.png</c>.</summary>
    public void Write(CameraFrame frame)
    {
        string target = Path.Combine(path, $"frame-{frame.Number:000000}.png");
        string temporary = target + ".tmp";
        try
        {
            using (FileStream stream = File.Create(temporary))
                writer.WritePng(Exact(frame), frame.Width, frame.Height, ColorComponents.RedGreenBlue, stream);
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Half a picture would keep the disk full.
            TryDelete(temporary);
            throw Unwritable(e);
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to tell of.
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
        new(HostErrors.Unwritable, $"overlay directory '{path}' cannot be written: {PinAccess.OneLine(e)}", e);
}
