using Barrel.Host.Decision;
using Barrel.Runtime;

namespace Barrel.Host.Service;

/// <summary>The settings of the decision in a configuration file, each null where its default holds. Meanings and ranges: <see cref="DecisionSettings"/>.</summary>
internal sealed record DecisionConfig
{
    public int? TopPerMille { get; init; }

    public int? BottomPerMille { get; init; }

    public int? TopWidthPerMille { get; init; }

    public int? BottomWidthPerMille { get; init; }

    public int? CentrePerMille { get; init; }

    public int? ClearFromPerMille { get; init; }

    public int? BlockedUntilPerMille { get; init; }

    public int? AsideFromPerMille { get; init; }

    public int? AheadUntilPerMille { get; init; }

    public int? FramesToChange { get; init; }

    /// <exception cref="BarrelException">BRL4027.</exception>
    public DecisionSettings ToSettings()
    {
        DecisionSettings defaults = new();
        DecisionSettings settings = new()
        {
            TopPerMille = TopPerMille ?? defaults.TopPerMille,
            BottomPerMille = BottomPerMille ?? defaults.BottomPerMille,
            TopWidthPerMille = TopWidthPerMille ?? defaults.TopWidthPerMille,
            BottomWidthPerMille = BottomWidthPerMille ?? defaults.BottomWidthPerMille,
            CentrePerMille = CentrePerMille ?? defaults.CentrePerMille,
            ClearFromPerMille = ClearFromPerMille ?? defaults.ClearFromPerMille,
            BlockedUntilPerMille = BlockedUntilPerMille ?? defaults.BlockedUntilPerMille,
            AsideFromPerMille = AsideFromPerMille ?? defaults.AsideFromPerMille,
            AheadUntilPerMille = AheadUntilPerMille ?? defaults.AheadUntilPerMille,
            FramesToChange = FramesToChange ?? defaults.FramesToChange,
        };
        settings.Check();
        return settings;
    }
}
