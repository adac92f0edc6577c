using System.Globalization;
using Barrel.Host.Scenes;
using Barrel.Runtime;

namespace Barrel.Host.Cameras;

/// <summary>Frames of the scene generator; it never ends.</summary>
internal sealed class SceneCamera(int seed, int width, int height, int framesPerSecond) : ICamera
{
    private readonly Scene scene = new(seed, width, height);
    private long next;

    public bool IsLive => false;

    public string? EndMessage => null;

    public int FramesPerSecond => framesPerSecond;

    /// <param name="address">SEED, SEED:WIDTHxHEIGHT or SEED:WIDTHxHEIGHT:FPS.</param>
    public static SceneCamera Parse(string address)
    {
        string[] parts = address.Split(':');
        string[] size = parts.Length > 1 ? parts[1].Split('x') : ["320", "240"];
        if (parts.Length > 3 || size.Length != 2
            || !int.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seed)
            || !IsNumber(size[0], Scene.SideMin, Scene.SideMax, out int width)
            || !IsNumber(size[1], Scene.SideMin, Scene.SideMax, out int height)
            || !IsNumber(parts.Length > 2 ? parts[2] : "10", 1, 1000, out int framesPerSecond))
        {
            throw new BarrelException(
                HostErrors.BadScene,
                $"camera scene:{address}: give scene:SEED[:WIDTHxHEIGHT[:FPS]], sides {Scene.SideMin} to {Scene.SideMax}, 1 to 1000 frames a second");
        }

        return new SceneCamera(seed, width, height, framesPerSecond);
    }

    public bool Read(CameraFrame frame)
    {
        frame.Resize(scene.Width, scene.Height);
        frame.TimestampMs = next * 1000 / framesPerSecond;
        scene.Render(frame.TimestampMs, frame.Rgb, null);
        frame.Number = next++;
        return true;
    }

    public void Dispose()
    {
    }

    private static bool IsNumber(string text, int min, int max, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;
}
