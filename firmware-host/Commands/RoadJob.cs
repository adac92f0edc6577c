using Barrel.Boards;
using Barrel.Host.Cameras;
using Barrel.Host.Chip;
using Barrel.Host.Loop;
using Barrel.Host.Overlay;
using Barrel.Host.Pins;
using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary>What <c>run</c> and <c>demo</c> share: everything opened in order, the loop, the report.</summary>
internal sealed class RoadJob
{
    private const int PictureColumns = 72;

    public required byte[] Blob { get; init; }

    /// <summary>Where the blob came from, for errors.</summary>
    public string ModelName { get; init; } = "of the demo";

    /// <summary>What the user called the camera, for errors.</summary>
    public string CameraName { get; init; } = "of the demo";

    public required ICamera Camera { get; init; }

    public string BoardName { get; init; } = "desktop";

    public string PinKind { get; init; } = PinAccess.Simulated;

    public string? OverlayPath { get; init; }

    public bool IsJson { get; init; }

    /// <summary>Threads that share an inference.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Where the TDNN chip for placed layers is; null runs them in software.</summary>
    public string? ChipLink { get; init; }

    public Emulation ChipEmulation { get; init; } = Emulation.Parse(null);

    /// <summary>Print a picture even where the output is no terminal.</summary>
    public bool AlwaysHasPicture { get; init; }

    public FrameLoopSettings Loop { get; init; } = new();

    /// <exception cref="BarrelException">Anything that the user can put right.</exception>
    /// <exception cref="BoardException">The board is unknown or wrong.</exception>
    public void Run(CommandContext context)
    {
        Board board = Boards.Boards.Find(BoardName);
        OverlayDirectory? overlays = OverlayPath is null ? null : new OverlayDirectory(OverlayPath);
        Executor software = CreateExecutor(context, board);
        using IDisposable? threads = software as IDisposable;
        using ChipExecutor? chip = ChipLink is null ? null : OnChip(context, software);
        Executor executor = chip ?? software;
        using DecisionPins pins = new(PinAccess.Open(PinKind, board), board.Pins);
        using StopSignals signals = new(pins, context.Error);

        int columns = !IsJson && (AlwaysHasPicture || context.IsTerminal) ? PictureColumns : 0;
        RunReport report = new(IsJson ? null : context.Output, overlays, columns, context.HasColour);
        FrameLoop loop = new(Camera, executor, pins, Loop, context.Error, report);
        if (!IsJson)
        {
            context.Output.WriteLine($"model '{OneLine.Of(executor.Model.Name)}' on executor {executor.Name}, arena {executor.Model.ArenaBytes} of {board.ArenaBytesMax} bytes");
            context.Output.WriteLine(RunReport.PinLine(board, PinKind));
        }

        loop.Run(signals.Token);
        Report(context, loop, report);

        // Whoever stops the program often stops what feeds it, too.
        if (signals.Token.IsCancellationRequested)
            return;
        if (Camera.EndMessage is { } message)
            throw new BarrelException(HostErrors.BadY4m, message);
        if (loop.FrameCount == 0)
            throw new BarrelException(HostErrors.SourceUnreadable, $"camera {CameraName}: it ended before its first frame");
    }

    private void Report(CommandContext context, FrameLoop loop, RunReport report)
    {
        if (IsJson)
        {
            context.Output.WriteLine(report.Json(loop));
            return;
        }

        if (report.Picture is { } picture)
            context.Output.Write(picture);
        report.WriteSummary(context.Output, loop);
        if (OverlayPath is not null)
            context.Output.WriteLine($"overlays are in {OneLine.Of(OverlayPath)}");
    }

    /// <summary>A chip that fails is told of once; its layers then run in software, to the same bytes.</summary>
    private ChipExecutor OnChip(CommandContext context, Executor software)
    {
        if (software.Model.Placement is not { } placement)
            throw new BarrelException(ChipErrors.NotPlaced, $"model '{ModelName}' has no layer on a chip; compile it with the --board that has one, or leave --link out");

        // The chip's board may be another than that of the pins: an emulated chip on a desktop.
        Board board = Boards.Boards.Find(BoardName);
        if (board.Chip is null)
            board = Boards.Boards.Find(placement.Board);
        ChipSession session = new(ChipLinks.Open(ChipLink!, board, ChipEmulation), board, ChipLink!, WearRecord.DefaultFolder);
        try
        {
            return new ChipExecutor(
                software,
                session.ProgramOf(software.Model),
                e => context.Error.WriteLine($"barrel-host: the chip failed, its layers go on in software: BRL{e.Code}: {OneLine.Of(e.Message)}"));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private Executor CreateExecutor(CommandContext context, Board board)
    {
        try
        {
            return context.CreateExecutor(Blob, board.ArenaBytesMax, Threads);
        }
        catch (BarrelException e) when (e.Code is >= ModelErrors.NotABlob and <= ModelErrors.TooLarge)
        {
            throw new BarrelException(e.Code, $"model '{ModelName}' on board {board.Name}: {e.Message}", e);
        }
    }
}
