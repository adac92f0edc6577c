using Barrel.Runtime;

namespace Barrel.Compiler.Placing;

/// <summary>
/// Finds how to fill a chip that holds less than the network. Each chain that does not stay on the chip is written for each frame, and each part of a layer costs an
/// evaluation a position; so a small window lets more chains stay and makes more parts. The measure is the bytes of a frame, by <see cref="ChipTraffic"/>.
/// </summary>
internal sealed class PassSearch
{
    private const int PassesMax = ModelFormat.ExtentMax;

    /// <summary>Windows that are tried, after an estimate has ordered them.</summary>
    private const int WindowsMax = 12;

    /// <summary>Chips of so few segments have all their windows tried.</summary>
    private const int SmallChip = 24;

    private readonly Model _model;
    private readonly LayerChains[] _layers;
    private readonly Placement _geometry;
    private readonly SegmentFaults _faults;
    private readonly int _transferBytesMax;

    /// <summary>[layer]: words for one more part of it.</summary>
    private readonly long[] _partWords;

    private PassSearch(Model model, LayerChains[] layers, Placement geometry, SegmentFaults faults, int transferBytesMax)
    {
        (_model, _layers, _geometry, _faults, _transferBytesMax) = (model, layers, geometry, faults, transferBytesMax);
        LinkFrames frames = new(transferBytesMax);
        _partWords = Array.ConvertAll(layers, l => l.Positions * frames.Evaluate((l.Chains.PesMax + 15) / 16, geometry.Segments / 16));
    }

    /// <summary>The best filling that was found.</summary>
    /// <param name="trivial">The filling without a search, of more than one pass; the result is never worse.</param>
    public static Filling Run(Model model, LayerChains[] layers, Placement geometry, SegmentFaults faults, int transferBytesMax, Filling trivial)
    {
        PassSearch search = new(model, layers, geometry, faults, transferBytesMax);
        Filling best = search.Separated(trivial);
        foreach (int window in search.Windows())
            foreach (int[] order in search.Orders())
                foreach (int gap in new[] { 0, 1 })
                    best = search.Better(best, new FillingPlan(geometry.Segments - window, gap, order, new bool[layers.Length]));
        return search.Separated(search.Sized(best));
    }

    /// <summary>Windows that are worth a try: for each number of passes the smallest, and the same in whole chains.</summary>
    private IEnumerable<int> Windows()
    {
        // Layers of longer chains may stay as a whole.
        int least = _layers.Min(l => l.SegmentsMax);
        int most = _geometry.Segments;
        if (most <= SmallChip)
            return Enumerable.Range(least, most - least + 1);
        long over = _layers.Sum(l => l.Segments) - most;
        SortedSet<int> windows = [least, most];
        for (long passes = 2; ; passes++)
        {
            int window = (int)Math.Max(least, Math.Min(most, (over + passes - 2) / (passes - 1)));
            windows.Add(window);
            windows.Add((int)Math.Min(most, ((long)window + least - 1) / least * least));
            if (window == least)
                break;

            // Beyond, one pass more changes the window by less than a segment.
            if (passes > over)
                break;
        }

        return windows.OrderBy(Estimate).Take(WindowsMax);
    }

    /// <summary>Words of a frame: chains that are written and read back, parts of layers.</summary>
    private double Estimate(int window)
    {
        long segments = _layers.Sum(l => l.Segments);
        double streamed = segments - _geometry.Segments + window;
        double words = streamed * ((2 * _geometry.SegmentPes / 16) + 1);
        for (int l = 0; l < _layers.Length; l++)
            words += _partWords[l] * Math.Max(1, streamed / segments * _layers[l].Segments / window);
        return words;
    }

    /// <summary>Orders in which layers are made to stay: each once first, then those whose parts are dearest.</summary>
    private IEnumerable<int[]> Orders()
    {
        int[] dearest = [.. Enumerable.Range(0, _layers.Length).OrderByDescending(l => _partWords[l])];
        return dearest.Take(8).Select(first => (int[])[first, .. dearest.Where(l => l != first)]);
    }

    /// <summary>Moves the border between what stays and the window, in steps that become smaller.</summary>
    private Filling Sized(Filling best)
    {
        for (int step = _layers.Max(l => l.SegmentsMax); step > 0; step /= 2)
            for (bool isMoved = true; isMoved;)
            {
                Filling before = best;
                foreach (int segments in new[] { best.Plan.ResidentSegments - step, best.Plan.ResidentSegments + step })
                    if (segments >= 0 && segments < _geometry.Segments && best.Plan.ResidentOrder.Length > 0)
                        best = Better(best, best.Plan with { ResidentSegments = segments });
                isMoved = best != before;
            }

        return best;
    }

    /// <summary>Gives layers a pass of their own to begin in where that makes fewer parts of dear layers.</summary>
    private Filling Separated(Filling best)
    {
        for (int l = 1; l < _layers.Length; l++)
        {
            bool[] starts = [.. best.Plan.StartsPass];
            starts[l] = !starts[l];
            best = Better(best, best.Plan with { StartsPass = starts });
        }

        return best;
    }

    private Filling Better(Filling best, FillingPlan plan)
    {
        Placement? placement = ChipFilling.Fill(_layers, _geometry, _faults, plan, PassesMax, out int lost, out _);
        if (placement is null)
            return best;
        Filling filling = new(plan, placement, lost, ChipTraffic.Of(_model, placement, _transferBytesMax));
        return filling.Traffic.FrameBytes < best.Traffic.FrameBytes ? filling : best;
    }
}

/// <summary>A filled chip and what it takes.</summary>
/// <param name="LostSegments">Segments that faults kept out of use.</param>
internal sealed record Filling(FillingPlan Plan, Placement Placement, int LostSegments, ChipTraffic Traffic);
