using Barrel.Runtime;
using StbImageSharp;

namespace Barrel.Compiler.Data;

/// <summary>A frame: [height, width, 3] bytes, red first. Grey images have three equal values, so grey from it is exact.</summary>
public sealed class RgbImage(int width, int height, byte[] pixels)
{
    // 64 million pixels: far beyond a camera's frame, far below what a forged header could ask for.
    internal const int PixelsMax = 1 << 26;

    public int Width { get; } = width;

    public int Height { get; } = height;

    public byte[] Pixels { get; } = pixels;

    /// <summary>Decodes a PNG or JPEG.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="name">Its name, for errors.</param>
    public static RgbImage Decode(byte[] bytes, string name)
    {
        ImageResult image = Decode(bytes, name, ColorComponents.RedGreenBlue);
        return new RgbImage(image.Width, image.Height, image.Data);
    }

    /// <summary>An image of one value a pixel, as three equal ones.</summary>
    public static RgbImage FromGray(int width, int height, ReadOnlySpan<byte> gray)
    {
        var pixels = new byte[width * height * 3];
        for (int i = 0; i < gray.Length; i++)
            pixels.AsSpan(3 * i, 3).Fill(gray[i]);
        return new RgbImage(width, height, pixels);
    }

    internal static ImageResult Decode(byte[] bytes, string name, ColorComponents components)
    {
        try
        {
            using var stream = new MemoryStream(bytes, writable: false);
            ImageInfo info = ImageInfo.FromStream(stream) ?? throw Broken(name, $"it is neither a PNG nor a JPEG of at most {PixelsMax} pixels", null);
            if (info.Width <= 0 || info.Height <= 0 || (long)info.Width * info.Height > PixelsMax)
                throw Broken(name, $"it has {info.Width}x{info.Height} pixels; at most {PixelsMax} would be right", null);
            PngData.Check(bytes, info.Width, info.Height);
            return ImageResult.FromMemory(bytes, components);
        }
        // The decoder meets a broken file with whatever its arithmetic runs into.
        catch (Exception e) when (e is not (BarrelException or OutOfMemoryException))
        {
            throw Broken(name, e.Message.Any(char.IsLetter) ? e.Message : "it is damaged or cut off", e);
        }
    }

    private static BarrelException Broken(string name, string why, Exception? inner) => inner is null
        ? new(DataErrors.BrokenImage, $"{name}: the image cannot be decoded: {why}")
        : new(DataErrors.BrokenImage, $"{name}: the image cannot be decoded: {why.TrimEnd('.')}", inner);
}
