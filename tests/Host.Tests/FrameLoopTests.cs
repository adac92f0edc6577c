using System.Diagnostics;
using Barrel.Boards;
using Barrel.Host.Decision;
using Barrel.Host.Loop;
using Barrel.Host.Pins;
using Barrel.Host.Service;
using Barrel.Runtime;

namespace Barrel.Host.Tests;

/// <summary>The loop with a fake camera and a fake network. Grey frames are road everywhere, so the clear pin goes high.</summary>
[TestClass]
[DoNotParallelize]
public sealed class FrameLoopTests : IDisposable
{
    private readonly Board board = Boards.Boards.Find("desktop");
    private readonly SimulatedPins driver = new();
    private readonly StringWriter log = new();

    [TestMethod]
    public void EveryFrameOfAFileIsSeenAndPinsEndSafe()
    {
        FrameLoop loop = Run(new FakeCamera { FrameCount = 20 }, new FakeExecutor { RunMs = 2 }, new FrameLoopSettings());
        Assert.AreEqual((20L, 0L), (loop.FrameCount, loop.DroppedCount));
        Assert.IsTrue(WentHigh(board.Pins.Clear));
        AssertSafe();
        Assert.AreEqual("barrel-host: pins are in their safe state: the frames ended", log.ToString().Trim());
    }

    [TestMethod]
    public void BlockedIsSafeBeforeTheFirstDecision()
    {
        using DecisionPins pins = NewPins();
        AssertSafe();
        Assert.AreEqual(1, driver.TransitionCount, "blocked went to its safe level, high; nothing else moved");
    }

    [TestMethod]
    public void FrameLimitHolds() =>
        Assert.AreEqual(5, Run(new FakeCamera(), new FakeExecutor(), new FrameLoopSettings { FrameCountMax = 5 }).FrameCount);

    [TestMethod]
    public void SlowModelDropsFramesOfALiveCamera()
    {
        FrameLoop loop = Run(new FakeCamera { FrameCount = 60, IsLive = true, FrameMs = 2 }, new FakeExecutor { RunMs = 15 }, new FrameLoopSettings());
        Assert.IsGreaterThan(10, loop.DroppedCount);
        Assert.AreEqual(60, loop.FrameCount + loop.DroppedCount);
    }

    [TestMethod]
    public void PinsGoSafeWhenFramesStopAndComeBack()
    {
        int safeDuringPause = -1;
        FakeCamera camera = new() { FrameCount = 12, PausesBefore = 6, PauseMs = 900 };
        using Timer look = new(_ => safeDuringPause = driver.IsHigh(board.Pins.Blocked.Number) && !driver.IsHigh(board.Pins.Clear.Number) ? 1 : 0, null, 600, -1);
        Run(camera, new FakeExecutor(), new FrameLoopSettings { WatchdogMs = 200 });
        Assert.AreEqual(1, safeDuringPause);
        Assert.Contains("no decision for 200 ms", log.ToString());
        Assert.HasCount(2, driver.Transitions().Where(t => t.Pin == board.Pins.Clear.Number && t.IsHigh).ToArray(), "clear before and after");
    }

    [TestMethod]
    public void PinsGoSafeWhileTheModelHangs()
    {
        Run(new FakeCamera { FrameCount = 1 }, new FakeExecutor { RunMs = 1 }, new FrameLoopSettings());
        using DecisionPins pins = NewPins();
        RoadDecision decision = new(new DecisionSettings { FramesToChange = 1 }, 4, 4);
        decision.Update(new byte[16], 0, 0);
        pins.Show(decision);
        using ManualResetEventSlim stale = new();
        using PinWatchdog watchdog = new(pins, 100, stale.Set);
        watchdog.Start();
        Assert.IsTrue(stale.Wait(5000));
        AssertSafe();
    }

    /// <summary>A configuration that is taken over in a stall which is too long already by its own measure.</summary>
    [TestMethod]
    public void PinsGoSafeAtOnceWhenAShorterTimeIsOver()
    {
        using DecisionPins pins = NewPins();
        RoadDecision decision = new(new DecisionSettings { FramesToChange = 1 }, 4, 4);
        decision.Update(new byte[16], 0, 0);
        pins.Show(decision);
        using ManualResetEventSlim stale = new();
        using PinWatchdog watchdog = new(pins, 60_000, stale.Set);
        watchdog.Start();
        Thread.Sleep(2100);
        watchdog.TimeoutMs = 2000;
        Assert.IsTrue(stale.Wait(1000));
        AssertSafe();
    }

    /// <summary>At a guard's default time, wherever between two of its looks the stall begins.</summary>
    [TestMethod]
    public void PinsAreSafeWithinHalfASecondOfAStall()
    {
        for (int i = 0; i < 4; i++)
        {
            using SimulatedPins simulated = new();
            using DecisionPins pins = new(simulated, board.Pins);
            using ManualResetEventSlim stale = new();
            long safeAt = 0;
            using PinWatchdog watchdog = new(pins, new FrameLoopSettings().WatchdogMs, () =>
            {
                safeAt = Stopwatch.GetTimestamp();
                stale.Set();
            });
            RoadDecision decision = new(new DecisionSettings { FramesToChange = 1 }, 4, 4);
            watchdog.Start();
            for (int frame = 0; frame <= 7 + (2 * i); frame++)
            {
                Thread.Sleep(33);
                decision.Update(new byte[16], 0, 0);
                pins.Show(decision);
            }

            long lastFrame = Stopwatch.GetTimestamp();
            Assert.IsTrue(simulated.IsHigh(board.Pins.Clear.Number));
            Assert.IsTrue(stale.Wait(5000));
            double milliseconds = Stopwatch.GetElapsedTime(lastFrame, safeAt).TotalMilliseconds;
            Assert.IsGreaterThan(350, milliseconds, "not while frames come as they should");
            Assert.IsLessThanOrEqualTo(500, milliseconds);
            Assert.IsFalse(simulated.IsHigh(board.Pins.Clear.Number));
            Assert.IsTrue(simulated.IsHigh(board.Pins.Blocked.Number));
        }
    }

