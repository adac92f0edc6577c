using Barrel.Boards;
using Barrel.Host.Loop;
using Barrel.Runtime;

namespace Barrel.Host.Service;

/// <summary>
/// Follows the model and the configuration on a thread of its own. On SIGHUP, or when a file became another and holds still, the new network
/// is made and tried here while the old one goes on; the loop then changes over between two frames. Whatever is wrong with the new one leaves
/// the old one running and one line in the log.
/// </summary>
internal sealed class Reloader : IDisposable
{
    private const int PeriodMs = 1000;
    private const int TakeOverMsMax = 1000;

    // A trial needs some size before the first frame told the camera's.
    private const int TrialWidth = 320;
    private const int TrialHeight = 240;

    private readonly RunSource source;
    private readonly RunConfig running;
    private readonly NetworkMaker maker;
    private readonly FrameLoop loop;
    private readonly SystemdNotifier notifier;
    private readonly LastGoodModel lastGood;
    private readonly EventLog log;
    private readonly FileStamps stamps;
    private readonly RateLimit failureLimit = new(10, 60);
    private readonly AutoResetEvent asked = new(false);
    private readonly Thread thread;
    private byte[]? unkept;
    private long unkeptFrom;
    private long failures;
    private volatile bool isStopped;

    /// <param name="source">Read again at each reload.</param>
    /// <param name="running">What the loop was started with.</param>
    /// <param name="stamps">Its files, as they were before they were read at the start.</param>
    /// <param name="maker">Checks and makes networks.</param>
    /// <param name="loop">Takes them over.</param>
    /// <param name="notifier">Told when a reload begins and ends.</param>
    /// <param name="lastGood">Keeps each model that decided frames.</param>
    /// <param name="blob">The model that the loop begins with.</param>
    /// <param name="log">A line for each reload.</param>
    public Reloader(
        RunSource source, RunConfig running, FileStamps stamps, NetworkMaker maker, FrameLoop loop, SystemdNotifier notifier, LastGoodModel lastGood,
        byte[] blob, EventLog log)
    {
        this.source = source;
        this.running = running;
        this.stamps = stamps;
        this.maker = maker;
        this.loop = loop;
        this.notifier = notifier;
        this.lastGood = lastGood;
        this.log = log;
        unkept = blob;
        ModelPath = running.Model;
        thread = new Thread(Follow) { IsBackground = true, Name = "reload" };
    }

    /// <summary>Reloads that changed nothing because something was wrong.</summary>
    public long FailureCount => Volatile.Read(ref failures);

    /// <summary>The file of the network that was taken over last, or was started with.</summary>
    public string? ModelPath { get; private set; }

    public void Start() => thread.Start();

    /// <summary>Asks for a reload; returns at once.</summary>
    public void Request() => asked.Set();

    public void Dispose()
    {
        isStopped = true;
        asked.Set();

        // A model in the making is not waited for long: its thread does not keep the program alive.
        if (thread.ThreadState.HasFlag(ThreadState.Unstarted) || thread.Join(500))
            asked.Dispose();
    }

    private void Follow()
    {
        while (true)
        {
            bool wasAsked = asked.WaitOne(PeriodMs);
            if (isStopped)
                return;
            KeepIfGood();
            if (wasAsked || stamps.HasSettledChange(source.Files))
                Reload();
        }
    }

    private void Reload()
    {
        notifier.Reloading();
        try
        {
            stamps.Accept(source.Files);
            RunConfig config = source.Load(stamps);
            byte[] blob = ModelFile.Read(config.Model!);
            NetworkChange change = Prepare(config, blob);
            long before = loop.Counters.Swaps;
            loop.Offer(change);
            ModelPath = config.Model;
            (unkept, unkeptFrom) = (blob, loop.Counters.Decisions);
            bool isTaken = WaitForSwap(before);
            log.Info(
                $"reloaded: model '{OneLine.Of(change.Network.Executor.Model.Name)}' on executor {change.Network.Executor.Name}, "
                + $"mask {change.Network.Mask.Width}x{change.Network.Mask.Height}{(isTaken ? "" : "; it takes over with the next frame")}");
            string[] later = [.. running.KeysThatNeedRestart(config)];
            if (later.Length > 0)
                log.Warning($"changed, but used only from the next start on: {string.Join(", ", later)}", failureLimit);
        }
        catch (Exception e)
        {
            // Whatever it is, what runs is sound and goes on.
            Interlocked.Increment(ref failures);
            log.Error($"reload failed, what ran before goes on: {Explain(e)}", failureLimit);
        }

        notifier.Ready();
    }

    // A model is good when frames after it came to decisions; the one in work while it was offered is not its own.
    private void KeepIfGood()
    {
        if (unkept is null || loop.Counters.Decisions <= unkeptFrom + 1)
            return;
        lastGood.Keep(unkept, log);
        unkept = null;
    }

    private NetworkChange Prepare(RunConfig config, byte[] blob)
    {
        if (running.Link is not null)
            throw new BarrelException(HostErrors.NeedsRestart, "a model on a TDNN chip is taken over by a restart only, because the chip is in use");
        RoadNetwork network = maker.Make(blob, config.Model!, config with { Link = null });
        try
        {
            (int width, int height) = loop.FrameSize;
            network.Try(width > 0 ? width : TrialWidth, height > 0 ? height : TrialHeight);
            return new NetworkChange(network, config.WatchdogMs);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private bool WaitForSwap(long before)
    {
        for (int waitedMs = 0; waitedMs < TakeOverMsMax && !isStopped; waitedMs += 5)
        {
            if (loop.Counters.Swaps != before)
                return true;
            Thread.Sleep(5);
        }

        return loop.Counters.Swaps != before;
    }

    private static string Explain(Exception e) => e switch
    {
        BarrelException barrel => $"BRL{barrel.Code:0000}: {OneLine.Of(barrel.Message)}",
        BoardException board => $"BRL{board.Code:0000}: {OneLine.Of(board.Message)}",
        _ => OneLine.Of($"{e.GetType().Name}: {e.Message}"),
    };
}
