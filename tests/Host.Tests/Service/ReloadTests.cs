using System.Text.Json;

namespace Barrel.Host.Tests.Service;

/// <summary>Another model or configuration while the service runs, as a process with real signals.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public class ReloadTests
{
    [TestMethod]
    public void SighupTakesOverAModelOfAnotherSizeAndRefusesADamagedOne()
    {
        using ServiceFolder folder = new();

        // Long enough for a busy machine, which takes the processor away for a while.
        folder.Configure(""", "watchdog": 10000""");
        using HostProcess host = folder.Start();
        Assert.AreEqual("14x10", folder.WaitForCount("decisions", 5).GetProperty("mask").GetString());

        ServiceFolder.Put(folder.Model, SmallRoad.Blob(30, 22, channels: 1));
        host.Signal(ServiceFolder.SignalHangup);
        JsonElement status = folder.WaitForCount("reloads", 1);
        Assert.AreEqual(("28x20", "road 30x22"), (status.GetProperty("mask").GetString(), status.GetProperty("network").GetString()));

        byte[] damaged = SmallRoad.Blob(16, 12);
        damaged[^20] ^= 4;
        long failures = 0;
        foreach (byte[] bad in (byte[][])[damaged, SmallRoad.Blob(16, 12)[..^9], [], SmallRoad.Blob(16, 12, roadClass: -1)])
        {
            ServiceFolder.Put(folder.Model, bad);
            host.Signal(ServiceFolder.SignalHangup);
            failures++;
            folder.WaitForCount("reloadFailures", failures);
        }

        long decided = folder.Status().GetProperty("decisions").GetInt64();
        status = folder.WaitForCount("decisions", decided + 10);
        Assert.AreEqual("28x20", status.GetProperty("mask").GetString(), "the old one goes on");
        Assert.IsFalse(status.GetProperty("pinsSafe").GetBoolean(), "the pins show decisions");
        host.Signal(ServiceFolder.SignalTerminate);
        (int exitCode, _, string error) = host.Finish();
        Assert.AreEqual(0, exitCode, error);
        string[] lines = error.Trim().Split('\n');
        Assert.HasCount(1, lines.Where(l => l.Contains("reloaded: model 'road 30x22'", StringComparison.Ordinal)).ToArray(), error);
        foreach (string code in (string[])["BRL3004", "BRL3003", "BRL4031"])
            Assert.IsTrue(lines.Any(l => l.StartsWith($"barrel-host: reload failed, what ran before goes on: {code}", StringComparison.Ordinal)), error);
        Assert.IsFalse(error.Contains("no decision for", StringComparison.Ordinal), "the loop never stood still");
    }

    [TestMethod]
    public void FilesThatChangeAreTakenOverWithoutASignal()
    {
        using ServiceFolder folder = new();
        using HostProcess host = folder.Start();
        folder.WaitForCount("decisions", 5);
        ServiceFolder.Put(folder.Model, SmallRoad.Blob(24, 18));
        Assert.AreEqual("22x16", folder.WaitForCount("reloads", 1).GetProperty("mask").GetString());

        folder.Configure(""", "watchdog": 700, "camera2": 1""");
        folder.WaitForCount("reloadFailures", 1);
        folder.Configure(""", "watchdog": 700, "board": "raspberry-pi-5" """);
        folder.WaitForCount("reloads", 2);
        host.Signal(ServiceFolder.SignalTerminate);
        (int exitCode, _, string error) = host.Finish();
        Assert.AreEqual(0, exitCode, error);
        Assert.Contains("BRL4061", error);
        Assert.Contains("key 'camera2' is unknown", error);
        Assert.Contains("changed, but used only from the next start on: board", error);
    }

    /// <summary>Copies that break off and power cuts between them: whoever renames always leaves a model that starts.</summary>
    [TestMethod]
    public void KilledInTheMiddleOfASwapItAlwaysStartsWithAValidModel()
    {
        using ServiceFolder folder = new();
        byte[][] blobs = [SmallRoad.Blob(16, 12), SmallRoad.Blob(30, 22)];
        Random random = new(5);
        long refused = 0;
        for (int round = 0; round < 20; round++)
        {
            using HostProcess host = folder.Start();
            JsonElement status = folder.WaitFor("a start", s => s.GetProperty("processId").GetInt32() == host.Id && s.GetProperty("decisions").GetInt64() >= 1);
            Assert.AreEqual(round % 2 == 0 ? "14x10" : "28x20", status.GetProperty("mask").GetString());

            // A writer that does not rename: half a file under the model's own name, which the service must refuse.
            byte[] next = blobs[(round + 1) % 2];
            File.WriteAllBytes(folder.Model, next[..random.Next(next.Length)]);
            host.Signal(ServiceFolder.SignalHangup);
            status = folder.WaitForCount("reloadFailures", 1);
            refused += status.GetProperty("reloadFailures").GetInt64();
            Assert.AreEqual(round % 2 == 0 ? "14x10" : "28x20", status.GetProperty("mask").GetString());

            // One that does, with a power cut at any moment of the reload.
            ServiceFolder.Put(folder.Model, next);
            host.Signal(ServiceFolder.SignalHangup);
            Thread.Sleep(random.Next(30));
            host.Kill();
        }

        Assert.IsGreaterThanOrEqualTo(20, refused);
    }
}
