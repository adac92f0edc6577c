using Barrel.Runtime;

namespace Barrel.Compiler.Placing;

/// <summary>
/// What a placed network sends over the link and asks of the chip, found by doing as the driver does: for each layer it goes through the passes with rows of it,
/// loads each, and at each position writes the layer's inputs, in whole banks, and reads all results from the first to the last that the layer has in this pass.
/// </summary>
internal sealed class ChipTraffic
{
    private const int WordBits = 16;

    private readonly ChipMemory _memory;
    private readonly LinkFrames _frames;
    private readonly List<Step> _steps = [];
    private long _evaluationWords;

    private ChipTraffic(Model model, Placement placement, int transferBytesMax)
    {
        _frames = new LinkFrames(transferBytesMax);
        _memory = new ChipMemory(placement, _frames);
        foreach (PlacedLayer placed in placement.Layers)
            AddLayer((BinaryLayer)model.Layers[placed.Layer], placed, placement);
    }

    /// <summary>Bytes that are sent once: n frames take this and n times <see cref="FrameBytes"/>. With one pass it is all that is loaded.</summary>
    public long LoadBytes { get; private set; }

    /// <summary>Bytes for a frame after others.</summary>
    public long FrameBytes { get; private set; }

    /// <summary>Evaluations of a frame.</summary>
    public long Evaluations { get; private set; }

    /// <summary>Processing elements (PEs) that race in each evaluation of a frame, added up: those of all chains that are on the chip at the time.</summary>
    public long RacingPes { get; private set; }

    /// <summary>The same, of the evaluated layer's chains alone.</summary>
    public long AskedPes { get; private set; }

    /// <param name="model">The network.</param>
    /// <param name="placement">Where its chains lie.</param>
    /// <param name="transferBytesMax">Longest frame of the link, bytes.</param>
    public static ChipTraffic Of(Model model, Placement placement, int transferBytesMax)
    {
        ChipTraffic traffic = new(model, placement, transferBytesMax);
        traffic._memory.Load(0);
        traffic.Frame();

        // After one frame the chip is as it is after each.
        long first = traffic.Words;
        (traffic.Evaluations, traffic.RacingPes, traffic.AskedPes) = (0, 0, 0);
        traffic.Frame();
        traffic.FrameBytes = LinkFrames.WordBytes * (traffic.Words - first);
        traffic.LoadBytes = (LinkFrames.WordBytes * first) - traffic.FrameBytes;
        return traffic;
    }

    private long Words => _memory.Words + _evaluationWords;

    private void AddLayer(BinaryLayer layer, PlacedLayer placed, Placement placement)
    {
        SortedDictionary<int, Step> steps = [];
        int inputWords = placement.SegmentsOf(placed.Chains.PesMax) * placement.SegmentPes / WordBits;
        for (int row = 0; row < placed.Pass.Length; row++)
        {
            int pes = placed.Chains.PesOf(row);
            if (pes == 0)
                continue;
            int pass = placed.Pass[row];
            if (!steps.TryGetValue(pass, out Step? step))
                steps[pass] = step = new Step(pass, (long)layer.GridHeight * layer.GridWidth, inputWords, placed.Chains.IsSign);
            int last = placed.FirstSegment[row] + placement.SegmentsOf(pes) - 1;
            step.FirstResult = Math.Min(step.FirstResult, last);
            step.LastResult = Math.Max(step.LastResult, last);
            step.Pes += pes;
        }

        _steps.AddRange(steps.Values);
    }

    private void Frame()
    {
        foreach (Step step in _steps)
        {
            _memory.Load(step.Pass);
            long results = step.IsSign ? (step.LastResult / WordBits) - (step.FirstResult / WordBits) + 1 : step.LastResult - step.FirstResult + 1;
            _evaluationWords += step.Positions * _frames.Evaluate(step.InputWords, results);
            Evaluations += step.Positions;
            RacingPes += step.Positions * _memory.RacingPes;
            AskedPes += step.Positions * step.Pes;
        }
    }

    /// <summary>The part of a layer that one pass holds; results are numbered by the segments that chains end in.</summary>
    private sealed record Step(int Pass, long Positions, int InputWords, bool IsSign)
    {
        public int FirstResult { get; set; } = int.MaxValue;

        public int LastResult { get; set; } = -1;

        public long Pes { get; set; }
    }
}
