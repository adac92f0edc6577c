using System.Globalization;
using Barrel.Host.Cameras;
using Barrel.Host.Decision;
using Barrel.Host.Loop;
using Barrel.Host.Pins;
using Barrel.Host.Service;

namespace Barrel.Host.Tests.Service;

/// <summary>Many frames of the scene generator: nothing grows.</summary>
[TestClass]
[DoNotParallelize]
public class SoakTests
{
    /// <summary>A million takes minutes.</summary>
    private static readonly long FrameCount = long.Parse(Environment.GetEnvironmentVariable("BARREL_SOAK_FRAMES") ?? "20000", CultureInfo.InvariantCulture);
    private const int WarmFrames = 500;

    [TestMethod]
    public void ManyFramesAllocateNothingAndLeaveNothingOpen()
    {
        using SimulatedPins driver = new();
        using DecisionPins pins = new(driver, Boards.Boards.Find("desktop").Pins);
        using StringWriter log = new();
        Meter meter = new();
        using RoadNetwork network = new(new FakeExecutor(), new DecisionSettings());
        using FrameLoop loop = new(
            new SceneCamera(1, 32, 24, 30), network, pins, new FrameLoopSettings { FrameCountMax = FrameCount }, new EventLog(log), meter);
        loop.Run(default);
        Assert.AreEqual((FrameCount, FrameCount, 0L), (loop.FrameCount, loop.CapturedCount, loop.DroppedCount));
        Assert.AreEqual(FrameCount, loop.Counters.Frame.Count);
        Assert.AreEqual(0, meter.LoopBytes, "bytes on the loop's thread after warm-up");
        Assert.IsLessThan(FrameCount * 4, meter.ProcessBytes, "bytes in the process, the test platform's own included: far less than an object a frame");
        if (OperatingSystem.IsLinux())
            Assert.IsLessThanOrEqualTo(meter.HandlesBefore + 3, meter.HandlesAfter, "open files");
        Assert.IsGreaterThan(0, loop.Counters.Inference.PercentileUs(500));
    }

    [TestMethod]
    public void AHundredReloadsLeaveNothingOpen()
    {
        using SimulatedPins driver = new();
        using DecisionPins pins = new(driver, Boards.Boards.Find("desktop").Pins);
        using StringWriter log = new();
        byte[][] blobs = [SmallRoad.Blob(16, 12), SmallRoad.Blob(30, 22, channels: 1)];
        FrameLoop? loop = null;
        int reloads = 0, handlesBefore = 0, threadsBefore = 0;
        Offerer offerer = new(() =>
        {
            if (reloads == 10)
                (handlesBefore, threadsBefore) = (Handles(), Threads());
            RoadNetwork next = new(ModelFile.Load(blobs[reloads++ % 2], 1 << 20, threads: 2), new DecisionSettings());
            next.Try(32, 24);
            loop!.Offer(new NetworkChange(next, 500));
        });
        using RoadNetwork first = new(new FakeExecutor(), new DecisionSettings());
        using (loop = new FrameLoop(new SceneCamera(1, 32, 24, 30), first, pins, new FrameLoopSettings { FrameCountMax = 1001 }, new EventLog(log), offerer))
            loop.Run(default);
        Assert.AreEqual(100, loop.Counters.Swaps);
        if (OperatingSystem.IsLinux())
        {
            Assert.IsLessThanOrEqualTo(handlesBefore + 3, Handles(), "open files");
            Assert.IsLessThanOrEqualTo(threadsBefore + 3, Threads(), "threads of networks that were replaced");
        }
    }

    private static int Handles() => OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : 0;

    private static int Threads() => OperatingSystem.IsLinux() ? Directory.GetDirectories("/proc/self/task").Length : 0;

    private sealed class Meter : IFrameObserver
    {
        private long loopBefore;
        private long processBefore;

        public long LoopBytes { get; private set; } = -1;

        public long ProcessBytes { get; private set; } = long.MaxValue;

        public int HandlesBefore { get; private set; }

        public int HandlesAfter { get; private set; }

        public void OnFrame(FrameOutcome outcome)
        {
            if (outcome.Frame.Number == WarmFrames)
            {
                HandlesBefore = Handles();
                processBefore = GC.GetTotalAllocatedBytes(precise: true);
                loopBefore = GC.GetAllocatedBytesForCurrentThread();
            }
            else if (outcome.Frame.Number == FrameCount - 1)
            {
                LoopBytes = GC.GetAllocatedBytesForCurrentThread() - loopBefore;
                ProcessBytes = GC.GetTotalAllocatedBytes(precise: true) - processBefore;
                HandlesAfter = Handles();
            }
        }
    }

    private sealed class Offerer(Action offer) : IFrameObserver
    {
        public void OnFrame(FrameOutcome outcome)
        {
            if (outcome.Frame.Number % 10 == 9)
                offer();
        }
    }
}
