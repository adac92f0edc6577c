using Barrel.Host.Service;

namespace Barrel.Host.Cameras;

/// <summary>What whoever opens a camera would like of it, where its name leaves that open.</summary>
internal sealed record CameraWishes
{
    /// <summary>A live camera gives frames at least so wide and high, where it can.</summary>
    public int Width { get; init; } = 640;

    public int Height { get; init; } = 480;

    /// <summary>Takes a line for each change of a live camera's state.</summary>
    public EventLog Log { get; init; } = new(TextWriter.Null);
}
