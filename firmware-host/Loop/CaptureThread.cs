using System.Diagnostics;
using Barrel.Host.Cameras;
using Barrel.Runtime;

namespace Barrel.Host.Loop;

/// <summary>Reads the camera into the queue on a thread of its own.</summary>
internal sealed class CaptureThread
{
    private readonly ICamera camera;
    private readonly FrameQueue queue;
    private readonly long frameCountMax;
    private readonly bool isPaced;
    private readonly Thread thread;

    /// <param name="camera">Not closed here.</param>
    /// <param name="queue">Ended after the last frame.</param>
    /// <param name="frameCountMax">Frames to read at most.</param>
    /// <param name="isPaced">Hold each frame back until its timestamp, as a live camera would.</param>
    public CaptureThread(ICamera camera, FrameQueue queue, long frameCountMax, bool isPaced)
    {
        this.camera = camera;
        this.queue = queue;
        this.frameCountMax = frameCountMax;
        this.isPaced = isPaced;

        // A read of a pipe or a device may never return; it must not keep the program from ending.
        thread = new Thread(Capture) { IsBackground = true, Name = "capture" };
    }

    public void Start() => thread.Start();

    public bool Join(int timeoutMs) => thread.Join(timeoutMs);

    private void Capture()
    {
        Exception? cause = null;
        try
        {
            long started = Stopwatch.GetTimestamp();
            for (long i = 0; i < frameCountMax && queue.Rent() is { } frame; i++)
            {
                if (!camera.Read(frame))
                    break;
                if (isPaced)
                    WaitUntil(started, frame.TimestampMs);
                queue.Post(frame);
            }
        }
        catch (Exception e)
        {
            // Whatever it is, it belongs to the thread that runs the loop.
            cause = e as BarrelException
                ?? new BarrelException(HostErrors.SourceUnreadable, $"the camera failed: {OneLine.Of(e)}", e);
        }

        queue.End(cause);
    }

    private static void WaitUntil(long started, long timestampMs)
    {
        long early = timestampMs - (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        if (early > 0)
            Thread.Sleep((int)Math.Min(early, 60_000));
    }
}
