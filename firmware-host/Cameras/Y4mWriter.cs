using System.Text;

namespace Barrel.Host.Cameras;

/// <summary>Writes a YUV4MPEG2 stream, 4:2:0.</summary>
internal sealed class Y4mWriter
{
    private readonly Stream stream;
    private readonly int width;
    private readonly int height;
    private readonly byte[] planes;
    private readonly Y4mHeader header;

    public Y4mWriter(Stream stream, int width, int height, int framesPerSecond)
    {
        this.stream = stream;
        this.width = width;
        this.height = height;
        planes = new byte[(width * height) + (2 * ((width + 1) / 2) * ((height + 1) / 2))];
        string line = $"{Y4mHeader.Magic} W{width} H{height} F{framesPerSecond}:1 Ip A1:1 C420jpeg";
        header = Y4mHeader.Parse(line);
        stream.Write(Encoding.ASCII.GetBytes(line + "\n"));
    }

    /// <summary>Whether frames of this size fit the stream, which has one size from its first line on.</summary>
    public bool Takes(int frameWidth, int frameHeight) => frameWidth == width && frameHeight == height;

    /// <summary>Writes a frame, and turns it into what a reader of the stream will see.</summary>
    /// <param name="rgb">width · height · 3 bytes.</param>
    public void WriteRounding(byte[] rgb)
    {
        Write(rgb);
        Y4mColour.ToRgb(header, planes, rgb);
    }

    /// <param name="rgb">width · height · 3 bytes.</param>
    public void Write(byte[] rgb)
    {
        Y4mColour.To420(rgb, width, height, planes);
        stream.Write("FRAME\n"u8);
        stream.Write(planes);
    }
}
