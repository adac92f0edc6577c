using System.Globalization;
using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>One setting of a chip or its link that a sweep changes.</summary>
/// <param name="Key"><see cref="Clock"/>, or a key of <see cref="Emulation"/>.</param>
/// <param name="Value">Its value.</param>
internal sealed record ChipChange(string Key, double Value)
{
    /// <summary>The clock of the bus, in Hz.</summary>
    public const string Clock = "clock";

    private const int ClockHzMin = 1000;
    private const int ClockHzMax = 200_000_000;

    private static readonly string[] Whole = [Clock, "faults", "reset", "hang", "unplug", "serial", "seed"];

    /// <summary>The clock, where it is what is changed.</summary>
    /// <exception cref="BarrelException">BRL5017: out of its range.</exception>
    public int ClockHz => Value is >= ClockHzMin and <= ClockHzMax ? (int)Value
        : throw new BarrelException(ChipErrors.BadSweep, string.Create(CultureInfo.InvariantCulture, $"the clock is {Value} Hz; it is {ClockHzMin} to {ClockHzMax}"));

    /// <summary>What the numbers are, for people.</summary>
    public static string UnitOf(string key) => key switch
    {
        Clock => "Hz",
        "static" or "jitter" or "resistance" => "standard deviation, delay steps",
        "pulse" or "ber" or "drop" or "repeat" => "probability",
        "faults" => "bad PEs",
        "reset" or "hang" or "unplug" => "transfer",
        _ => "number",
    };

    /// <summary>The values of a sweep, evenly between two, whole where the setting is; each once.</summary>
    /// <param name="key">The setting.</param>
    /// <param name="from">The first.</param>
    /// <param name="to">The last; may be below the first.</param>
    /// <param name="steps">1 or more; 1 is the first alone.</param>
    /// <param name="isLog">Evenly by ratio.</param>
    /// <exception cref="BarrelException">BRL5017; BRL5014 for values that the emulator does not take.</exception>
    public static IReadOnlyList<ChipChange> Values(string key, double from, double to, int steps, bool isLog)
    {
        if (!double.IsFinite(from) || !double.IsFinite(to) || (isLog && (from <= 0 || to <= 0)))
            throw new BarrelException(ChipErrors.BadSweep, string.Create(CultureInfo.InvariantCulture, $"a sweep from {from} to {to}; {(isLog ? "with --log both are above 0" : "both are numbers")}"));
        List<ChipChange> changes = [];
        for (int i = 0; i < steps; i++)
        {
            double share = steps == 1 ? 0 : i / (steps - 1.0);
            double value = isLog ? from * Math.Pow(to / from, share) : from + ((to - from) * share);

            // So that 0.1 is not 0.09999999999999999.
            value = Whole.Contains(key) ? Math.Round(value) : Math.Round(value, 12 - Math.Clamp((int)Math.Ceiling(Math.Log10(Math.Abs(value) + 1e-12)), -3, 12));
            ChipChange change = new(key, value);
            _ = key == Clock ? change.ClockHz : Emulation.Parse(null).With(key, value).Seed;
            if (!changes.Contains(change))
                changes.Add(change);
        }

        return changes;
    }
}
