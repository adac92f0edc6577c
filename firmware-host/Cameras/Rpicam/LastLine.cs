using System.Text;

namespace Barrel.Host.Cameras.Rpicam;

/// <summary>
/// Reads a program's diagnostics to their end, so that it never waits for a reader, and keeps the last line that says anything. Allocates
/// nothing a line: such programs print one for each frame.
/// </summary>
internal sealed class LastLine
{
    private const int LineBytesMax = 400;

    private readonly object gate = new();
    private readonly Stream stream;
    private readonly Thread thread;
    private readonly byte[] line = new byte[LineBytesMax];
    private readonly byte[] last = new byte[LineBytesMax];
    private int lineBytes;
    private int lastBytes;

    public LastLine(Stream stream)
    {
        this.stream = stream;
        thread = new Thread(Read) { IsBackground = true, Name = "camera diagnostics" };
        thread.Start();
    }

    /// <summary>The line so far; empty where none was said.</summary>
    /// <param name="waitMs">Longest wait for the end of the stream.</param>
    public string Text(int waitMs)
    {
        thread.Join(waitMs);
        lock (gate)
            return OneLine.Of(Encoding.UTF8.GetString(last, 0, lastBytes)).Trim();
    }

    private void Read()
    {
        byte[] buffer = new byte[4096];
        try
        {
            for (int count; (count = stream.Read(buffer, 0, buffer.Length)) > 0;)
                lock (gate)
                    foreach (byte value in buffer.AsSpan(0, count))
                        Take(value);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The camera was closed.
        }

        lock (gate)
            Take((byte)'\n');
    }

    private void Take(byte value)
    {
        if (value is not ((byte)'\n' or (byte)'\r'))
        {
            if (lineBytes < line.Length)
                line[lineBytes++] = value;
            return;
        }

        if (line.AsSpan(0, lineBytes).IndexOfAnyExcept((byte)' ', (byte)'\t') >= 0)
        {
            line.AsSpan(0, lineBytes).CopyTo(last);
            lastBytes = lineBytes;
        }

        lineBytes = 0;
    }
}
