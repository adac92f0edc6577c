using StbImageSharp;

namespace Barrel.Host.Cameras.V4l2;

/// <summary>
/// JPEG pictures one by one, "Motion JPEG". The decoder allocates a few times the picture for each frame; where that is too much, a size or
/// rate at which the camera gives an uncompressed format does without.
/// </summary>
internal sealed class JpegDecoder(int width, int height) : FrameDecoder
{
    private byte[] picture = [];

    public override bool Decode(ReadOnlySpan<byte> captured, CameraFrame frame)
    {
        int most = captured.Length + JpegTables.Huffman.Length;
        if (picture.Length < most)
            picture = new byte[most];
        int bytes = JpegTables.Complete(captured, picture);
        if (bytes == 0)
            return false;
        using MemoryStream stream = new(picture, 0, bytes, writable: false);
        try
        {
            // The size is looked at first: what the picture says of itself must not decide how much memory is taken.
            if (ImageInfo.FromStream(stream) is not { } info || info.Width != width || info.Height != height)
                return false;
            stream.Position = 0;
            ImageResult image = ImageResult.FromStream(stream, ColorComponents.RedGreenBlue);
            frame.Resize(width, height);
            image.Data.AsSpan(0, width * height * 3).CopyTo(frame.Rgb);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Frames come cut off where the bus was too slow; the decoder throws exceptions of many kinds at them.
            return false;
        }
    }
}
