using System.Text;
using Barrel.Runtime;

namespace Barrel.Host.Cameras;

/// <summary>Frames of a YUV4MPEG2 stream. A stream that breaks off inside a frame ends there, and says so.</summary>
internal sealed class Y4mCamera : ICamera
{
    private const int LineBytesMax = 1024;

    private readonly Stream stream;
    private readonly Y4mHeader header;
    private readonly byte[] line = new byte[LineBytesMax];
    private byte[]? planes;
    private long next;

    /// <param name="stream">Read from its first byte on; closed with the camera.</param>
    public Y4mCamera(Stream stream)
    {
        this.stream = new BufferedStream(stream, 1 << 16);
        int length = ReadLine();
        if (length < 0)
            throw Y4mHeader.Wrong("its first line does not end");
        header = Y4mHeader.Parse(Encoding.Latin1.GetString(line, 0, length));
    }

    public bool IsLive => false;

    public string? EndMessage { get; private set; }

    public int FramesPerSecond => Math.Max(1, (int)Math.Round(1e6 / header.FrameMicroseconds));

    /// <param name="address">A file's path, or - for the standard input.</param>
    public static Y4mCamera Open(string address)
    {
        try
        {
            return new Y4mCamera(address == "-" ? Console.OpenStandardInput() : File.OpenRead(address));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BarrelException(HostErrors.SourceUnreadable, $"camera y4m:{address}: {e.Message.TrimEnd('.')}; give a file or - for a pipe", e);
        }
    }

    public bool Read(CameraFrame frame)
    {
        int length = ReadLine();
        if (length == 0 && stream.ReadByte() < 0)
            return false;
        if (length < 5 || !line.AsSpan(0, 5).SequenceEqual("FRAME"u8))
            return Broken("has no FRAME line");

        planes ??= new byte[header.FrameBytes];
        if (stream.ReadAtLeast(planes, planes.Length, throwOnEndOfStream: false) < planes.Length)
            return Broken("breaks off");

        frame.Resize(header.Width, header.Height);
        Y4mColour.ToRgb(header, planes, frame.Rgb);
        frame.TimestampMs = next * header.FrameMicroseconds / 1000;
        frame.Number = next++;
        return true;
    }

    public void Dispose() => stream.Dispose();

    private bool Broken(string how)
    {
        EndMessage = $"y4m stream: frame {next} {how}, after {next} whole frames; a stream that ends with a whole frame would be right";
        return false;
    }

    // Length of the line without its line feed; 0 also at the end of the stream; −1 for a line that is too long or does not end.
    private int ReadLine()
    {
        for (int length = 0; length < line.Length; length++)
        {
            int value = stream.ReadByte();
            if (value < 0)
                return length == 0 ? 0 : -1;
            if (value == '\n')
                return length;
            line[length] = (byte)value;
        }

        return -1;
    }
}
