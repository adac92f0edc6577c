using Barrel.Host.Cameras.Rpicam;
using Barrel.Host.Cameras.V4l2;
using Barrel.Runtime;

namespace Barrel.Host.Cameras;

/// <summary>The list of sources: what users write after <c>--camera</c>.</summary>
internal static class CameraSources
{
    public const string Help =
        V4l2Source.Help + ", " + RpicamSource.Help
        + ", dir:PATH (PNG and JPEG by name), idx:PATH (MNIST's files), y4m:FILE or y4m:- (YUV4MPEG2, for instance from ffmpeg), scene:SEED[:WIDTHxHEIGHT[:FPS]]";

    /// <param name="source">A source and its address, as in <see cref="Help"/>.</param>
    /// <param name="loops">Begin again at the end, where the source can.</param>
    /// <param name="wishes">What is left open by the source's address; null for the usual.</param>
    /// <exception cref="BarrelException">The source is unknown, or cannot be opened.</exception>
    public static ICamera Open(string source, bool loops, CameraWishes? wishes = null)
    {
        int colon = source.IndexOf(':');
        string kind = colon < 0 ? source : source[..colon];
        string address = colon < 0 ? "" : source[(colon + 1)..];
        return kind switch
        {
            "dir" => new DirectoryCamera(address, loops),
            "idx" => IdxCamera.Open(address),
            "y4m" => Y4mCamera.Open(address),
            "scene" => SceneCamera.Parse(address),
            "v4l2" => V4l2Source.Open(address, wishes ?? new CameraWishes()),
            "rpicam" => RpicamSource.Open(address, wishes ?? new CameraWishes()),
            _ => throw new BarrelException(HostErrors.UnknownSource, $"unknown camera '{source}'; sources are {Help}"),
        };
    }
}
