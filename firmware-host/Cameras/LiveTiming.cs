namespace Barrel.Host.Cameras;

/// <summary>How long a live camera is waited for.</summary>
internal sealed record LiveTiming
{
    /// <summary>A camera that gave no frame for so long is opened anew; slow ones get five frame times.</summary>
    public int StallMs { get; init; } = 3000;

    /// <summary>The same before the first frame: cameras set their exposure, programs start.</summary>
    public int FirstFrameMs { get; init; } = 8000;

    /// <summary>From one try to open it to the next; doubles with each until a frame comes.</summary>
    public int RetryMsMin { get; init; } = 100;

    public int RetryMsMax { get; init; } = 5000;
}
