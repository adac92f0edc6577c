namespace Barrel.Host.Cameras;

/// <summary>One picture in a buffer that is used again and again.</summary>
internal sealed class CameraFrame
{
    /// <summary>RGB24, rows without gaps; at least Width · Height · 3 bytes.</summary>
    public byte[] Rgb { get; private set; } = [];

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>The frame's moment in the source's own time, from its first frame on.</summary>
    public long TimestampMs { get; set; }

    /// <summary>0 for the source's first frame.</summary>
    public long Number { get; set; }

    /// <summary>Sets the size; allocates only when the buffer is too small for it.</summary>
    public void Resize(int width, int height)
    {
        int bytes = checked(width * height * 3);
        if (Rgb.Length < bytes)
            Rgb = new byte[bytes];
        Width = width;
        Height = height;
    }
}
