using Barrel.Compiler.Data;
using Barrel.Compiler.Reports.Html;
using Barrel.Runtime;
using StbImageWriteSharp;

namespace Barrel.Compiler.Reports;

/// <summary>Makes the pictures of a report, small enough to lie within a page.</summary>
internal static class FramePictures
{
    /// <summary>Wider and higher ones are thinned out.</summary>
    private const int SideMax = 480;

    /// <summary>Smaller frames have too few pixels to lose any to compression.</summary>
    private const int JpegFrom = 128 * 128;

    private const int JpegQuality = 85;

    /// <summary>The network's own input as a picture: what it sees, after resizing.</summary>
    public static Picture OfCodes(InputFormat format, TensorInfo input, ReadOnlySpan<byte> codes)
    {
        (int width, int height) = (input.Width, input.Height);
        int planes = Math.Min(format.Channels, input.Channels);
        if (format.Flat)
        {
            // A vector: the largest square of pixels in it, padding left out.
            width = height = (int)Math.Sqrt(codes.Length / planes);
        }

        byte[] seen = codes.ToArray();
        int area = width * height;
        int scale = format.Thresholds is null ? 1 : 255;
        return Draw(width, height, at =>
        {
            byte Plane(int c) => (byte)(seen[(c * area) + at] * scale);
            return planes < 3 ? (Plane(0), Plane(0), Plane(0))
                : format.ChannelOrder == InputFormat.ChannelsBgr ? (Plane(2), Plane(1), Plane(0))
                : (Plane(0), Plane(1), Plane(2));
        }, photograph: true);
    }

    public static Picture OfMask(int width, int height, byte[] ids) => Draw(width, height, at => ClassColours.Of(ids[at]), photograph: false);

    /// <summary>Class ids of a label at the mask's size; the ignored ones in the colour of class 0.</summary>
    public static Picture OfLabel(LabelMap labels, InputFormat format, int width, int height, int ignored)
    {
        FrameWindow window = FrameWindow.Of(labels.Width, labels.Height, format);
        byte[] ids = new byte[width * height];
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                int fromX = window.X + (int)(((2L * x) + 1) * window.Width / (2L * width));
                int fromY = window.Y + (int)(((2L * y) + 1) * window.Height / (2L * height));
                byte id = labels.Ids[(fromY * labels.Width) + fromX];
                ids[(y * width) + x] = id == ignored ? (byte)0 : id;
            }

        return OfMask(width, height, ids);
    }

    /// <summary>The pixels in which two masks differ, on a faint one of the first.</summary>
    public static Picture OfDifference(int width, int height, byte[] first, byte[] second) => Draw(width, height, at =>
    {
        if (first[at] != second[at])
            return ClassColours.Difference;
        (byte r, byte g, byte b) = ClassColours.Of(first[at]);
        byte faint = (byte)(200 + (((r * 2) + (g * 5) + b) / 8 / 6));
        return (faint, faint, faint);
    }, photograph: false);

    private static Picture Draw(int width, int height, Func<int, (byte R, byte G, byte B)> pixel, bool photograph)
    {
        int stride = ((Math.Max(width, height) + SideMax) - 1) / SideMax;
        (int across, int down) = ((width + stride - 1) / stride, (height + stride - 1) / stride);
        byte[] pixels = new byte[across * down * 3];
        for (int y = 0, i = 0; y < down; y++)
            for (int x = 0; x < across; x++)
            {
                (byte r, byte g, byte b) = pixel((y * stride * width) + (x * stride));
                (pixels[i++], pixels[i++], pixels[i++]) = (r, g, b);
            }

        using MemoryStream stream = new();
        bool jpeg = photograph && across * down >= JpegFrom;
        if (jpeg)
            new ImageWriter().WriteJpg(pixels, across, down, ColorComponents.RedGreenBlue, stream, JpegQuality);
        else
            new ImageWriter().WritePng(pixels, across, down, ColorComponents.RedGreenBlue, stream);
        return new Picture($"data:image/{(jpeg ? "jpeg" : "png")};base64,{Convert.ToBase64String(stream.ToArray())}", across, down);
    }
}
