namespace Barrel.VirtualBoard.Tests;

/// <summary>The board itself: what its steps say is what they did.</summary>
[TestClass]
[TestCategory("arm64")]
public class VirtualBoardTests
{
    [TestMethod]
    public void Steps_say_what_they_did()
    {
        VirtualBoard.Require();
        const string both = "echo to \"here\"; printf 'and there' >&2; exit 3";
        const string service = "sh -c 'trap \"echo stopped; exit 5\" TERM; sleep 0.3; touch /tmp/up; while true; do sleep 0.1; done'";
        const string devices = "cat /data/words; ls /dev/cuse /dev/video0; mount -t configfs config /sys/kernel/config";
        BoardRun run = new VirtualBoard { Modules = ["cuse", "vivid n_devs=1 node_types=0x1", "configfs"] }
            .Put("data/words", "one\ntwo\n"u8.ToArray())
            .Do("uname -m")
            .Do(both)
            .Do(devices)
            .Serve(service, "/tmp/up")
            .Do("ls /tmp/up")
            .Run();
        Assert.AreEqual("aarch64\n", run.AssertDone("uname -m").Out);
        StepResult step = run.AssertEnded(both, 3);
        Assert.AreEqual("to here\n", step.Out);
        Assert.AreEqual("and there", step.Error);
        Assert.AreEqual("one\ntwo\n/dev/cuse\n/dev/video0\n", run.AssertDone(devices).Out);
        run.AssertDone("ls /tmp/up");
        Assert.AreEqual("stopped\n", run.AssertEnded(service, 5).Out);
    }

    [TestMethod]
    [DataRow("sleep 600", 1, "true", 180)]
    [DataRow("true", 180, "sleep 600", 1)]
    public void Steps_that_take_too_long_are_named(string first, int firstSecondsMax, string second, int secondSecondsMax)
    {
        VirtualBoard.Require();
        VirtualBoard board = new VirtualBoard().Do(first, firstSecondsMax).Do(second, secondSecondsMax);
        AssertFailedException e = Assert.ThrowsExactly<AssertFailedException>(() => board.Run());
        Assert.Contains("did not get through 'sleep 600', for which it had 1 s", e.Message);
    }

    [TestMethod]
    public void A_service_that_does_not_get_ready_is_named_with_its_output()
    {
        VirtualBoard.Require();
        AssertFailedException e = Assert.ThrowsExactly<AssertFailedException>(() => new VirtualBoard().Serve("ls /nowhere", "/tmp/up").Do("true").Run());
        Assert.Contains("did not get ready: 'ls /nowhere'", e.Message);
        Assert.Contains("No such file", e.Message);
    }

    [TestMethod]
    public void A_board_that_stops_shows_its_last_words()
    {
        VirtualBoard.Require();
        AssertFailedException e = Assert.ThrowsExactly<AssertFailedException>(() => new VirtualBoard().Do("echo c >/proc/sysrq-trigger").Run());
        Assert.Contains("Kernel panic", e.Message);
    }
}
