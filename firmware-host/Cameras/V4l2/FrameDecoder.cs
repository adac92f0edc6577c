namespace Barrel.Host.Cameras.V4l2;

/// <summary>Makes RGB24 of what a device captured.</summary>
internal abstract class FrameDecoder
{
    /// <summary>Fills the frame's size and pixels; false where the bytes are no whole picture.</summary>
    public abstract bool Decode(ReadOnlySpan<byte> captured, CameraFrame frame);
}

/// <summary>Luma and chroma in any of their orders. Allocates nothing.</summary>
internal sealed class YuvDecoder(YuvLayout layout) : FrameDecoder
{
    private readonly int byteCount = layout.ByteCount;

    public override bool Decode(ReadOnlySpan<byte> captured, CameraFrame frame)
    {
        if (captured.Length < byteCount)
            return false;
        frame.Resize(layout.Width, layout.Height);
        layout.ToRgb(captured, frame.Rgb);
        return true;
    }
}

/// <summary>Three bytes a pixel. Allocates nothing.</summary>
internal sealed class RgbDecoder(VideoFormat format, bool isBgr) : FrameDecoder
{
    private readonly int width = (int)format.Width;
    private readonly int height = (int)format.Height;
    private readonly int strideBytes = Math.Max((int)format.StrideBytes, (int)format.Width * 3);

    public override bool Decode(ReadOnlySpan<byte> captured, CameraFrame frame)
    {
        int rowBytes = width * 3;
        if (captured.Length < ((height - 1) * strideBytes) + rowBytes)
            return false;
        frame.Resize(width, height);
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> source = captured.Slice(y * strideBytes, rowBytes);
            Span<byte> row = frame.Rgb.AsSpan(y * rowBytes, rowBytes);
            source.CopyTo(row);
            for (int at = 0; isBgr && at + 2 < rowBytes; at += 3)
                (row[at], row[at + 2]) = (row[at + 2], row[at]);
        }

        return true;
    }
}
