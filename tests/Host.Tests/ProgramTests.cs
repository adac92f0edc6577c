namespace Barrel.Host.Tests;

/// <summary>The whole program from its command line on, as a process.</summary>
[TestClass]
public class ProgramTests
{
    private const int SignalInterrupt = 2;
    private const int SignalTerminate = 15;

    private static readonly string Model = typeof(ProgramTests).Assembly.Location;

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow(SignalTerminate, "SIGTERM")]
    [DataRow(SignalInterrupt, "SIGINT")]
    public void SignalMakesPinsSafe(int signal, string name)
    {
        using HostProcess host = new("run", "--model", Model, "--camera", "scene:1:64x48");
        host.WaitForLine("frame ");
        host.Signal(signal);
        (int exitCode, _, string error) = host.Finish();
        Assert.AreEqual(0, exitCode, error);
        Assert.Contains($"barrel-host: {name}", error);
        Assert.Contains("barrel-host: pins are in their safe state: stopped", error);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void PipeThatHangsMakesPinsSafeAndCanBeEnded()
    {
        using HostProcess host = new("run", "--model", Model, "--camera", "y4m:-", "--watchdog", "200");
        Cameras.Y4mWriter writer = new(host.Input, 64, 48, 10);
        for (int i = 0; i < 3; i++)
            writer.Write(new byte[64 * 48 * 3]);
        host.Input.Flush();
        host.WaitForLine("CLEAR");
        Thread.Sleep(1000);
        host.Signal(SignalTerminate);
        (int exitCode, _, string error) = host.Finish(keepsInputOpen: true);
        Assert.AreEqual(0, exitCode, error);
        Assert.Contains("pins are in their safe state: no decision for 200 ms", error);
        Assert.Contains("pins are in their safe state: stopped", error);
    }

    [TestMethod]
    public void JsonIsOneObjectAndNothingElse()
    {
        using HostProcess host = new("run", "--model", Model, "--camera", "scene:1:64x48", "--frames", "5", "--json");
        (int exitCode, string output, string error) = host.Finish();
        Assert.AreEqual(0, exitCode, error);
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(output);
        Assert.AreEqual(5, json.RootElement.GetProperty("frames").GetInt64());
        Assert.AreEqual(0, json.RootElement.GetProperty("dropped").GetInt64());
    }

    [TestMethod]
    public void OverlaysAreWritten()
    {
        string path = Path.Combine(Path.GetTempPath(), $"barrel-overlay-{Guid.NewGuid():N}");
        try
        {
            using HostProcess host = new("run", "--model", Model, "--camera", "scene:1:64x48", "--frames", "3", "--overlay", path);
            (int exitCode, string output, string error) = host.Finish();
            Assert.AreEqual(0, exitCode, error);
            Assert.Contains("3 frames", output);
            string[] names = [.. Directory.GetFiles(path).Select(f => Path.GetFileName(f)).Order()];
            CollectionAssert.AreEqual(new[] { "frame-000000.png", "frame-000001.png", "frame-000002.png" }, names);
            foreach (string file in Directory.GetFiles(path))
                Assert.AreEqual(64, StbImageSharp.ImageResult.FromMemory(File.ReadAllBytes(file)).Width);
        }
        finally
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
    }

    [TestMethod]
    [DataRow("BRL4033", "")]
    [DataRow("BRL4033", "run")]
    [DataRow("BRL4033", "run --model M --camera scene:1 --frames 0")]
    [DataRow("BRL4033", "run --model M --camera scene:1 --frames many")]
    [DataRow("BRL4033", "run --model M --camera scene:1 --pins nails")]
    [DataRow("BRL4033", "run --model M --camera scene:1 --no-such-option")]
    [DataRow("BRL4033", "run --model M --camera scene:1 --watchdog 1")]
    [DataRow("BRL4030", "run --model /no/such/file --camera scene:1")]
    [DataRow("BRL4021", "run --model M --camera webcam:0")]
    [DataRow("BRL4056", "run --model M --camera rpicam:640")]
    [DataRow("BRL4029", "run --model M --camera scene:1 --record /dev/null/x")]
    [DataRow("BRL4001", "run --model M --camera scene:1 --board toaster")]
    [DataRow("BRL4028", "run --model M --camera scene:1 --pins gpio")]
    [DataRow("BRL4029", "run --model M --camera scene:1 --overlay /dev/null/x")]
    [DataRow("BRL4025", "run --model M --camera y4m:-")]
    public void BadInputIsOneLineAndExitCode2(string code, string line)
    {
        string[] arguments = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using HostProcess host = new([.. arguments.Select(a => a == "M" ? Model : a)]);
        (int exitCode, string output, string error) = host.Finish();
        Assert.AreEqual(2, exitCode, error);
        Assert.AreEqual("", output);
        Assert.StartsWith($"error {code}: ", error);
        Assert.HasCount(1, error.Trim().Split('\n'));
    }
}
