namespace Barrel.Host.Cameras;

/// <summary>A source of frames. Used by one thread at a time, but it may be closed while another thread waits in it.</summary>
internal interface ICamera : IDisposable
{
    /// <summary>True where frames come whether or not anybody takes them, so a slow reader must drop some.</summary>
    bool IsLive { get; }

    /// <summary>What is wrong with the way the frames ended, or null if they just ended.</summary>
    string? EndMessage { get; }

    /// <summary>Frames a second by the timestamps, rounded, at least 1.</summary>
    int FramesPerSecond => 10;

    /// <summary>Frames that the device made and nobody got: they came damaged, or while no buffer was free.</summary>
    long LostCount => 0;

    /// <summary>How often it came back after it broke off; any thread may ask.</summary>
    long RestartCount => 0;

    /// <summary>Fills the frame; false when there are no more.</summary>
    /// <exception cref="Runtime.BarrelException">The source is broken.</exception>
    bool Read(CameraFrame frame);
}
