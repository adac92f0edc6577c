using Barrel.Compiler.Tests.Flashing;

namespace Barrel.VirtualBoard.Tests;

/// <summary>What barrel flash copies and runs, run on the board; then the service as its unit starts it, with the unit's user and groups.</summary>
[TestClass]
[TestCategory("arm64")]
public class InstallTests
{
    // What Raspberry Pi OS has and a busybox has not, as far as it is asked for. Devices get the groups that udev gives them there.
    private const string Prepare = """
        mkdir -p /etc /var/lib /run/barrel
        echo 'root:x:0:0::/:/bin/sh' >/etc/passwd
        printf 'root:x:0:\nvideo:x:44:\n' >/etc/group
        cd /bin
        echo '#!/bin/sh
        grep -q "^$2:" /etc/$1' >getent
        echo '#!/bin/sh
        for name; do :; done; echo "$name:x:$((100 + $(grep -c . /etc/group))):" >>/etc/group' >groupadd
        echo '#!/bin/sh
        for name; do :; done; echo "$name:x:99:99::/var/lib/$name:/bin/sh" >>/etc/passwd; echo "$name:x:99:" >>/etc/group' >useradd
        chmod 755 getent groupadd useradd
        cp /systemctl systemctl
        chmod 755 systemctl
        """;

    // Starts what the unit says as whom it says, and waits for the first decision as the unit's type does.
    private const string Systemctl = """
        #!/bin/sh
        [ "$1" = restart ] || exit 0
        unit=/etc/systemd/system/barrel-host.service
        is() { sed -n "s/^$1=//p" $unit; }
        user=$(is User)
        for group in $(is SupplementaryGroups); do
          sed -i "s/^\($group:.*:\)[a-z]*$/\1$user/" /etc/group
        done
        chgrp gpio /dev/gpiochip*
        chgrp video /dev/video0
        chmod 660 /dev/gpiochip* /dev/video0
        chown $user /run/barrel
        [ ! -e /tmp/service ] || kill $(cat /tmp/service)
        cd $(is WorkingDirectory)
        export STATE_DIRECTORY=/var/lib/$(is StateDirectory) RUNTIME_DIRECTORY=/run/$(is RuntimeDirectory)
        start-stop-daemon -S -b -m -p /tmp/service -c $user -x /bin/sh -- -c "exec $(is ExecStart) >/tmp/out 2>/tmp/error"
        tries=300
        until grep -q '^frame ' /tmp/out 2>/dev/null; do
          tries=$((tries - 1))
          [ $tries != 0 ] || { cat /tmp/out /tmp/error >&2; exit 1; }
          sleep 0.1
        done
        """;

    private const string Options = """
        { "model": "/var/lib/barrel/road.barrel", "camera": "v4l2:/dev/video0:320x180:5", "board": "raspberry-pi-5", "pins": "gpio" }
        """;

    [TestMethod]
    public void A_board_runs_what_was_flashed()
    {
        VirtualBoard.Require();
        using FakeHost host = new();
        string options = host["options.json"];
        File.WriteAllText(options, Options);
        host.Flash("--program", PublishedHost.Program, "--config", options).AssertDone("barrel flash");
        string[] asked = File.ReadAllLines(host["ssh"]);
        string folder = asked[^1].Split("rm -rf ")[1].Split(';')[0], install = asked[^1][(FakeHost.Name.Length + 2)..];

        const string status = "barrel-host status --json";
        const string who = "ps -o user,args | grep 'barrel-host run' | grep -v grep; sh /watch & sleep 5; touch /tmp/enough; wait; ls -l /opt/barrel /var/lib/barrel";
        string prepare = $"sh /prepare; mv /flashed {folder}";
        VirtualBoard board = new VirtualBoard { Modules = [SimulatedHeader.Module, "vivid n_devs=1 node_types=0x1"] }
            .Put("prepare", Text(Prepare))
            .Put("systemctl", Text(Systemctl));
        foreach (string file in host.Copied)
            board.Put($"flashed/{Path.GetFileName(file)}", File.ReadAllBytes(file));
        const string path = "ln -s /opt/barrel/current/barrel-host /bin/barrel-host";
        BoardRun run = board.PutHeader().Do(prepare).Do(install).Do(path).Do(status).Do(who).Do($"cat {SimulatedHeader.Seen}").Run();

        run.AssertDone(install);
        Assert.Contains("\"pins\":\"gpio\"", run.AssertDone(status).Out);
        Assert.Contains("barrel   /opt/barrel/current/barrel-host run --config /etc/barrel/barrel.json", run.AssertDone(who).Out);
        Assert.Contains("last-good.barrel", run[who].Out, "the user may write where the unit lets it");
        (double Seconds, string Levels)[] seen = SimulatedHeader.Read(run.AssertDone($"cat {SimulatedHeader.Seen}").Out);
        Assert.IsGreaterThan(4, seen.Length, "alive toggles");
    }

    private static byte[] Text(string script) => System.Text.Encoding.UTF8.GetBytes(script + "\n");
}
