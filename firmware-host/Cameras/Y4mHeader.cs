using System.Globalization;
using Barrel.Runtime;

namespace Barrel.Host.Cameras;

/// <summary>
/// The first line of a YUV4MPEG2 stream: <c>YUV4MPEG2 W320 H240 F25:1 C420jpeg …</c>. Parameters come in any order; unknown ones are
/// passed over.
/// </summary>
internal sealed class Y4mHeader
{
    public const string Magic = "YUV4MPEG2";

    /// <summary>Larger frames are taken for an attack or a mistake: 4096 x 2304.</summary>
    public const int PixelCountMax = 4096 * 2304;

    private const int SideMax = 8192;

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Time from frame to frame, at least 1.</summary>
    public int FrameMicroseconds { get; private set; } = 40_000;

    /// <summary>Log2 of how many pixels share a chroma sample, in a row and in a column.</summary>
    public int ChromaShiftX { get; private set; } = 1;

    public int ChromaShiftY { get; private set; } = 1;

    public bool IsMono { get; private set; }

    /// <summary>Luma 0..255 and not 16..235.</summary>
    public bool IsFullRange { get; private set; }

    public int ChromaWidth => IsMono ? 0 : (Width + (1 << ChromaShiftX) - 1) >> ChromaShiftX;

    public int ChromaHeight => IsMono ? 0 : (Height + (1 << ChromaShiftY) - 1) >> ChromaShiftY;

    /// <summary>Bytes of a frame's planes.</summary>
    public int FrameBytes => (Width * Height) + (2 * ChromaWidth * ChromaHeight);

    /// <param name="line">The line without its line feed.</param>
    public static Y4mHeader Parse(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0 || words[0] != Magic)
            throw Wrong($"it does not begin with {Magic}");

        Y4mHeader header = new();
        foreach (string word in words.AsSpan(1))
            header.Read(word[0], word[1..]);
        if (header.Width == 0 || header.Height == 0)
            throw Wrong("it has no W or no H");
        if ((long)header.Width * header.Height > PixelCountMax)
            throw Wrong($"{header.Width}x{header.Height} is more than {PixelCountMax} pixels");
        return header;
    }

    public static BarrelException Wrong(string what) =>
        new(HostErrors.BadY4m, $"y4m stream: {what}; expected is '{Magic} W320 H240 F25:1 C420jpeg'");

    private void Read(char key, string value)
    {
        switch (key)
        {
            case 'W':
                Width = Side(key, value);
                break;
            case 'H':
                Height = Side(key, value);
                break;
            case 'F':
                ReadRate(value);
                break;
            case 'C':
                ReadColour(value);
                break;
            case 'X' when value == "COLORRANGE=FULL":
                IsFullRange = true;
                break;
            default:
                break;
        }
    }

    private static int Side(char key, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int side) && side is >= 1 and <= SideMax
            ? side
            : throw Wrong($"{key}{Shown(value)} is not 1 to {SideMax}");

    // Some writers leave the rate open as 0:0, so a rate that makes no sense keeps the default.
    private void ReadRate(string value)
    {
        string[] parts = value.Split(':');
        if (parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long frames)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            && frames is > 0 and <= int.MaxValue && seconds is > 0 and <= int.MaxValue)
        {
            FrameMicroseconds = (int)Math.Clamp(seconds * 1_000_000 / frames, 1, 3_600_000_000 / 2);
        }
    }

    private void ReadColour(string value)
    {
        IsMono = value == "mono";
        switch (value)
        {
            case "420" or "420jpeg" or "420paldv" or "420mpeg2":
                (ChromaShiftX, ChromaShiftY) = (1, 1);
                break;
            case "422":
                (ChromaShiftX, ChromaShiftY) = (1, 0);
                break;
            case "444":
                (ChromaShiftX, ChromaShiftY) = (0, 0);
                break;
            case "mono":
                break;
            default:
                throw Wrong($"C{Shown(value)} is not supported; supported are 420, 420jpeg, 420paldv, 420mpeg2, 422, 444 and mono, 8 bits");
        }
    }

    // Hostile bytes must not reach the terminal.
    private static string Shown(string value) =>
        string.Concat(value.Take(20).Select(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '=' or '-' ? c : '?'));
}