    [TestMethod]
    public void PinsGoSafeWhenTheModelFails()
    {
        BarrelException error = Assert.ThrowsExactly<BarrelException>(
            () => Run(new FakeCamera(), new FakeExecutor { FailsAfter = 4 }, new FrameLoopSettings()));
        Assert.AreEqual(HostErrors.ModelFailed, error.Code);
        Assert.IsTrue(WentHigh(board.Pins.Clear));
        AssertSafe();
        Assert.Contains("safe state: the model failed", log.ToString());
    }

    [TestMethod]
    public void PinsGoSafeWhenTheCameraFails()
    {
        BarrelException error = Assert.ThrowsExactly<BarrelException>(
            () => Run(new FakeCamera { FailsBefore = 4 }, new FakeExecutor(), new FrameLoopSettings()));
        Assert.AreEqual(HostErrors.SourceUnreadable, error.Code);
        AssertSafe();
        Assert.Contains("safe state", log.ToString());
    }

    [TestMethod]
    public void CancelEndsALoopWhoseCameraHangs()
    {
        using CancellationTokenSource cancel = new(300);
        FakeCamera camera = new() { PausesBefore = 3, PauseMs = 20_000 };
        FrameLoop loop = Run(camera, new FakeExecutor(), new FrameLoopSettings(), cancel.Token);
        Assert.IsLessThan(10, loop.Seconds);
        AssertSafe();
        Assert.Contains("safe state: stopped", log.ToString());
    }

    [TestMethod]
    public void LatchedPinsIgnoreDecisions()
    {
        using DecisionPins pins = NewPins();
        RoadDecision decision = new(new DecisionSettings { FramesToChange = 1 }, 4, 4);
        decision.Update(new byte[16], 0, 0);
        pins.Show(decision);
        Assert.IsTrue(driver.IsHigh(board.Pins.Clear.Number));
        pins.Latch();
        pins.Show(decision);
        AssertSafe();
    }

    [TestMethod]
    public void ModelWithoutRoadIsRefused()
    {
        FakeExecutor executor = new();
        executor.Model.RoadClass = -1;
        BarrelException error = Assert.ThrowsExactly<BarrelException>(() => Run(new FakeCamera(), executor, new FrameLoopSettings()));
        Assert.AreEqual(HostErrors.NotRoadModel, error.Code);
    }

    [TestMethod]
    public void SteadyPathAllocatesNothing()
    {
        AllocationObserver observer = new();
        using DecisionPins pins = NewPins();
        using RoadNetwork network = new(new FakeExecutor(), new DecisionSettings());
        using FrameLoop loop = new(new FakeCamera { FrameCount = 400 }, network, pins, new FrameLoopSettings(), new EventLog(log), observer);
        loop.Run(default);
        Assert.AreEqual(0, observer.AllocatedBytes, "on the loop's thread");
        Assert.IsLessThan(2048, observer.AllocatedBytesInProcess, "in the whole process, the test platform's own threads included");
    }

    public void Dispose()
    {
        driver.Dispose();
        log.Dispose();
    }

    private FrameLoop Run(FakeCamera camera, FakeExecutor executor, FrameLoopSettings settings, CancellationToken cancellation = default)
    {
        using DecisionPins pins = NewPins();
        using FrameLoop loop = new(camera, new RoadNetwork(executor, settings.Decision), pins, settings, new EventLog(log), null);
        loop.Run(cancellation);
        return loop;
    }

    private DecisionPins NewPins() => new(driver, board.Pins);

    private bool WentHigh(BoardPin pin) => driver.Transitions().Any(t => t.Pin == pin.Number && t.IsHigh);

    private void AssertSafe()
    {
        foreach (BoardPin pin in (BoardPin[])[board.Pins.Clear, board.Pins.Blocked, board.Pins.Left, board.Pins.Right, board.Pins.Alive])
            Assert.AreEqual(pin.SafeLevel == 1, driver.IsHigh(pin.Number), $"pin {pin.Number}");
    }

    /// <summary>Measures between frame 100 and frame 390, when everything is warm.</summary>
    private sealed class AllocationObserver : IFrameObserver
    {
        private long before;
        private long beforeInProcess;

        public long AllocatedBytes { get; private set; } = -1;

        public long AllocatedBytesInProcess { get; private set; }

        public void OnFrame(FrameOutcome outcome)
        {
            if (outcome.Frame.Number == 100)
            {
                beforeInProcess = GC.GetTotalAllocatedBytes(precise: true);
                before = GC.GetAllocatedBytesForCurrentThread();
            }
            else if (outcome.Frame.Number == 390)
            {
                AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - before;
                AllocatedBytesInProcess = GC.GetTotalAllocatedBytes(precise: true) - beforeInProcess;
            }
        }
    }
}
