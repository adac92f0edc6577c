using Barrel.Host.Linux;

namespace Barrel.Host.Cameras.V4l2;

/// <summary>Asks a device what it offers.</summary>
internal static class VideoModes
{
    // Devices that never end their lists are broken.
    private const int EntryCountMax = 256;

    /// <summary>The numbers of all formats, those that nobody here understands too.</summary>
    public static List<uint> Formats(IVideoDevice device)
    {
        List<uint> formats = [];
        for (uint i = 0; i < EntryCountMax; i++)
        {
            VideoFormatEntry entry = new() { Index = i, Type = VideoBuffer.TypeCapture };
            if (device.EnumerateFormat(ref entry) != SystemError.None)
                break;
            formats.Add(entry.FourCode);
        }

        return formats;
    }

    /// <summary>For each format that is understood and each size, or range of sizes, the mode that suits the wish best.</summary>
    public static List<VideoMode> For(IVideoDevice device, IEnumerable<uint> formats, VideoWish wish)
    {
        List<VideoMode> modes = [];
        foreach (uint fourCode in formats)
        {
            if (PixelFormat.Find(fourCode) is not { } format)
                continue;
            foreach (SizeRange range in Sizes(device, fourCode, wish))
            {
                (int width, int height) = range.Nearest(wish);
                if (width >= 2 && height >= 2 && (long)width * height <= Y4mHeader.PixelCountMax)
                    modes.Add(new VideoMode(format, width, height, RateMax(device, fourCode, width, height)));
            }
        }

        return modes;
    }

    private static List<SizeRange> Sizes(IVideoDevice device, uint fourCode, VideoWish wish)
    {
        List<SizeRange> sizes = [];
        for (uint i = 0; i < EntryCountMax; i++)
        {
            VideoSizeEntry entry = new() { Index = i, FourCode = fourCode };
            if (device.EnumerateSize(ref entry) != SystemError.None)
                break;
            if (entry.Kind == VideoSizeEntry.Discrete)
            {
                sizes.Add(SizeRange.Only(Side(entry.WidthMin), Side(entry.WidthMax)));
                continue;
            }

            sizes.Add(new SizeRange(
                Side(entry.WidthMin), Side(entry.WidthMax), Math.Max(1, Side(entry.WidthStep)),
                Side(entry.HeightMin), Side(entry.HeightMax), Math.Max(1, Side(entry.HeightStep))));
            break;
        }

        // Older drivers keep their sizes to themselves and put right what they are asked for.
        if (sizes.Count == 0)
            sizes.Add(SizeRange.Only(wish.Width, wish.Height));
        return sizes;
    }

    private static double RateMax(IVideoDevice device, uint fourCode, int width, int height)
    {
        double most = 0;
        for (uint i = 0; i < EntryCountMax; i++)
        {
            VideoIntervalEntry entry = new() { Index = i, FourCode = fourCode, Width = (uint)width, Height = (uint)height };
            if (device.EnumerateInterval(ref entry) != SystemError.None)
                break;
            if (entry.Numerator > 0)
                most = Math.Max(most, (double)entry.Denominator / entry.Numerator);
            if (entry.Kind != VideoSizeEntry.Discrete)
                break;
        }

        return most;
    }

    private static int Side(uint side) => (int)Math.Min(side, 1u << 20);
}
