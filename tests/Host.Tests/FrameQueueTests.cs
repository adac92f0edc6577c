using Barrel.Host.Cameras;
using Barrel.Host.Loop;

namespace Barrel.Host.Tests;

[TestClass]
public class FrameQueueTests
{
    [TestMethod]
    public void DropsTheOldestWhenFull()
    {
        FrameQueue queue = new(3, dropsOldest: true);
        Fill(queue, 0);
        CameraFrame inUse = queue.Take()!;
        for (int i = 1; i < 6; i++)
            Fill(queue, i);
        Assert.AreEqual(3, queue.DroppedCount);
        Assert.AreEqual(0, inUse.Number, "the frame that is being read is never taken away");
        queue.Return(inUse);
        Assert.AreEqual(4, queue.Take()!.Number);
        Assert.AreEqual(5, queue.Take()!.Number);
    }

    [TestMethod]
    public void WaitsWhenItMayNotDrop()
    {
        FrameQueue queue = new(2, dropsOldest: false);
        Fill(queue, 0);
        Fill(queue, 1);
        Task<CameraFrame?> rent = Task.Run(queue.Rent);
        Assert.IsFalse(rent.Wait(100));
        queue.Return(queue.Take()!);
        Assert.IsTrue(rent.Wait(5000));
        Assert.AreEqual(0, queue.DroppedCount);
    }

    [TestMethod]
    public void EndGivesWhatWaitsThenTheError()
    {
        FrameQueue queue = new(2, dropsOldest: false);
        Fill(queue, 7);
        queue.End(new IOException("broken"));
        Assert.AreEqual(7, queue.Take()!.Number);
        Assert.ThrowsExactly<IOException>(() => queue.Take());
    }

    [TestMethod]
    public void StopWakesBothSides()
    {
        FrameQueue queue = new(2, dropsOldest: false);
        Task<CameraFrame?> take = Task.Run(queue.Take);
        queue.Stop();
        Assert.IsTrue(take.Wait(5000));
        Assert.IsNull(take.Result);
        Assert.IsNull(queue.Rent());
    }

    private static void Fill(FrameQueue queue, int number)
    {
        CameraFrame frame = queue.Rent()!;
        frame.Number = number;
        queue.Post(frame);
    }
}
