using Barrel.Runtime;

namespace Barrel.Compiler.Placing;

/// <summary>How a chip is to be filled.</summary>
/// <param name="ResidentSegments">Segments, from the first on, for chains that stay; the others are the window that passes go through. 0: none.</param>
/// <param name="Gap">Segments left empty before the window: the driver configures chains that touch each other together.</param>
/// <param name="ResidentOrder">Layers by whose chains stay first, as indices into the layers to be placed.</param>
/// <param name="StartsPass">[layer]: whether it begins in a pass of its own although the one before has room.</param>
internal sealed record FillingPlan(int ResidentSegments, int Gap, int[] ResidentOrder, bool[] StartsPass)
{
    /// <summary>Nothing stays, no room is left between layers: as good as it gets without a search.</summary>
    public static FillingPlan Trivial(int layers) => new(0, 0, [], new bool[layers]);
}

/// <summary>Puts chains into segments as a plan says: layers in order, each free run of segments with the next neuron of the layer that fits.</summary>
internal sealed class ChipFilling
{
    /// <summary>Neurons that are tried for one place, so that a chip of many faults does not take long.</summary>
    private const int TriesMax = 256;

    private readonly LayerChains[] _layers;
    private readonly SegmentFaults _faults;
    private readonly Placement _placement;
    private readonly RowQueue[] _waiting;

    /// <summary>[segment]: the last pass in which it is taken, −1 where in none.</summary>
    private readonly int[] _takenIn;

    /// <summary>[segment]: whether a fault kept a chain from beginning here.</summary>
    private readonly bool[] _avoided;

    private ChipFilling(LayerChains[] layers, Placement geometry, SegmentFaults faults)
    {
        _layers = layers;
        _faults = faults;
        _placement = new Placement
        {
            Board = geometry.Board, Kind = geometry.Kind, Segments = geometry.Segments, SegmentPes = geometry.SegmentPes, InputBits = geometry.InputBits,
            MarginBits = geometry.MarginBits, Layers = [.. layers.Select(Unplaced)],
        };
        _waiting = [.. layers.Select(l => new RowQueue(l.SegmentsOf))];
        _takenIn = new int[geometry.Segments];
        Array.Fill(_takenIn, -1);
        _avoided = new bool[geometry.Segments];
    }

    /// <param name="layers">In order of execution.</param>
    /// <param name="geometry">The chip.</param>
    /// <param name="faults">Of the chip.</param>
    /// <param name="plan">How.</param>
    /// <param name="passesMax">Passes at most.</param>
    /// <param name="lost">Segments that faults kept out of use.</param>
    /// <param name="stuck">The layer without room, where the result is null.</param>
    /// <returns>Null where a chain finds no room, or passes do not suffice.</returns>
    public static Placement? Fill(LayerChains[] layers, Placement geometry, SegmentFaults faults, FillingPlan plan, int passesMax, out int lost, out LayerChains? stuck)
    {
        ChipFilling filling = new(layers, geometry, faults);
        bool isDone = filling.Run(plan, passesMax, out stuck);
        lost = Enumerable.Range(0, geometry.Segments).Count(s => filling._avoided[s] && filling._takenIn[s] < 0);
        return isDone ? filling._placement : null;
    }

    private static PlacedLayer Unplaced(LayerChains layer)
    {
        int[] nowhere = new int[layer.SegmentsOf.Length];
        for (int row = 0; row < nowhere.Length; row++)
            nowhere[row] = layer.SegmentsOf[row] == 0 ? 0 : -1;
        return new PlacedLayer { Layer = layer.Index, Chains = layer.Chains, Pass = new int[nowhere.Length], FirstSegment = nowhere };
    }

