using System.IO.Compression;
using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary>The files that are built into the program.</summary>
internal static class DemoFiles
{
    public const string ModelName = "road.barrel";
    public const string ClipName = "street.y4m.br";

    /// <summary>How the clip was made: <c>barrel-host scene --seed 2 --size 240x180 --fps 2 --frames 24 -o street.y4m.br</c>.</summary>
    public const int ClipSeed = 2;
    public const int ClipWidth = 240;
    public const int ClipHeight = 180;
    public const int ClipFramesPerSecond = 2;
    public const int ClipFrameCount = 24;

    public static byte[] Model()
    {
        using Stream stream = Open(ModelName);
        byte[] blob = new byte[stream.Length];
        stream.ReadExactly(blob);
        return blob;
    }

    /// <summary>The clip as a YUV4MPEG2 stream.</summary>
    public static Stream Clip() => new BrotliStream(Open(ClipName), CompressionMode.Decompress);

    private static Stream Open(string name) =>
        typeof(DemoFiles).Assembly.GetManifestResourceStream(name)
            ?? throw new BarrelException(
                HostErrors.DemoMissing, $"this program was built without {name}; use 'barrel-host run' with --model and --camera");
}
