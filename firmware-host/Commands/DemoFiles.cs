using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary>What is built into the program.</summary>
internal static class DemoFiles
{
    public const string ModelName = "road.barrel";

    // The clip is rendered: that takes less time than a packed one takes space.
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

    private static Stream Open(string name) =>
        typeof(DemoFiles).Assembly.GetManifestResourceStream(name)
            ?? throw new BarrelException(
                HostErrors.DemoMissing, $"this program was built without {name}; use 'barrel-host run' with --model and --camera");
}
