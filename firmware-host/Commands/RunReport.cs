using System.Text;
using System.Text.Json;
using Barrel.Boards;
using Barrel.Host.Decision;
using Barrel.Host.Loop;
using Barrel.Host.Overlay;
using Barrel.Host.Service;
using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary>Counts decisions, prints a line when one changes, writes overlays, keeps a picture for the terminal.</summary>
internal sealed class RunReport(TextWriter? lines, OverlayDirectory? overlays, int pictureColumns, bool hasColour, EventLog log) : IFrameObserver
{
    // ENOSPC.
    private const int NoSpaceLeft = 28;

    // Where the disk is full every picture fails: one line for the first, one when it goes again.
    private readonly RateLimit overlayLimit = new(4, 60);
    private bool isOverlayFailing;
    private bool hasOutputFailed;
    private long overlayFailures;

    private readonly long[] framesInState = new long[3];
    private readonly MaskChecksum masks = new();
    private int lastState = -1;
    private int lastCorridor = -1;

    /// <summary>The picture of the frame in the middle of the longest look at a clear road, or of the first frame.</summary>
    public string? Picture { get; private set; }

    /// <summary>How many lines go out; all where null.</summary>
    public RateLimit? LineLimit { get; init; }

    /// <summary>Pictures that could not be written; any thread may ask.</summary>
    public long OverlayFailureCount => Volatile.Read(ref overlayFailures);

    public void OnFrame(FrameOutcome outcome)
    {
        RoadDecision decision = outcome.Decision;
        framesInState[decision.State]++;
        masks.Add(outcome.Mask);
        bool isChanged = decision.State != lastState || decision.Corridor != lastCorridor;
        if (pictureColumns > 0 && (Picture is null || (isChanged && decision.State == RoadDecision.StateClear)))
            Picture = TerminalPicture.Draw(outcome, pictureColumns, hasColour);
        if (isChanged)
            WriteLine(outcome);
        lastState = decision.State;
        lastCorridor = decision.Corridor;
        if (overlays is not null)
        {
            OverlayPainter.Paint(outcome);
            WriteOverlay(overlays, outcome);
        }
    }

    // A full disk is no reason to stop deciding.
    private void WriteOverlay(OverlayDirectory directory, FrameOutcome outcome)
    {
        try
        {
            directory.Write(outcome.Frame);
            if (isOverlayFailing)
                log.Info($"overlays are written again; {OverlayFailureCount} are missing so far", overlayLimit);
            isOverlayFailing = false;
        }
        catch (BarrelException e)
        {
            Volatile.Write(ref overlayFailures, overlayFailures + 1);
            if (!isOverlayFailing)
                log.Warning($"frames are decided without overlays: BRL{e.Code:0000}: {OneLine.Of(e.Message)}", overlayLimit);
            isOverlayFailing = true;
        }
    }

    private void WriteLine(FrameOutcome outcome)
    {
        long heldBack = 0;
        if (lines is null || hasOutputFailed || (LineLimit is not null && !LineLimit.Allows(out heldBack)))
            return;
        try
        {
            lines.WriteLine(Line(outcome) + (heldBack > 0 ? $" ({heldBack} changes before it were left out)" : ""));
        }
        catch (IOException e) when (e.HResult == NoSpaceLeft)
        {
            hasOutputFailed = true;
            log.Warning($"frames are decided without lines on the output: {OneLine.Of(e.Message)}");
        }
    }

    public void WriteSummary(TextWriter writer, FrameLoop loop) =>
        writer.WriteLine(
            $"{loop.FrameCount} frames, {Rate(loop):0.0} frames per second, {loop.Counters.InferenceMsMean:0.00} ms in the network, {loop.DroppedCount} dropped; "
            + $"clear {framesInState[1]}, blocked {framesInState[2]}, unknown {framesInState[0]}");

    /// <summary>One JSON object.</summary>
    public string Json(FrameLoop loop)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            writer.WriteNumber("frames", loop.FrameCount);
            writer.WriteNumber("dropped", loop.DroppedCount);
            writer.WriteNumber("lost", loop.LostCount);
            writer.WriteNumber("framesPerSecond", Math.Round(Rate(loop), 3));
            writer.WriteNumber("inferenceMsMean", Math.Round(loop.Counters.InferenceMsMean, 4));
            writer.WriteNumber("clearFrames", framesInState[RoadDecision.StateClear]);
            writer.WriteNumber("blockedFrames", framesInState[RoadDecision.StateBlocked]);
            writer.WriteNumber("unknownFrames", framesInState[RoadDecision.StateUnknown]);
            writer.WriteString("masks", masks.Text);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>One line on the pins' numbers, so that readers can follow the lines below.</summary>
    public static string PinLine(Board board, string kind) =>
        $"pins of {board.Name} ({kind}): clear {board.Pins.Clear.Number}, blocked {board.Pins.Blocked.Number}, "
        + $"left {board.Pins.Left.Number}, right {board.Pins.Right.Number}, alive {board.Pins.Alive.Number}";

    private static double Rate(FrameLoop loop) => loop.Seconds > 0 ? loop.FrameCount / loop.Seconds : 0;

    private static string Line(FrameOutcome outcome)
    {
        RoadDecision decision = outcome.Decision;
        string pins = decision.State == RoadDecision.StateUnknown
            ? "clear, blocked, left, right safe"
            : $"clear {Level(decision.State == RoadDecision.StateClear)}, blocked {Level(decision.State == RoadDecision.StateBlocked)}, "
                + $"left {Level(decision.Corridor == RoadDecision.CorridorLeft)}, right {Level(decision.Corridor == RoadDecision.CorridorRight)}";
        return $"frame {outcome.Frame.Number,6}  {DecisionText.State(decision),-7} road {decision.SharePerMille / 10,3}% "
            + $"corridor {DecisionText.Corridor(decision),-5} {decision.OffsetPerMille / 10.0,6:0.0}%  pins: {pins}";
    }

    private static string Level(bool isHigh) => isHigh ? "high" : "low";
}
