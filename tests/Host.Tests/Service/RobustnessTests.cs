using Barrel.Boards;
using Barrel.Host.Cameras;
using Barrel.Host.Commands;
using Barrel.Host.Decision;
using Barrel.Host.Loop;
using Barrel.Host.Pins;
using Barrel.Host.Service;
using Barrel.Runtime;

namespace Barrel.Host.Tests.Service;

/// <summary>What breaks around a service while it runs.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public class RobustnessTests
{
    /// <summary>The first, fourth and later pictures meet a folder of their name.</summary>
    [TestMethod]
    public void PicturesThatCannotBeWrittenCostOneLineButNoFrame()
    {
        string folder = Directory.CreateTempSubdirectory("barrel-full-").FullName;
        try
        {
            for (int i = 0; i < 30; i++)
                if (i is not (1 or 2))
                    Directory.CreateDirectory(Path.Combine(folder, $"frame-{i:000000}.png"));
            string model = typeof(RobustnessTests).Assembly.Location;
            using HostProcess host = new("run", "--model", model, "--camera", "scene:1:64x48", "--frames", "30", "--overlay", folder);
            (int exitCode, string output, string error) = host.Finish();
            Assert.AreEqual(0, exitCode, error);
            Assert.Contains("30 frames", output);
            Assert.HasCount(2, Directory.GetFiles(folder), "whole pictures alone");
            string[] lines = [.. error.Trim().Split('\n')];
            Assert.HasCount(2, lines.Where(l => l.Contains("BRL4029", StringComparison.Ordinal)).ToArray(), error);
            Assert.HasCount(1, lines.Where(l => l.Contains("overlays are written again; 1 are missing", StringComparison.Ordinal)).ToArray(), error);
            Assert.IsEmpty(Directory.GetFiles(folder, ".*"), "no temporary file stays");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void AFullDiskBehindTheOutputIsToldOnce()
    {
        // Not closed: it would write again what it could not write.
        StreamWriter output = new(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)) { AutoFlush = true };
        using StringWriter error = new();
        RunReport report = new(output, null, 0, false, new EventLog(error));
        using RoadNetwork network = new(new FakeExecutor(), new DecisionSettings { FramesToChange = 1 });
        CameraFrame frame = new();
        frame.Resize(8, 8);
        for (int i = 0; i < 20; i++)
        {
            network.Decision.Update(new byte[80 * 60], 0, i % 2);
            report.OnFrame(new FrameOutcome { Frame = frame, Network = network });
        }

        Assert.HasCount(1, error.ToString().Trim().Split('\n'), error.ToString());
        Assert.Contains("No space left on device", error.ToString());
    }

    [TestMethod]
    public void APinThatAnotherProgramHoldsIsAFailureToTryAgain()
    {
        using BusyPins driver = new();
        HostFailureException error = Assert.ThrowsExactly<HostFailureException>(() => new DecisionPins(driver, Boards.Boards.Find("desktop").Pins).Dispose());
        Assert.AreEqual(HostErrors.Pins, error.Code);
        Assert.IsTrue(driver.IsClosed);
    }

    /// <summary>A unit starts again after 1 and not after 2.</summary>
    [TestMethod]
    public void ExitCodesTellFailureFromBadInput()
    {
        string model = typeof(RobustnessTests).Assembly.Location;
        string[] line = ["run", "--model", model, "--camera", "scene:1:64x48", "--frames", "20"];
        Assert.AreEqual(0, Run(line, new FakeExecutor()).ExitCode);
        (int exitCode, string error) = Run(line, new FakeExecutor { FailsAfter = 5 });
        Assert.AreEqual(1, exitCode);
        Assert.Contains("error BRL4034: the model failed at frame 5", error);
        Assert.AreEqual(2, Run(["run", "--model", model, "--camera", "webcam:0"], new FakeExecutor()).ExitCode);
        (exitCode, error) = Run(["run", "--model", model, "--camera", "v4l2:/no/such/device"], new FakeExecutor());
        Assert.AreEqual(1, exitCode, "a camera may be plugged in later");
        Assert.StartsWith("error BRL4050: ", error);
    }

    [TestMethod]
    public void ALiveCameraThatBreaksOffIsAFailureAndAFileIsBadInput()
    {
        using StringWriter output = new(), error = new();
        CommandContext context = new() { Output = output, Error = error, CreateExecutor = (_, _, _) => new FakeExecutor() };
        RoadJob Job(FakeCamera camera) => new() { Blob = [], Camera = camera, Config = new RunConfig { Camera = "fake" } };
        Assert.AreEqual(HostErrors.SourceUnreadable, Assert.ThrowsExactly<HostFailureException>(() => Job(new FakeCamera { IsLive = true, FailsBefore = 3 }).Run(context)).Code);
        Assert.ThrowsExactly<HostFailureException>(() => Job(new FakeCamera { IsLive = true, FrameCount = 0 }).Run(context));
        Assert.ThrowsExactly<BarrelException>(() => Job(new FakeCamera { FailsBefore = 3 }).Run(context));
    }

    [TestMethod]
    public void AModelThatHangsLeavesThePinsSafe()
    {
        using SimulatedPins driver = new();
        Board board = Boards.Boards.Find("desktop");
        using DecisionPins pins = new(driver, board.Pins);
        using StringWriter error = new();
        using RoadNetwork network = new(new FakeExecutor { RunMs = 700 }, new DecisionSettings());
        using FrameLoop loop = new(new FakeCamera { FrameCount = 4 }, network, pins, new FrameLoopSettings { WatchdogMs = 50 }, new EventLog(error), null);
        loop.Run(default);
        Assert.Contains("no decision for 50 ms", error.ToString());
        Assert.IsFalse(driver.IsHigh(board.Pins.Clear.Number));
    }

    private static (int ExitCode, string Error) Run(string[] line, Executor executor)
    {
        using StringWriter output = new(), error = new();
        int exitCode = Program.Run(line, new CommandContext { Output = output, Error = error, CreateExecutor = (_, _, _) => executor });
        return (exitCode, error.ToString());
    }

    /// <summary>Answers as the kernel does where another program has the line.</summary>
    private sealed class BusyPins : IPinDriver
    {
        public bool IsClosed { get; private set; }

        public void Open(ReadOnlySpan<PinName> pins, uint levels) => throw new HostFailureException(HostErrors.Pins, "pins: line 17 is held by 'other'");

        public void Set(uint levels) => Assert.Fail("it was not opened");

        public void Dispose() => IsClosed = true;
    }
}
