namespace Barrel.Host.Cameras;

/// <summary>One connection to a live camera, from opening until it is lost. Used by one thread at a time.</summary>
internal interface IFrameStream : IDisposable
{
    /// <summary>Size, format and rate that were agreed on, for people.</summary>
    string Description { get; }

    /// <summary>Frames a second that were agreed on, at least 1.</summary>
    int FramesPerSecond { get; }

    /// <summary>Frames that were made since opening and could not be given.</summary>
    long LostCount { get; }

    /// <summary>Waits for a frame. Allocates nothing, except where the format is compressed.</summary>
    /// <param name="frame">Gets the picture, and as <see cref="CameraFrame.TimestampMs"/> the system's monotonic clock.</param>
    /// <param name="timeoutMs">Longest wait, ≥ 0.</param>
    /// <returns>False where none came in time.</returns>
    /// <exception cref="Runtime.BarrelException">The camera is lost; this stream gives no more frames.</exception>
    bool TryRead(CameraFrame frame, int timeoutMs);
}
