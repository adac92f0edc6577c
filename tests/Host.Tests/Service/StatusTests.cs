using System.Text.Json;
using Barrel.Host.Commands;
using Barrel.Host.Service;
using Barrel.Runtime;

namespace Barrel.Host.Tests.Service;

/// <summary><c>barrel-host status</c> against a service that runs, and against none.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public class StatusTests
{
    [TestMethod]
    public void TheRunningServiceAnswersATableAndJson()
    {
        using ServiceFolder folder = new();
        using HostProcess host = folder.Start();
        folder.WaitForCount("decisions", 20);
        if (!OperatingSystem.IsWindows())
            Assert.AreEqual(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(folder.Socket));

        (int exitCode, string output, string error) = Run("status", "--socket", folder.Socket, "--json");
        Assert.AreEqual((0, ""), (exitCode, error));
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement status = json.RootElement;
        Assert.AreEqual(host.Id, status.GetProperty("processId").GetInt32());
        Assert.AreEqual(folder.Model, status.GetProperty("model").GetString());
        long frames = status.GetProperty("frames").GetInt64(), decisions = status.GetProperty("decisions").GetInt64();
        Assert.IsTrue(frames >= decisions && decisions >= 20 && frames - decisions - status.GetProperty("dropped").GetInt64() <= 3, output);
        foreach (string latency in (string[])["inferenceMs", "frameMs"])
        {
            double[] values = [.. new[] { "p50", "p95", "p99", "max" }.Select(p => status.GetProperty(latency).GetProperty(p).GetDouble())];
            Assert.IsTrue(values[0] > 0 && values.Order().SequenceEqual(values), output);
        }

        foreach (string key in (string[])["uptimeSeconds", "reloads", "reloadFailures", "cameraRestarts", "overlayFailures", "socCelsius", "throttled", "sinceDecisionMs", "pinsSafe"])
            Assert.IsTrue(status.TryGetProperty(key, out _), key);

        foreach (string name in (string[])["status", "--status"])
        {
            (exitCode, output, error) = Run(name, "--socket", folder.Socket);
            Assert.AreEqual((0, ""), (exitCode, error));
            Assert.Contains("scene:1:64x48:100", output);
            Assert.MatchesRegex(@"(?m)^inference ms +p50 [0-9.]+  p95 ", output);
        }

        (exitCode, _, error) = Run("run", "--config", folder.Config);
        Assert.AreEqual(2, exitCode);
        Assert.Contains("error BRL4063: ", error);
        Assert.Contains("another program answers there", error);

        // A killed service leaves its socket; the next one takes the place.
        host.Kill();
        Assert.IsTrue(File.Exists(folder.Socket));
        AssertNothingRuns(folder.Socket);
        using HostProcess next = folder.Start();
        folder.WaitFor("the next one", s => s.GetProperty("processId").GetInt32() == next.Id);
        next.Signal(ServiceFolder.SignalTerminate);
        Assert.AreEqual(0, next.Finish().ExitCode);
        Assert.IsFalse(File.Exists(folder.Socket), "it is taken away at the end");
        AssertNothingRuns(folder.Socket);
    }

    [TestMethod]
    public void TheSocketIsInTheFolderThatSystemdMade()
    {
        using ServiceFolder folder = new();
        using HostProcess host = new(new Dictionary<string, string> { ["RUNTIME_DIRECTORY"] = folder.Path + ":/run/other" }, "run", "--model", folder.Model, "--camera", "scene:1:64x48", "--realtime");
        string socket = Path.Combine(folder.Path, "barrel.sock");
        for (int i = 0; i < 1000 && !File.Exists(socket); i++)
            Thread.Sleep(10);
        Assert.Contains("\"model\"", StatusSocket.Ask(socket));
        host.Signal(ServiceFolder.SignalTerminate);
        Assert.AreEqual(0, host.Finish().ExitCode);
    }

    [TestMethod]
    public void AskersThatHangDoNotDisturb()
    {
        string path = Path.Combine(Path.GetTempPath(), $"barrel-q-{Guid.NewGuid():N}"[..16]);
        using StatusSocket socket = new(path, () => "{}"u8.ToArray());
        using System.Net.Sockets.Socket silent = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        silent.Connect(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        for (int i = 0; i < 100; i++)
            Assert.AreEqual("{}", StatusSocket.Ask(path));
    }

    [TestMethod]
    public void NothingRunningIsOneLine() => AssertNothingRuns("/no/such/socket");

    [TestMethod]
    public void BadSocketsAreNamed()
    {
        foreach (string path in (string[])["/no/such/folder/s", "/" + new string('x', 120)])
            Assert.AreEqual(HostErrors.StatusSocket, Assert.ThrowsExactly<BarrelException>(() => new StatusSocket(path, () => []).Dispose()).Code, path);
    }

    [TestMethod]
    public void HealthIsReadWhereTheKernelTellsIt()
    {
        string folder = Directory.CreateTempSubdirectory("barrel-sys-").FullName;
        try
        {
            Assert.AreEqual(new BoardHealth(null, null), BoardHealth.Read(folder));
            void Write(string name, string text)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
                File.WriteAllText(Path.Combine(folder, name), text);
            }

            Write("class/thermal/thermal_zone0/temp", "48312\n");
            Write("class/thermal/thermal_zone1/temp", "51000\n");
            Write("class/thermal/thermal_zone2/temp", "broken\n");
            Write("devices/platform/soc/soc:firmware/get_throttled", "50005\n");
            Assert.AreEqual(new BoardHealth(51.0, 0x50005), BoardHealth.Read(folder));
            (string[] now, string[] before) = BoardHealth.Describe(0x50005);
            CollectionAssert.AreEqual(new[] { "under-voltage", "throttled" }, now);
            CollectionAssert.AreEqual(new[] { "under-voltage", "throttled" }, before);
            Directory.Delete(Path.Combine(folder, "devices"), recursive: true);
            Write("devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled", "0x0\n");
            Assert.AreEqual(new BoardHealth(51.0, 0), BoardHealth.Read(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AssertNothingRuns(string path)
    {
        (int exitCode, string output, string error) = Run("status", "--socket", path);
        Assert.AreEqual((1, ""), (exitCode, output));
        Assert.HasCount(1, error.Trim().Split('\n'));
        Assert.StartsWith("error BRL4064: no running service answers at", error);
    }

    private static (int ExitCode, string Output, string Error) Run(params string[] line)
    {
        using StringWriter output = new(), error = new();
        int exitCode = Program.Run(line, new CommandContext { Output = output, Error = error, CreateExecutor = ModelFile.Load });
        return (exitCode, output.ToString(), error.ToString());
    }
}
