using Barrel.Boards;
using Barrel.Host.Cameras;
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

    public required ICamera Camera { get; init; }

    public string BoardName { get; init; } = "desktop";

    public string PinKind { get; init; } = PinAccess.Simulated;

    public string? OverlayPath { get; init; }

    public bool IsJson { get; init; }

    /// <summary>Print a picture even where the output is no terminal.</summary>
    public bool AlwaysHasPicture { get; init; }

    public FrameLoopSettings Loop { get; init; } = new();

    /// <exception cref="BarrelException">Anything that the user can put right.</exception>
    /// <exception cref="BoardException">The board is unknown or wrong.</exception>
    public void Run(CommandContext context)
    {
        Board board = Boards.Boards.Find(BoardName);
        OverlayDirectory? overlays = OverlayPath is null ? null : new OverlayDirectory(OverlayPath);
        Executor executor = context.CreateExecutor(Blob, board.ArenaBytesMax);
        using DecisionPins pins = new(PinAccess.Open(PinKind, board), board.Pins);
        using StopSignals signals = new(pins, context.Error);

        int columns = !IsJson && (AlwaysHasPicture || context.IsTerminal) ? PictureColumns : 0;
        RunReport report = new(IsJson ? null : context.Output, overlays, columns, context.HasColour);
        FrameLoop loop = new(Camera, executor, pins, Loop, context.Error, report);
        if (!IsJson)
        {
            context.Output.WriteLine($"model '{executor.Model.Name}' on executor {executor.Name}, arena {executor.Model.ArenaBytes} of {board.ArenaBytesMax} bytes");
            context.Output.WriteLine(RunReport.PinLine(board, PinKind));
        }

        loop.Run(signals.Token);
        if (IsJson)
        {
            context.Output.WriteLine(report.Json(loop));
            return;
        }

        if (report.Picture is { } picture)
            context.Output.Write(picture);
        report.WriteSummary(context.Output, loop);
        if (OverlayPath is not null)
            context.Output.WriteLine($"overlays are in {OverlayPath}");
    }
}
