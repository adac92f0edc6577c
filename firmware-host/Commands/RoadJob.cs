using Barrel.Boards;
using Barrel.Host.Cameras;
using Barrel.Host.Loop;
using Barrel.Host.Overlay;
using Barrel.Host.Pins;
using Barrel.Host.Service;
using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary>What <c>run</c> and <c>demo</c> share: everything opened in order, the loop, the report.</summary>
internal sealed class RoadJob
{
    private const int PictureColumns = 72;

    /// <summary>The model; null to read the file that the options name.</summary>
    public byte[]? Blob { get; init; }

    public required ICamera Camera { get; init; }

    /// <summary>The options; model and camera are opened already and named there for errors only.</summary>
    public required RunConfig Config { get; init; }

    /// <summary>Print a picture even where the output is no terminal.</summary>
    public bool AlwaysHasPicture { get; init; }

    /// <summary>Follow the files while the loop runs; null to run what was read.</summary>
    public RunSource? Source { get; init; }

    /// <summary>The source's files as they were before they were read.</summary>
    public FileStamps Stamps { get; init; } = new();

    /// <exception cref="BarrelException">Anything that the user can put right.</exception>
    /// <exception cref="BoardException">The board is unknown or wrong.</exception>
    /// <exception cref="HostFailureException">Anything that may be otherwise at the next try.</exception>
    public void Run(CommandContext context)
    {
        Board board = Boards.Boards.Find(Config.BoardName);
        OverlayDirectory? overlays = Config.Overlay is null ? null : new OverlayDirectory(Config.Overlay);
        NetworkMaker maker = new(context, board);
        LastGoodModel lastGood = Source is null ? new LastGoodModel(null) : LastGoodModel.OfService();
        using RoadNetwork first = MakeFirst(maker, lastGood, context.Log, out byte[] blob);
        using DecisionPins pins = new(PinAccess.Open(Config.PinKind, board), board.Pins);
        using StopSignals signals = new(pins, context.Log);

        bool isJson = Config.Json == true;
        int columns = !isJson && (AlwaysHasPicture || context.IsTerminal) ? PictureColumns : 0;
        RunReport report = new(isJson ? null : context.Output, overlays, columns, context.HasColour, context.Log)
        {
            // A service's lines are kept on the disk.
            LineLimit = context.IsJournal ? new RateLimit(30, 60) : null,
        };
        FrameLoopSettings settings = new()
        {
            FrameCountMax = Config.Frames ?? long.MaxValue,
            IsRealTime = Config.Realtime == true,
            WatchdogMs = Config.WatchdogMs,
        };
        using FrameLoop loop = new(Camera, first, pins, settings, context.Log, report);
        Executor executor = first.Executor;
        if (!isJson)
        {
            context.Output.WriteLine($"model '{OneLine.Of(executor.Model.Name)}' on executor {executor.Name}, arena {executor.Model.ArenaBytes} of {board.ArenaBytesMax} bytes");
            context.Output.WriteLine(RunReport.PinLine(board, Config.PinKind));
        }

        RunAsService(context, loop, pins, report, signals, notifier => Source is null ? null : new Reloader(
            Source, Config, Stamps, maker, loop, notifier, lastGood, blob, context.Log));
        Report(context, loop, report, isJson);

        // Whoever stops the program often stops what feeds it, too.
        if (signals.Token.IsCancellationRequested)
            return;
        if (Camera.EndMessage is { } message)
            throw Broken(new BarrelException(HostErrors.BadY4m, message));
        if (loop.FrameCount == 0)
            throw Broken(new BarrelException(HostErrors.SourceUnreadable, $"camera {Config.Camera}: it ended before its first frame"));
    }

    private RoadNetwork MakeFirst(NetworkMaker maker, LastGoodModel lastGood, EventLog log, out byte[] blob)
    {
        string name = Config.Model ?? "";
        try
        {
            blob = Blob ?? ModelFile.Read(name);
            return maker.Make(blob, name, Config);
        }
        catch (BarrelException e) when (LastGoodModel.Helps(e) && lastGood.Read() is { } kept)
        {
            log.Error($"the last good model runs instead, until another is put in place: BRL{e.Code:0000}: {OneLine.Of(e.Message)}");
            blob = kept;
            return maker.Make(kept, lastGood.Path!, Config);
        }
    }

    private void RunAsService(
        CommandContext context, FrameLoop loop, DecisionPins pins, RunReport report, StopSignals signals, Func<SystemdNotifier, Reloader?> makeReloader)
    {
        using SystemdNotifier notifier = SystemdNotifier.FromEnvironment();
        using Reloader? reloader = makeReloader(notifier);
        StatusReport status = new()
        {
            Config = Config,
            Loop = loop,
            Camera = Camera,
            Pins = pins,
            Reloader = reloader,
            OverlayFailures = () => report.OverlayFailureCount,
        };
        using StatusSocket? socket = OpenStatus(context, status);
        using ServiceHeartbeat heartbeat = new(notifier, loop);
        using CancellationTokenRegistration stopping = signals.Token.Register(heartbeat.Stop);
        using ReloadSignal? hangup = reloader is null ? null : new ReloadSignal(reloader.Request, signals.Stop);
        reloader?.Start();
        try
        {
            loop.Run(signals.Token);
        }
        catch (BarrelException e) when (e.Code == HostErrors.ModelFailed || Camera.IsLive)
        {
            throw new HostFailureException(e);
        }
    }

    // The way of a service is there as a help; that it cannot be made does not keep the frames from being decided.
    private StatusSocket? OpenStatus(CommandContext context, StatusReport status)
    {
        if (Config.StatusSocket is { } asked)
            return new StatusSocket(asked, status.ToJson);
        if (Source is null || StatusSocket.PathOfService() is not { } path)
            return null;
        try
        {
            return new StatusSocket(path, status.ToJson);
        }
        catch (BarrelException e)
        {
            context.Log.Warning($"BRL{e.Code:0000}: {OneLine.Of(e.Message)}");
            return null;
        }
    }

    private void Report(CommandContext context, FrameLoop loop, RunReport report, bool isJson)
    {
        if (isJson)
        {
            context.Output.WriteLine(report.Json(loop));
            return;
        }

        if (report.Picture is { } picture)
            context.Output.Write(picture);
        report.WriteSummary(context.Output, loop);
        if (Config.Overlay is not null)
            context.Output.WriteLine($"overlays are in {OneLine.Of(Config.Overlay)}");
    }

    // A live camera that ends may be back at the next start; a file stays as it is.
    private Exception Broken(BarrelException e) => Camera.IsLive ? new HostFailureException(e) : e;
}
