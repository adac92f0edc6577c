using Barrel.Runtime;

namespace Barrel.Compiler.Placing;

/// <summary>
/// What a placed network sends over the link and asks of the chip, found by doing as the driver does: it remembers which chain each segment holds and writes only
/// what is to change when it comes to a pass; for each layer it goes through the passes with rows of it, and at each position writes the layer's inputs and reads
/// all results from the first to the last that the layer has in this pass.
/// </summary>
internal sealed class ChipTraffic
{
    private const int WordBits = 16;

    private readonly Placement _placement;
    private readonly LinkFrames _frames;
    private readonly List<Chain> _chains = [];

    /// <summary>[pass]: what is on the chip, as indices of chains.</summary>
    private readonly List<int>[] _ofPass;

    /// <summary>[segment]: the chain that it holds a part of, −1 for none.</summary>
    private readonly int[] _holds;

    /// <summary>[segment]: the pass that wanted it last, and whether its content changed then.</summary>
    private readonly int[] _wantedAt;
    private readonly int[] _changedAt;
    private readonly int[] _turnedOffAt;

    private readonly List<Step> _steps = [];
    private int _clock;
    private int _currentPass = -1;
    private long _words;
    private long _racing;

    private ChipTraffic(Model model, Placement placement, int transferBytesMax)
    {
        _placement = placement;
        _frames = new LinkFrames(transferBytesMax);
        _ofPass = [.. Enumerable.Range(0, placement.Passes).Select(_ => new List<int>())];
        _holds = new int[placement.Segments];
        Array.Fill(_holds, -1);
        _wantedAt = new int[placement.Segments];
        _changedAt = new int[placement.Segments];
        _turnedOffAt = new int[placement.Segments];
        foreach (PlacedLayer placed in placement.Layers)
            AddLayer((BinaryLayer)model.Layers[placed.Layer], placed);
    }

    /// <summary>Bytes to load what is there when the first frame begins: the first pass, and chains that stay.</summary>
    public long LoadBytes { get; private set; }

    /// <summary>Bytes for a frame after others.</summary>
    public long FrameBytes { get; private set; }

    /// <summary>Evaluations of a frame.</summary>
    public long Evaluations { get; private set; }

    /// <summary>Processing elements (PEs) on the chip in each evaluation of a frame, added up. All that are loaded race, whosever they are.</summary>
    public long RacingPes { get; private set; }

    /// <summary>The same, those of the layer alone that is evaluated.</summary>
    public long AskedPes { get; private set; }

    /// <param name="model">The network.</param>
    /// <param name="placement">Where its chains lie.</param>
    /// <param name="transferBytesMax">Longest frame of the link, bytes.</param>
    public static ChipTraffic Of(Model model, Placement placement, int transferBytesMax)
    {
        ChipTraffic traffic = new(model, placement, transferBytesMax);
        traffic.Load();
        traffic.LoadBytes = 2 * traffic._words;

        // After one frame the chip is as it is after each.
        traffic.Frame();
        traffic._words = traffic.Evaluations = traffic.RacingPes = traffic.AskedPes = 0;
        traffic.Frame();
        traffic.FrameBytes = 2 * traffic._words;
        return traffic;
    }

    private void AddLayer(BinaryLayer layer, PlacedLayer placed)
    {
        SortedDictionary<int, Step> steps = [];
        for (int row = 0; row < placed.Pass.Length; row++)
        {
            int pes = placed.Chains.PesOf(row);
            if (pes == 0)
                continue;
            Chain chain = new(placed.FirstSegment[row], placed.FirstSegment[row] + _placement.SegmentsOf(pes), pes);
            _ofPass[placed.Pass[row]].Add(_chains.Count);
            _chains.Add(chain);
            Step step = steps.GetValueOrDefault(placed.Pass[row]) ?? new Step(
                placed.Pass[row], (long)layer.GridHeight * layer.GridWidth, Words(placed.Chains.PesMax), placed.Chains.IsSign);
            steps[placed.Pass[row]] = step;
            step.FirstEnd = Math.Min(step.FirstEnd, chain.End - 1);
            step.LastEnd = Math.Max(step.LastEnd, chain.End - 1);
            step.Pes += pes;
        }

        _steps.AddRange(steps.Values);
    }

