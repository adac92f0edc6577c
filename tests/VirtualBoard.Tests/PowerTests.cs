using System.Globalization;
using Barrel.Tests;

namespace Barrel.VirtualBoard.Tests;

/// <summary>The service is killed, and the board loses its power, while its model is being changed: at the next start it decides with a whole model.</summary>
[TestClass]
[TestCategory("arm64")]
public class PowerTests
{
    private const int Kills = 100;

    /// <summary>How often the power is cut; more take half a minute for four.</summary>
    private const string CutsVariable = "BARREL_POWER_CUTS";

    private const int CutsWithoutVariable = 8;

    // Swaps as the guide says, by renaming, and as it says not to, over the file that is read.
    private const string Functions = """
        cd /state
        [ -e road.barrel ] || { cp /data/0.barrel road.barrel; sync; }
        export STATE_DIRECTORY=/state NOTIFY_SOCKET=
        echo '{ "model": "/state/road.barrel", "camera": "scene:3:64x48", "realtime": true }' >/tmp/options.json

        swap() {
          n=$1
          while :; do
            n=$((1 - n))
            if [ $2 = rename ]; then cp /data/$n.barrel new.barrel && mv new.barrel road.barrel
            else cp /data/$n.barrel road.barrel; fi
            kill -HUP $3
          done
        }

        # Starts the service and waits for its first decision.
        start() {
          barrel-host run --config /tmp/options.json >/tmp/out 2>/tmp/error &
          service=$!
          tries=600
          until grep -q '^frame ' /tmp/out; do
            tries=$((tries - 1))
            if [ $tries = 0 ] || ! kill -0 $service 2>/dev/null; then
              echo "round $1 does not come up"; cat /tmp/out /tmp/error; ls -l /state; exit 1
            fi
            usleep 50000
          done
          # One may be just being written.
          left=$(ls -A /state | grep -c '^\.barrel-')
          [ $left -le 1 ] || { echo "round $1: $left half-written files are left"; exit 1; }
          ! grep -q 'the last good model runs instead' /tmp/error || echo "round $1: last good model"
        }
        """;

    private const string KillRounds = """
        . /functions
        i=0
        while [ $i -lt KILLS ]; do
          start $i
          how=rename
          [ $((i % 2)) = 0 ] || how=over
          swap $((i / 2 % 2)) $how $service &
          swapper=$!
          usleep $((i * 7919 % 97 * 3000))
          kill -KILL $service $swapper
          wait $service $swapper 2>/dev/null
          i=$((i + 1))
        done
        start $i
        kill $service
        wait $service
        echo "came up $((i + 1)) times"
        """;

    private const string CutRound = """
        mkdir -p /state
        mount -t ext4 DISK /state || exit 1
        . /functions
        start ROUND
        echo "came up"
        # The board is installed: its model has decided once, and is kept.
        until [ -e last-good.barrel ]; do usleep 50000; done
        usleep 200000
        swap $((ROUND % 2)) HOW $service &
        usleep PAUSE
        CUT
        """;

    [TestMethod]
    public void A_service_killed_in_a_swap_comes_up_with_a_valid_model()
    {
        VirtualBoard.Require();
        const string rounds = "mkdir -p /state; sh /rounds";
        BoardRun run = Board([], null)
            .Put("rounds", Text(KillRounds.Replace("KILLS", $"{Kills}", StringComparison.Ordinal)))
            .Do(rounds, secondsMax: 1500)
            .Run();
        StepResult step = run.AssertDone(rounds);
        Assert.Contains($"came up {Kills + 1} times", step.Out);
        Console.WriteLine($"{Kills} kills; {step.Out.Split("last good model").Length - 1} starts went on with the last good model");
    }

    [TestMethod]
    public void A_board_without_power_in_a_swap_comes_up_with_a_valid_model()
    {
        VirtualBoard.Require();
        if (!ChildProcess.IsInstalled("mke2fs"))
            Assert.Inconclusive("needs mke2fs: apt install e2fsprogs");
        int cuts = int.Parse(Environment.GetEnvironmentVariable(CutsVariable) ?? $"{CutsWithoutVariable}", CultureInfo.InvariantCulture), lastGood = 0;
        string folder = Directory.CreateTempSubdirectory("barrel-disk-").FullName, disk = Path.Combine(folder, "disk");
        try
        {
            ChildProcess.Run("mke2fs", ["-q", "-t", "ext4", disk, "16M"], folder, secondsMax: 60).AssertDone("mke2fs");
            for (int i = 0; i <= cuts; i++)
            {
                const string round = "sh /round >/dev/console";
                string script = CutRound.Replace("DISK", VirtualBoard.DiskDevice, StringComparison.Ordinal)
                    .Replace("ROUND", $"{i}", StringComparison.Ordinal)
                    .Replace("HOW", i % 2 == 0 ? "rename" : "over", StringComparison.Ordinal)
                    .Replace("PAUSE", $"{i * 7919 % 97 * 60_000}", StringComparison.Ordinal)
                    .Replace("CUT", VirtualBoard.CutPower, StringComparison.Ordinal);

                // What a step says is lost with the power, unless it goes to the console at once.
                BoardRun run = Board(VirtualBoard.DiskModules, disk)
                    .Put("round", Text(script))
                    .Do(round)
                    .Run();
                Assert.Contains("came up", run.Tail, $"cut {i}\n{run[round].Out}\n{run[round].Error}");
                lastGood += run.Tail.Contains($"round {i}: last good model", StringComparison.Ordinal) ? 1 : 0;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine($"{cuts} cuts; {lastGood} starts went on with the last good model");
    }

    private static VirtualBoard Board(string[] modules, string? disk)
    {
        VirtualBoard board = new VirtualBoard { Modules = modules, Disk = disk, MayLosePower = disk is not null }
            .PutProgram(PublishedHost.Program)
            .Put("functions", Text(Functions));
        string[] models = [Repository.FullPath("firmware-host/Models/road.barrel"), OtherModel.Value];
        for (int i = 0; i < models.Length; i++)
            board.Put($"data/{i}.barrel", File.ReadAllBytes(models[i]));
        return board;
    }

    /// <summary>The same network with other adds.</summary>
    private static readonly Lazy<string> OtherModel = new(() =>
    {
        string folder = AppContext.BaseDirectory, program = Path.Combine(folder, "barrel.dll"), network = Repository.FullPath("firmware-host/Models/road.onnx");
        ChildProcess.Run("dotnet", [program, "compile", network, "-o", "other.barrel", "--adds-per-mac", "0.7"], folder, secondsMax: 300).AssertDone("barrel compile");
        return Path.Combine(folder, "other.barrel");
    });

    private static byte[] Text(string script) => System.Text.Encoding.UTF8.GetBytes(script + "\n");
}
