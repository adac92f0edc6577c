using System.Diagnostics;
using System.Globalization;
using Barrel.Host.Service;

namespace Barrel.Host.Tests.Service;

/// <summary>What systemd hears, over a real datagram socket.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public class SystemdNotifierTests
{
    [TestMethod]
    public void MessagesAreThoseOfTheManualOverAPathAndAnAbstractName()
    {
        foreach (string address in (string[])[Path.Combine(Path.GetTempPath(), $"barrel-n-{Guid.NewGuid():N}"), $"@barrel-n-{Guid.NewGuid():N}"])
        {
            using NotifyListener listener = new(address);
            using SystemdNotifier notifier = new(address);
            Assert.IsTrue(notifier.IsConnected);
            long before = Microseconds();
            notifier.Ready();
            notifier.Watchdog();
            notifier.Status("a\nREADY=1");
            notifier.Reloading();
            notifier.Stopping();
            listener.WaitFor("STOPPING=1");
            string[] messages = listener.Messages;
            CollectionAssert.AreEqual(new[] { "READY=1", "WATCHDOG=1", "STATUS=a READY=1" }, messages[..3], "a status is one line");
            string[] reloading = messages[3].Split('\n');
            Assert.AreEqual("RELOADING=1", reloading[0]);
            Assert.StartsWith("MONOTONIC_USEC=", reloading[1]);
            long told = long.Parse(reloading[1].Split('=')[1], CultureInfo.InvariantCulture);
            Assert.IsTrue(told >= before && told <= Microseconds(), $"{told}");
        }
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("relative")]
    [DataRow("vsock:1:2")]
    public void WithoutASocketNothingHappens(string? address)
    {
        using SystemdNotifier notifier = new(address);
        Assert.IsFalse(notifier.IsConnected);
        notifier.Ready();
        notifier.Reloading();
    }

    [TestMethod]
    public void NobodyAtTheSocketStopsNothing()
    {
        using SystemdNotifier notifier = new("/no/such/socket");
        notifier.Ready();
        using SystemdNotifier longName = new("/" + new string('x', 300));
        longName.Ready();
    }

    /// <summary>A camera that hangs is not a sign of life, however well the timers run.</summary>
    [TestMethod]
    public void WatchdogIsToldOnlyWhileFramesAreDecided()
    {
        using ServiceFolder folder = new();
        folder.Configure(camera: "y4m:-");
        using NotifyListener listener = new(Path.Combine(folder.Path, "n"));
        using HostProcess host = folder.Start(new() { ["NOTIFY_SOCKET"] = listener.Address, ["WATCHDOG_USEC"] = "800000" });
        Cameras.Y4mWriter writer = new(host.Input, 64, 48, 100);
        Assert.AreEqual(0, listener.CountOf("READY"), "no decision so far");
        Feed(writer, host, listener, watchdogs: 4);
        listener.WaitFor("READY=1");

        // What waited in the pipe is decided by then, and the last look at the loop was told.
        folder.WaitFor("a standstill", s => s.GetProperty("sinceDecisionMs").GetDouble() > 600);
        int count = listener.CountOf("WATCHDOG=1");
        Thread.Sleep(1000);
        Assert.AreEqual(count, listener.CountOf("WATCHDOG=1"), "the camera hangs");
        Feed(writer, host, listener, count + 1);
        host.Signal(ServiceFolder.SignalTerminate);
        (int exitCode, _, string error) = host.Finish(keepsInputOpen: true);
        Assert.AreEqual(0, exitCode, error);
        listener.WaitFor("STOPPING=1");
        Assert.AreEqual(1, listener.CountOf("READY"));
        Assert.AreEqual("STATUS=waiting for the first frame", listener.Messages[0]);
        Assert.Contains("frames decided", listener.Messages.Last(m => m.StartsWith("STATUS", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void AReloadIsToldFromItsBeginningToItsEnd()
    {
        using ServiceFolder folder = new();
        using NotifyListener listener = new($"@barrel-n-{Guid.NewGuid():N}");
        using HostProcess host = folder.Start(new() { ["NOTIFY_SOCKET"] = listener.Address });
        listener.WaitFor("READY=1");
        host.Signal(ServiceFolder.SignalHangup);
        listener.WaitFor("READY=1", 2);
        File.WriteAllText(folder.Config, "{");
        host.Signal(ServiceFolder.SignalHangup);
        listener.WaitFor("RELOADING=1", 2);
        listener.WaitFor("READY=1", 3);
        host.Signal(ServiceFolder.SignalTerminate);
        (int exitCode, _, string error) = host.Finish();
        Assert.AreEqual(0, exitCode, error);
        string[] order = [.. listener.Messages.Select(m => m.Split('=')[0]).Where(m => m is not ("STATUS" or "WATCHDOG"))];
        CollectionAssert.AreEqual(new[] { "READY", "RELOADING", "READY", "RELOADING", "READY", "STOPPING" }, order);
        Assert.AreEqual(0, listener.CountOf("WATCHDOG"), "none was asked for");
    }

    /// <summary>Gives frames until so many signs of life were heard in all.</summary>
    private static void Feed(Cameras.Y4mWriter writer, HostProcess host, NotifyListener listener, int watchdogs)
    {
        for (int i = 0; i < 3000 && listener.CountOf("WATCHDOG=1") < watchdogs; i++)
        {
            writer.Write(new byte[64 * 48 * 3]);
            host.Input.Flush();
            Thread.Sleep(10);
        }

        Assert.IsGreaterThanOrEqualTo(watchdogs, listener.CountOf("WATCHDOG=1"));
    }

    private static long Microseconds() => (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000 / Stopwatch.Frequency);
}
