using Barrel.Tests;

namespace Barrel.VirtualBoard.Tests;

/// <summary>The published program decides on the board as it does here, frame by frame, and finds the same road.</summary>
[TestClass]
[TestCategory("arm64")]
public class DemoTests
{
    private const string Demo = "barrel-host demo --overlay pictures";
    private const string Checksums = "cd pictures && sha256sum *.png";
    private const string NoModel = "barrel-host run --model nothing.barrel --camera scene:1";

    [TestMethod]
    public void Demo_is_the_same_as_here()
    {
        VirtualBoard.Require();
        BoardRun board = new VirtualBoard()
            .PutProgram(PublishedHost.Program)
            .Do(Demo).Do(Checksums).Do(NoModel)
            .Run();

        string folder = Directory.CreateTempSubdirectory("barrel-demo-").FullName;
        try
        {
            string program = Path.Combine(AppContext.BaseDirectory, "barrel-host.dll");
            ChildProcess here = ChildProcess.Run("dotnet", [program, .. Demo.Split(' ')[1..]], folder, secondsMax: 120).AssertDone(Demo);
            string checksums = ChildProcess.Run("sh", ["-c", Checksums], folder, secondsMax: 60).AssertDone(Checksums).Out;
            Assert.AreEqual(WithoutTimes(here.Out), WithoutTimes(board.AssertDone(Demo).Out));
            Assert.AreEqual(checksums, board.AssertDone(Checksums).Out, "overlays, and so masks");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Assert.StartsWith("error BRL", board.AssertEnded(NoModel, 2).Error);
    }

    /// <summary>Without the line on the executor, which another processor has another of, and the one on frames a second.</summary>
    private static string WithoutTimes(string output) =>
        string.Join('\n', output.Split('\n').Where(l => !l.Contains("executor", StringComparison.Ordinal) && !l.Contains("per second", StringComparison.Ordinal)));
}
