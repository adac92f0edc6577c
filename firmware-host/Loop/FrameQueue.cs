using System.Diagnostics;
using Barrel.Host.Cameras;

namespace Barrel.Host.Loop;

/// <summary>
/// A few frames between the camera's thread and the model's: one being filled, one being read, the rest waiting. When none is free it
/// gives up the oldest waiting frame or makes the camera wait.
/// </summary>
internal sealed class FrameQueue(int slotCount, bool dropsOldest)
{
    private readonly object gate = new();
    private readonly CameraFrame[] free = NewFrames(slotCount);
    private readonly CameraFrame[] waiting = new CameraFrame[slotCount];
    private readonly long[] posted = new long[slotCount];
    private int freeCount = slotCount;
    private int firstWaiting;
    private int waitingCount;
    private bool isEnded;
    private bool isStopped;
    private Exception? error;

    /// <summary>Frames that were given up.</summary>
    public long DroppedCount { get; private set; }

    /// <summary>Frames that were put in so far.</summary>
    public long PostedCount { get; private set; }

    /// <summary>When the frame that the reader took last was put in, a timestamp of <see cref="Stopwatch"/>. For the reader alone.</summary>
    public long TakenPosted { get; private set; }

    /// <summary>A frame to fill; null when the reader stopped.</summary>
    public CameraFrame? Rent()
    {
        lock (gate)
        {
            while (freeCount == 0 && !isStopped)
            {
                if (dropsOldest && waitingCount > 0)
                {
                    DroppedCount++;
                    return TakeFirst();
                }

                Monitor.Wait(gate);
            }

            return isStopped ? null : free[--freeCount];
        }
    }

    /// <summary>Puts a filled frame at the end.</summary>
    public void Post(CameraFrame frame)
    {
        lock (gate)
        {
            int last = (firstWaiting + waitingCount) % waiting.Length;
            waiting[last] = frame;
            posted[last] = Stopwatch.GetTimestamp();
            PostedCount++;
            waitingCount++;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>No more frames come; the reader gets those that wait, then the error, if any.</summary>
    public void End(Exception? cause)
    {
        lock (gate)
        {
            isEnded = true;
            error = cause;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>The oldest frame, after waiting for one; null at the end or after <see cref="Stop"/>.</summary>
    public CameraFrame? Take()
    {
        lock (gate)
        {
            while (waitingCount == 0 && !isEnded && !isStopped)
                Monitor.Wait(gate);
            if (isStopped)
                return null;
            if (waitingCount > 0)
            {
                TakenPosted = posted[firstWaiting];
                return TakeFirst();
            }

            return error is null ? null : throw error;
        }
    }

    /// <summary>Gives a read frame back.</summary>
    public void Return(CameraFrame frame)
    {
        lock (gate)
        {
            free[freeCount++] = frame;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Ends both sides at once.</summary>
    public void Stop()
    {
        lock (gate)
        {
            isStopped = true;
            Monitor.PulseAll(gate);
        }
    }

    private CameraFrame TakeFirst()
    {
        CameraFrame frame = waiting[firstWaiting];
        firstWaiting = (firstWaiting + 1) % waiting.Length;
        waitingCount--;
        return frame;
    }

    private static CameraFrame[] NewFrames(int count)
    {
        CameraFrame[] frames = new CameraFrame[count];
        for (int i = 0; i < count; i++)
            frames[i] = new CameraFrame();
        return frames;
    }
}
