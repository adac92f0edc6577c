namespace Barrel.Host.Loop;

/// <summary>What a loop is offered while it runs: it takes over between two frames.</summary>
/// <param name="Network">Tried already; the loop closes the one before it.</param>
/// <param name="WatchdogMs">Longest time without a decision from then on.</param>
internal sealed record NetworkChange(RoadNetwork Network, int WatchdogMs);
