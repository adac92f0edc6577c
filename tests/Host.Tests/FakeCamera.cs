using Barrel.Host.Cameras;

namespace Barrel.Host.Tests;

/// <summary>Frames of one grey. Can pause once, fail, and count.</summary>
internal sealed class FakeCamera : ICamera
{
    private int next;

    public long FrameCount { get; init; } = long.MaxValue;

    public bool IsLive { get; init; }

    public int FrameMs { get; init; }

    /// <summary>The frame before which it pauses once.</summary>
    public int PausesBefore { get; init; } = -1;

    public int PauseMs { get; init; }

    public int FailsBefore { get; init; } = -1;

    public string? EndMessage { get; init; }

    public bool Read(CameraFrame frame)
    {
        if (next == FailsBefore)
            throw new IOException("planted failure");
        if (next == PausesBefore)
            Thread.Sleep(PauseMs);
        if (next == FrameCount)
            return false;
        if (FrameMs > 0)
            Thread.Sleep(FrameMs);
        frame.Resize(160, 120);
        frame.Rgb.AsSpan().Fill(100);
        frame.Number = next++;
        frame.TimestampMs = frame.Number * 10;
        return true;
    }

    public void Dispose()
    {
    }
}