    private bool Run(FillingPlan plan, int passesMax, out LayerChains? stuck)
    {
        int window = Residents(plan);
        int pass = 0;
        bool isEmpty = true;
        for (int l = 0; l < _layers.Length; l++)
        {
            stuck = _layers[l];
            if (plan.StartsPass[l] && !isEmpty && _waiting[l].Count > 0)
            {
                pass++;
                isEmpty = true;
            }

            int firstPass = -1;
            while (_waiting[l].Count > 0)
            {
                bool any = Scan(l, window, _placement.Segments, pass, TriesMax);
                if (!any && isEmpty && !Scan(l, window, _placement.Segments, pass, int.MaxValue))
                    return false;
                if (any || isEmpty)
                    firstPass = firstPass < 0 ? pass : firstPass;
                isEmpty = false;
                if (_waiting[l].Count == 0)
                    break;
                isEmpty = true;
                if (++pass >= passesMax)
                    return false;
            }

            // Chains that stay answer along with others of their layer, or while the pass before is still there: neither takes a pass of its own.
            for (int row = 0; row < _placement.Layers[l].Pass.Length; row++)
                if (_placement.Layers[l].Pass[row] < 0)
                    _placement.Layers[l].Pass[row] = firstPass < 0 ? pass : firstPass;
        }

        stuck = null;
        _placement.Passes = pass + 1;
        return true;
    }

    /// <summary>Places the chains that stay.</summary>
    /// <returns>The window's first segment.</returns>
    private int Residents(FillingPlan plan)
    {
        foreach (int l in plan.ResidentOrder)
            if (_waiting[l].Count > 0)
                Scan(l, 0, plan.ResidentSegments, -1, TriesMax);
        int end = 0;
        for (int l = 0; l < _layers.Length; l++)
            for (int row = 0; row < _layers[l].SegmentsOf.Length; row++)
                if (_placement.Layers[l].FirstSegment[row] >= 0)
                    end = Math.Max(end, _placement.Layers[l].FirstSegment[row] + _layers[l].SegmentsOf[row]);
        return end == 0 ? 0 : end + plan.Gap;
    }

    /// <summary>Places what it can of a layer in the free segments of a range.</summary>
    /// <param name="layer">Index into the layers.</param>
    /// <param name="from">The range's first segment.</param>
    /// <param name="to">The one behind its last.</param>
    /// <param name="pass">The pass; −1 for chains that stay.</param>
    /// <param name="triesMax">Neurons that are tried for one place.</param>
    /// <returns>Whether any was placed.</returns>
    private bool Scan(int layer, int from, int to, int pass, int triesMax)
    {
        RowQueue waiting = _waiting[layer];
        PlacedLayer placed = _placement.Layers[layer];
        NeuronChains chains = placed.Chains;
        bool any = false;
        int end = from;
        for (int s = from; s < to && waiting.Count > 0;)
        {
            if (IsTaken(s, pass))
            {
                s++;
                continue;
            }

            for (end = Math.Max(end, s + 1); end < to && !IsTaken(end, pass);)
                end++;
            if (end - s < waiting.LeastSegments)
            {
                s = end;
                continue;
            }

            // No chain is short enough to end before the next bad segment or in it.
            int bad = _faults.NextBad(s);
            if (bad + 1 < s + waiting.LeastSegments)
            {
                _avoided.AsSpan(s, bad + 1 - s).Fill(true);
                s = bad + 1;
                continue;
            }

            int at = s;
            int row = waiting.Take(end - s, triesMax, r => _faults.Fits(chains, r, at));
            if (row < 0)
            {
                _avoided[s] |= _faults.NextFaulty(s) < end;
                s++;
                continue;
            }

            int segments = _layers[layer].SegmentsOf[row];
            placed.Pass[row] = pass;
            placed.FirstSegment[row] = s;
            _takenIn.AsSpan(s, segments).Fill(pass < 0 ? int.MaxValue : pass);
            s += segments;
            any = true;
        }

        return any;
    }

    /// <summary>Chains that stay are there in all passes.</summary>
    private bool IsTaken(int segment, int pass) => _takenIn[segment] == int.MaxValue || (pass >= 0 && _takenIn[segment] == pass);
}
