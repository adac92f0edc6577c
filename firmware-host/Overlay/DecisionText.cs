using Barrel.Host.Decision;

namespace Barrel.Host.Overlay;

/// <summary>The words for states.</summary>
internal static class DecisionText
{
    public static string State(RoadDecision decision) => decision.State switch
    {
        RoadDecision.StateClear => "CLEAR",
        RoadDecision.StateBlocked => "BLOCKED",
        _ => "UNKNOWN",
    };

    public static string Corridor(RoadDecision decision) => decision.Corridor switch
    {
        RoadDecision.CorridorLeft => "LEFT",
        RoadDecision.CorridorRight => "RIGHT",
        _ => "AHEAD",
    };
}
