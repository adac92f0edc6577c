using Barrel.Boards;
using Barrel.Host.Decision;
using Barrel.Host.Loop;
using Barrel.Host.Pins;
using Barrel.Host.Service;
using Barrel.Runtime;

namespace Barrel.Host.Tests.Service;

/// <summary>Networks that take over in the middle of a loop.</summary>
[TestClass]
public class SwapTests
{
    [TestMethod]
    public void NoFrameIsMissedAndThePinsKeepTheirDecision()
    {
        using SimulatedPins driver = new();
        Board board = Boards.Boards.Find("desktop");
        using DecisionPins pins = new(driver, board.Pins);
        using StringWriter log = new();
        FrameLoop? loop = null;
        List<long> numbers = [];
        List<RoadNetwork> seen = [];
        Observer observer = new(outcome =>
        {
            numbers.Add(outcome.Frame.Number);
            if (seen.Count == 0 || seen[^1] != outcome.Network)
                seen.Add(outcome.Network);
            if (outcome.Frame.Number >= 5)
                Assert.AreEqual(RoadDecision.StateClear, outcome.Decision.State, $"frame {outcome.Frame.Number}");
            if (outcome.Frame.Number % 10 == 9)
                loop!.Offer(new NetworkChange(new RoadNetwork(new FakeExecutor(), new DecisionSettings { FramesToChange = 3 }), 500));
        });
        using RoadNetwork first = new(new FakeExecutor(), new DecisionSettings());
        using (loop = new FrameLoop(new FakeCamera { FrameCount = 500 }, first, pins, new FrameLoopSettings(), new EventLog(log), observer))
        {
            loop.Run(default);
            CollectionAssert.AreEqual(Enumerable.Range(0, 500).Select(i => (long)i).ToArray(), numbers);
            Assert.AreEqual((49L, 50), (loop.Counters.Swaps, seen.Count), "the last one offered met no frame");
        }

        PinTransition[] clear = [.. driver.Transitions().Where(t => t.Pin == board.Pins.Clear.Number)];
        Assert.HasCount(2, clear, "once up, and down at the end");
    }

    [TestMethod]
    public void ANetworkThatIsNotTakenIsClosed()
    {
        using SimulatedPins driver = new();
        using DecisionPins pins = new(driver, Boards.Boards.Find("desktop").Pins);
        using StringWriter log = new();
        ClosableExecutor[] executors = [new(), new(), new()];
        RoadNetwork[] networks = [.. executors.Select(e => new RoadNetwork(e, new DecisionSettings()))];
        using (FrameLoop loop = new(new FakeCamera { FrameCount = 3 }, networks[0], pins, new FrameLoopSettings(), new EventLog(log), null))
        {
            loop.Offer(new NetworkChange(networks[1], 500));
            loop.Offer(new NetworkChange(networks[2], 500));
            Assert.IsTrue(executors[1].IsClosed, "another took its place");
            loop.Run(default);
            Assert.IsTrue(executors[0].IsClosed, "it was replaced");
            Assert.IsFalse(executors[2].IsClosed);
        }

        Assert.IsTrue(executors[2].IsClosed);
    }

    [TestMethod]
    public void ATrialFindsAModelThatFailsAndFramesThatDoNotFit()
    {
        using RoadNetwork failing = new(new FakeExecutor { FailsAfter = 0 }, new DecisionSettings());
        Assert.AreEqual(HostErrors.ModelFailed, Assert.ThrowsExactly<BarrelException>(() => failing.Try(64, 48)).Code);
        FakeExecutor flat = new();
        flat.Model.Input.Flat = true;
        using RoadNetwork small = new(flat, new DecisionSettings());
        Assert.AreEqual(FrameInput.FrameSizeError, Assert.ThrowsExactly<BarrelException>(() => small.Try(640, 480)).Code);
        small.Try(64, 48);
        Assert.AreEqual(RoadDecision.StateUnknown, small.Decision.State, "a trial decides nothing");
    }

    private sealed class Observer(Action<FrameOutcome> onFrame) : IFrameObserver
    {
        public void OnFrame(FrameOutcome outcome) => onFrame(outcome);
    }

    private sealed class ClosableExecutor() : Executor(new FakeExecutor()), IDisposable
    {
        public bool IsClosed { get; private set; }

        public override string Name => "closable";

        public override void Run() => Assert.IsFalse(IsClosed);

        public void Dispose() => IsClosed = true;
    }
}
