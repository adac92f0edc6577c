using System.Globalization;
using Barrel.Boards;
using Barrel.ChipEmulator;
using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>How the emulated chip and its link behave: what users write after <c>--emulate</c>.</summary>
internal sealed record Emulation
{
    public const string Help =
        "comma-separated KEY=NUMBER: static, jitter, resistance (standard deviations in delay steps), pulse (ReRAM: probability that a pulse fails), faults (bad elements), ber (bit errors), "
        + "drop, repeat (transfers), reset, hang, unplug (at this transfer), serial, seed";

    public ChipVariation Variation { get; init; } = new();

    public LinkFaults Link { get; init; } = new();

    /// <summary>Processing elements that are stuck, dead or weak, placed by the seed.</summary>
    public int FaultCount { get; init; }

    public uint Serial { get; init; } = 1;

    public int Seed { get; init; } = 1;

    public bool IsDefault => this == Parse(null);

    /// <summary>Reads the option's value.</summary>
    /// <exception cref="BarrelException">BRL5014.</exception>
    public static Emulation Parse(string? text)
    {
        Emulation settings = new();
        foreach (string part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=') is not [string key, string number] || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !double.IsFinite(value))
                throw new BarrelException(ChipErrors.BadEmulation, $"--emulate has '{part}'; it takes {Help}");
            settings = settings.With(key, value);
        }

        // Everything random follows from the one seed.
        return settings with { Variation = settings.Variation with { Seed = settings.Seed }, Link = settings.Link with { Seed = settings.Seed } };
    }

    /// <summary>These settings with one changed.</summary>
    /// <exception cref="BarrelException">BRL5014: no such key, or out of its range.</exception>
    public Emulation With(string key, double value) => key switch
    {
        "static" => this with { Variation = Variation with { SigmaStatic = In(key, value, 0, 100) } },
        "jitter" => this with { Variation = Variation with { SigmaJitter = In(key, value, 0, 100) } },
        "resistance" => this with { Variation = Variation with { SigmaResistance = In(key, value, 0, 10) } },
        "pulse" => this with { Variation = Variation with { PulseFailure = In(key, value, 0, 1) } },
        "faults" => this with { FaultCount = (int)Whole(key, value, 1_000_000) },
        "ber" => this with { Link = Link with { BitErrorRate = In(key, value, 0, 1) } },
        "drop" => this with { Link = Link with { DropRate = In(key, value, 0, 1) } },
        "repeat" => this with { Link = Link with { RepeatRate = In(key, value, 0, 1) } },
        "reset" => this with { Link = Link with { ResetAtTransfer = Whole(key, value, 1e15) } },
        "hang" => this with { Link = Link with { HangAtTransfer = Whole(key, value, 1e15) } },
        "unplug" => this with { Link = Link with { UnplugAtTransfer = Whole(key, value, 1e15) } },
        "serial" => this with { Serial = (uint)Whole(key, value, uint.MaxValue) },
        "seed" => this with { Seed = (int)Whole(key, value, int.MaxValue) },
        _ => throw new BarrelException(ChipErrors.BadEmulation, $"--emulate has no '{key}'; it takes {Help}"),
    };

    /// <summary>A new chip with these settings, and the link to it.</summary>
    public EmulatedSpiDevice CreateDevice(BoardChip chip) =>
        new(new EmulatedChip(chip, Serial, Variation, FaultCount == 0 ? null : PlantFaults.Random(chip, FaultCount, Seed))) { LinkFaults = Link };

    private static double In(string key, double value, double min, double max) => value >= min && value <= max ? value
        : throw new BarrelException(ChipErrors.BadEmulation, FormattableString.Invariant($"--emulate has {key}={value}; it is {min} to {max}"));

    private static long Whole(string key, double value, double max) => In(key, value, 0, max) == Math.Floor(value) ? (long)value
        : throw new BarrelException(ChipErrors.BadEmulation, FormattableString.Invariant($"--emulate has {key}={value}; it is a whole number"));
}
