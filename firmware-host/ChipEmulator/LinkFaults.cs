namespace Barrel.ChipEmulator;

/// <summary>What goes wrong between host and chip. Transfers are counted from 0 by the device.</summary>
public sealed record LinkFaults
{
    /// <summary>Probability of each bit to arrive wrong, on both lines, 0 to 1.</summary>
    public double BitErrorRate { get; init; }

    /// <summary>Probability of a transfer that does not reach the chip: the host reads all 0 or all 1.</summary>
    public double DropRate { get; init; }

    /// <summary>
    /// Probability of a transfer whose frame comes twice: by equal chances the chip gets the request twice, or the host gets the answer
    /// before this one again.
    /// </summary>
    public double RepeatRate { get; init; }

    /// <summary>The chip is reset right before this transfer; −1: never.</summary>
    public long ResetAtTransfer { get; init; } = -1;

    /// <summary>From this transfer on the chip is busy for ever; −1: never.</summary>
    public long HangAtTransfer { get; init; } = -1;

    /// <summary>From this transfer on the host reads all 1; −1: never.</summary>
    public long UnplugAtTransfer { get; init; } = -1;

    /// <summary>Equal seeds give equal faults.</summary>
    public int Seed { get; init; }

    internal void Check()
    {
        foreach (double rate in (ReadOnlySpan<double>)[BitErrorRate, DropRate, RepeatRate])
        {
            ArgumentOutOfRangeException.ThrowIfNegative(rate);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, 1);
        }
    }
}
