using System.Buffers.Binary;
using Barrel.Runtime;
using StbImageSharp;

namespace Barrel.Compiler.Data;

/// <summary>A class id a pixel: [height, width] bytes.</summary>
public sealed class LabelMap(int width, int height, byte[] ids)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    public byte[] Ids { get; } = ids;

    /// <summary>
    /// Decodes a PNG whose grey values are class ids. Palettes and depths other than 8 bits are refused, because decoders turn them into
    /// colours and spread them over 0..255, and the ids would be lost without a word.
    /// </summary>
    public static LabelMap Decode(byte[] png, string name)
    {
        // IHDR is the first chunk by the PNG specification: width, height at 16, 20, bit depth at 24, colour type at 25.
        ReadOnlySpan<byte> signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];
        if (png.Length < 33 || !png.AsSpan().StartsWith(signature) || BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(12)) != 0x49484452)
            throw Format(name, "is no PNG");
        int depth = png[24], colourType = png[25];
        if (depth != 8)
            throw Format(name, $"has {depth} bits a channel");
        if (colourType == 3)
            throw Format(name, "has a palette");
        ImageResult image = RgbImage.Decode(png, name, ColorComponents.RedGreenBlue);
        var ids = new byte[image.Width * image.Height];
        for (int i = 0; i < ids.Length; i++)
        {
            byte id = image.Data[3 * i];
            if (image.Data[3 * i + 1] != id || image.Data[3 * i + 2] != id)
                throw Format(name, $"has colours (pixel {i % image.Width}, {i / image.Width})");
            ids[i] = id;
        }

        return new LabelMap(image.Width, image.Height, ids);
    }

    private static BarrelException Format(string name, string what) =>
        new(DataErrors.LabelFormat, $"{name}: the label {what}; an 8-bit grey PNG of class ids would be right");
}
