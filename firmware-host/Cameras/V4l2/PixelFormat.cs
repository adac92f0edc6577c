namespace Barrel.Host.Cameras.V4l2;

/// <summary>A pixel format that is understood here.</summary>
/// <param name="Name">As V4L2 programs print it.</param>
/// <param name="FourCode">V4L2's number: four characters, the first lowest.</param>
/// <param name="CreateDecoder">Makes the decoder for a format that was agreed on.</param>
internal sealed record PixelFormat(string Name, uint FourCode, Func<VideoFormat, FrameDecoder> CreateDecoder)
{
    /// <summary>
    /// The list, best first where a camera offers several at the same size and a sufficient rate: colours without loss, colours shared by
    /// neighbours, colours that cost a decoder, no colours.
    /// </summary>
    public static readonly PixelFormat[] All =
    [
        Of("RGB3", "RGB24", f => new RgbDecoder(f, isBgr: false)),
        Of("BGR3", "BGR24", f => new RgbDecoder(f, isBgr: true)),
        Of("YUYV", "YUYV", f => Yuv(f, YuvLayout.Packed(Width(f), Height(f), Stride(f, 2), 0, 1, 3))),
        Of("UYVY", "UYVY", f => Yuv(f, YuvLayout.Packed(Width(f), Height(f), Stride(f, 2), 1, 0, 2))),
        Of("NV12", "NV12", f => Yuv(f, YuvLayout.HalfPlanar(Width(f), Height(f), Stride(f, 1)))),
        Of("YU12", "YUV420", f => Yuv(f, YuvLayout.Planar420(Width(f), Height(f), Stride(f, 1)))),
        Of("MJPG", "MJPEG", f => new JpegDecoder(Width(f), Height(f))),
        Of("GREY", "GREY", Grey),
    ];

    /// <summary>The names, for messages.</summary>
    public static string Names => string.Join(", ", All.Select(f => f.Name));

    /// <summary>Null where it is none of the list.</summary>
    public static PixelFormat? Find(uint fourCode) => Array.Find(All, f => f.FourCode == fourCode);

    /// <summary>By name, in any case; null where it is none of the list.</summary>
    public static PixelFormat? Find(string name) =>
        Array.Find(All, f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || TextOf(f.FourCode).Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The four characters; the highest bit says "big-endian".</summary>
    public static string TextOf(uint fourCode)
    {
        Span<char> text = stackalloc char[4];
        for (int i = 0; i < 4; i++)
        {
            char c = (char)((fourCode >> (8 * i)) & 0x7f);
            text[i] = char.IsControl(c) ? '?' : c;
        }

        return text.TrimEnd(' ').ToString() + (fourCode >> 31 == 1 ? "-BE" : "");
    }

    private static PixelFormat Of(string code, string name, Func<VideoFormat, FrameDecoder> createDecoder) =>
        new(name, code[0] | ((uint)code[1] << 8) | ((uint)code[2] << 16) | ((uint)code[3] << 24), createDecoder);

    private static int Width(in VideoFormat format) => (int)format.Width;

    private static int Height(in VideoFormat format) => (int)format.Height;

    /// <summary>Drivers leave the stride 0 where rows have no gaps.</summary>
    private static int Stride(in VideoFormat format, int pixelBytes) => Math.Max((int)format.StrideBytes, (int)format.Width * pixelBytes);

    private static YuvDecoder Yuv(in VideoFormat format, YuvLayout layout) => new(layout with
    {
        IsFullRange = format.Quantization == VideoFormat.QuantizationFull
            || (format.Quantization != VideoFormat.QuantizationLimited && format.Colourspace == VideoFormat.ColourspaceJpeg),
    });

    // Grey cameras use all 256 levels unless they say otherwise.
    private static YuvDecoder Grey(VideoFormat format) => new(YuvLayout.Grey(Width(format), Height(format), Stride(format, 1)) with
    {
        IsFullRange = format.Quantization != VideoFormat.QuantizationLimited,
    });
}
