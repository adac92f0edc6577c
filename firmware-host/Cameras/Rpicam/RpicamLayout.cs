namespace Barrel.Host.Cameras.Rpicam;

/// <summary>
/// How rpicam-vid lays raw frames out. It writes the camera's buffers as they are, with whatever gap the board's image processor leaves at the
/// end of each row, and does not say how large it is: rows of luma are whole multiples of 64 bytes up to the Pi 4 and of 128 on the Pi 5.
/// Frames of a multiple of 128 pixels have no gaps on either, so the next such width is asked for, and what is too much is cut off on both sides.
/// </summary>
internal static class RpicamLayout
{
    private const int WidthStep = 128;

    /// <summary>The width to ask rpicam-vid for.</summary>
    public static int AskedWidth(int width) => (width + WidthStep - 1) / WidthStep * WidthStep;

    /// <summary>The middle of a frame, as wide as the user wants it.</summary>
    /// <param name="width">Pixels, even.</param>
    /// <param name="height">Pixels, even.</param>
    public static YuvLayout Of(int width, int height)
    {
        int strideBytes = AskedWidth(width);

        // Even, so that luma and chroma are cut at the same place.
        int left = (strideBytes - width) / 2 & ~1;
        YuvLayout whole = YuvLayout.Planar420(width, height, strideBytes);
        return whole with
        {
            LumaOffset = left,
            BlueOffset = whole.BlueOffset + (left / 2),
            RedOffset = whole.RedOffset + (left / 2),
        };
    }

    /// <summary>Bytes of a frame on the pipe.</summary>
    public static int FrameBytes(int width, int height) => AskedWidth(width) * height / 2 * 3;
}
