using System.Globalization;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Metrics;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Reports;
using Barrel.Runtime;

namespace Barrel.Compiler.Tuning;

/// <summary>
/// Finds the cheapest setting whose metric is within so many points of the float network's. For given activation bits that is the fewest adds per MAC, found by
/// halving a grid on a part of the data and then checked on all of it; between activation bits the energy estimate decides.
/// </summary>
/// <param name="trials">Compiles.</param>
/// <param name="score">The metric of a setting: on all samples, or on some. A greater one is better.</param>
/// <param name="target">What is asked.</param>
/// <param name="say">Takes a line for each setting that is tried.</param>
internal sealed class TargetSearch(Func<QuantizeOptions, Trial> trials, ITargetMetric score, Target target, Action<string> say)
{
    /// <summary>More bits than byte lanes hold cost two lanes a code: five are the most that cost one.</summary>
    private const int ByteLaneBits = 5;

    private const int BitsMax = 8;

    /// <summary>Adds per MAC that are tried: steps of 0.05 up to 1, of 0.1 up to 2.</summary>
    private static readonly double[] Grid =
        [.. Enumerable.Range(2, 19).Select(i => i / 20.0), .. Enumerable.Range(11, 10).Select(i => i / 10.0)];

    private readonly List<Trial> _tried = [];
    private readonly HashSet<string> _said = [];

    /// <summary>Settings in the order in which they were tried.</summary>
    public IReadOnlyList<Trial> Tried => _tried;

    /// <exception cref="BarrelException">BRL1402: nothing keeps the metric.</exception>
    public Trial Run()
    {
        Trial? best = null;
        foreach (int bits in target.ActivationBits is int asked ? [asked] : new[] { BitsMax, ByteLaneBits })
        {
            // An add in byte lanes costs half of one in 16 bits, so fewer bits may take at most twice the adds.
            int end = best is null ? Grid.Length : Array.FindLastIndex(Grid, g => g < 2 * best.Options.AddsPerMac) + 1;
            if (best is not null && !Keeps(bits, end - 1, all: false))
                continue;
            Trial? found = Cheapest(bits, end);
            if (found is not null && (best is null || EnergyOf(found) < EnergyOf(best)))
                best = found;
        }

        say($"chosen: {(best ?? throw OutOfReach()).Setting}");
        return best;
    }

    /// <summary>The least of the grid's first settings that keeps the metric on all samples; null where none does.</summary>
    private Trial? Cheapest(int bits, int end)
    {
        int low = 0;
        int high = end;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Keeps(bits, middle, all: false))
                high = middle;
            else
                low = middle + 1;
        }

        // A part of the data may flatter: the next ones are tried on all of it until one holds.
        for (int i = low; i < end; i++)
            if (Keeps(bits, i, all: true))
                return TrialAt(bits, i);
        return null;
    }

    private bool Keeps(int bits, int index, bool all)
    {
        if (TrialAt(bits, index) is not Trial trial)
            return false;
        double figure = score.Of(trial, all);
        double loss = score.OfFloat(all) - figure;
        bool kept = loss <= target.LossMax;
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"tried {trial.Setting}: {score.Name} {figure:F2} on {score.Samples(all)}, {Math.Abs(loss):F2} {(loss < 0 ? "above" : "below")} float: {(kept ? "kept" : "lost")}");
        if (_said.Add(line))
            say(line);
        return kept;
    }

    /// <summary>Null where the budget is less than what no choice of weights changes.</summary>
    private Trial? TrialAt(int bits, int index)
    {
        try
        {
            Trial trial = trials(target.Options with { AddsPerMac = Grid[index], ActivationBits = bits });
            if (!_tried.Contains(trial))
                _tried.Add(trial);
            return trial;
        }
        catch (BarrelException e) when (e.Code == LoweringErrors.BadOption)
        {
            return null;
        }
    }

    private static double EnergyOf(Trial trial) => EnergyEstimate.InLanes(trial.Costs).Blob.Total;

    private BarrelException OutOfReach()
    {
        Trial? most = _tried.MaxBy(t => score.Of(t, all: false));
        string reached = most is null ? "no setting of the grid compiles" : string.Create(
            CultureInfo.InvariantCulture,
            $"{score.Of(most, all: true):F2} is reached, with {most.Setting}; --target-loss {Math.Ceiling(100 * (score.OfFloat(all: true) - score.Of(most, all: true))) / 100:0.00} would be right");
        return new BarrelException(
            MetricErrors.OutOfReach,
            string.Create(CultureInfo.InvariantCulture, $"--target-loss {target.LossMax}: {score.Name} of the float network is {score.OfFloat(all: true):F2} on {score.Samples(all: true)}; ") + reached);
    }
}

/// <summary>What a search is to find.</summary>
/// <param name="Options">All but what is searched.</param>
/// <param name="ActivationBits">Fixed by the user; null: searched too.</param>
/// <param name="LossMax">Points of the metric that may be lost.</param>
internal sealed record Target(QuantizeOptions Options, int? ActivationBits, double LossMax);