    private void Load()
    {
        int[] firstPassOf = new int[_placement.Segments];
        bool[] isShared = new bool[_placement.Segments];
        Array.Fill(firstPassOf, -1);
        int[] chainIn = new int[_placement.Segments];
        for (int pass = 0; pass < _ofPass.Length; pass++)
            foreach (int c in _ofPass[pass])
                for (int s = _chains[c].First; s < _chains[c].End; s++)
                {
                    isShared[s] |= firstPassOf[s] >= 0;
                    firstPassOf[s] = pass;
                    chainIn[s] = c;
                }

        List<int> stay = [.. _ofPass[0]];
        for (int pass = 1; pass < _ofPass.Length; pass++)
            stay.AddRange(_ofPass[pass].Where(c => !isShared.AsSpan(_chains[c].First, _chains[c].End - _chains[c].First).Contains(true)));
        Put(stay);
        _currentPass = 0;
    }

    private void Frame()
    {
        foreach (Step step in _steps)
        {
            if (step.Pass != _currentPass)
                Put(_ofPass[step.Pass]);
            _currentPass = step.Pass;
            long results = step.IsSign ? (step.LastEnd / WordBits) - (step.FirstEnd / WordBits) + 1 : step.LastEnd - step.FirstEnd + 1;
            _words += step.Positions * _frames.Evaluate(step.InputWords, results);
            Evaluations += step.Positions;
            RacingPes += step.Positions * _racing;
            AskedPes += step.Positions * step.Pes;
        }
    }

    /// <summary>Writes the chains that are not there, and turns off what would go on a chain behind its end.</summary>
    private void Put(List<int> chains)
    {
        _clock++;
        int first = _placement.Segments, last = -1;
        foreach (int c in chains)
        {
            _wantedAt.AsSpan(_chains[c].First, _chains[c].End - _chains[c].First).Fill(_clock);
            first = Math.Min(first, _chains[c].First);
            last = Math.Max(last, Math.Min(_chains[c].End, _placement.Segments - 1));
        }

        foreach (int c in chains)
        {
            Chain chain = _chains[c];
            int end = chain.End;
            if (end < _placement.Segments && _wantedAt[end] != _clock && _holds[end] >= 0 && _chains[_holds[end]].First < end)
            {
                Hold(end, -1);
                _turnedOffAt[end] = _clock;
            }

            for (int s = chain.First; s < end; s++)
                if (_holds[s] != c)
                {
                    Hold(s, c);
                    _changedAt[s] = _clock;
                }
        }

        Write(first, last);
    }

    /// <summary>The changed segments between two, a run after the other.</summary>
    private void Write(int first, int last)
    {
        int weights = 0, configurations = 0;
        for (int s = first; s <= last + 1; s++)
        {
            bool isChanged = s <= last && _changedAt[s] == _clock;
            bool isConfigured = isChanged || (s <= last && _turnedOffAt[s] == _clock);
            if (!isChanged && weights > 0)
                _words += _frames.WriteAndReadBack((long)weights * (_placement.SegmentPes / WordBits));
            if (!isConfigured && configurations > 0)
                _words += _frames.Write(configurations);
            weights = isChanged ? weights + 1 : 0;
            configurations = isConfigured ? configurations + 1 : 0;
        }
    }

    private void Hold(int segment, int chain)
    {
        _racing += PesIn(segment, chain) - PesIn(segment, _holds[segment]);
        _holds[segment] = chain;
    }

    /// <summary>PEs of a segment that a chain uses.</summary>
    private int PesIn(int segment, int chain) =>
        chain < 0 ? 0 : Math.Min(_placement.SegmentPes, _chains[chain].Pes - ((segment - _chains[chain].First) * _placement.SegmentPes));

    private static int Words(int bits) => (bits + WordBits - 1) / WordBits;

    /// <param name="End">The segment behind its last.</param>
    private readonly record struct Chain(int First, int End, int Pes);

    /// <summary>The part of a layer that one pass holds.</summary>
    private sealed record Step(int Pass, long Positions, int InputWords, bool IsSign)
    {
        public int FirstEnd { get; set; } = int.MaxValue;

        public int LastEnd { get; set; } = -1;

        public long Pes { get; set; }
    }
}
