using Barrel.Runtime;

namespace Barrel.Compiler.Placing;

/// <summary>
/// What a chip's segments hold while a driver goes through the passes of a placement, and the words that it sends for that. It remembers each segment and writes only
/// what is to change: weights of segments that follow each other together, configurations where any of the chains that touch differs, and reads back both.
/// </summary>
internal sealed class ChipMemory
{
    private const int WordBits = 16;
    private const int StartBit = 1 << 15;

    private readonly int _segmentPes;
    private readonly LinkFrames _frames;
    private readonly PlacedChain[][] _ofPass;
    private readonly ulong[] _weights;
    private readonly int[] _configuration;
    private readonly bool[] _isKnown;
    private int _loadedPass = -1;

    /// <param name="placement">On a chip of which nothing is known.</param>
    /// <param name="frames">The link.</param>
    public ChipMemory(Placement placement, LinkFrames frames)
    {
        _segmentPes = placement.SegmentPes;
        _frames = frames;
        List<PlacedChain>[] ofPass = [.. Enumerable.Range(0, placement.Passes).Select(_ => new List<PlacedChain>())];
        foreach (PlacedLayer placed in placement.Layers)
            for (int row = 0; row < placed.Pass.Length; row++)
                if (placed.Chains.PesOf(row) is int pes and > 0)
                    ofPass[placed.Pass[row]].Add(new PlacedChain(placed.Chains, row, placed.FirstSegment[row], placed.FirstSegment[row] + placement.SegmentsOf(pes)));
        _ofPass = Array.ConvertAll(ofPass, chains => (PlacedChain[])[.. chains.OrderBy(c => c.First)]);
        _weights = new ulong[placement.Segments];
        _configuration = new int[placement.Segments];
        _isKnown = new bool[placement.Segments];
    }

    /// <summary>Words sent so far.</summary>
    public long Words { get; private set; }

    /// <summary>Processing elements (PEs) of all chains that are configured, which race in each evaluation, whosever they are.</summary>
    public long RacingPes { get; private set; }

    /// <summary>Makes a pass's chains be there.</summary>
    public void Load(int pass)
    {
        if (pass == _loadedPass)
            return;
        PlacedChain[] chains = _ofPass[pass];
        Learn(chains);
        if (_loadedPass < 0)
            Words += _frames.OneWay(_configuration.Length);
        for (int i = 0; i < chains.Length;)
        {
            int from = i++;
            while (i < chains.Length && chains[i].First == chains[i - 1].End)
                i++;
            LoadWeights(chains.AsSpan(from, i - from));
            Configure(chains.AsSpan(from, i - from));
        }

        _loadedPass = pass;
    }

    /// <summary>What is there is read first: it may be what is wanted.</summary>
    private void Learn(PlacedChain[] chains)
    {
        foreach (PlacedChain chain in chains)
        {
            int unknown = 0;
            for (int s = chain.First; s <= chain.End; s++)
            {
                if (s < chain.End && !_isKnown[s])
                {
                    _isKnown[s] = true;
                    unknown++;
                    continue;
                }

                Words += _frames.OneWay((long)unknown * _segmentPes / WordBits);
                unknown = 0;
            }
        }
    }

    private void LoadWeights(ReadOnlySpan<PlacedChain> run)
    {
        int changed = 0;
        foreach (PlacedChain chain in run)
            for (int s = chain.First; s < chain.End; s++)
            {
                ulong wanted = chain.WeightsIn(s, _segmentPes);
                if (_weights[s] != wanted)
                {
                    _weights[s] = wanted;
                    changed++;
                    continue;
                }

                Words += _frames.WriteAndReadBack((long)changed * _segmentPes / WordBits);
                changed = 0;
            }

        Words += _frames.WriteAndReadBack((long)changed * _segmentPes / WordBits);
    }

    private void Configure(ReadOnlySpan<PlacedChain> run)
    {
        bool isChanged = false;
        foreach (PlacedChain chain in run)
            for (int s = chain.First; s < chain.End; s++)
                isChanged |= Set(s, chain.ConfigurationIn(s, _segmentPes));

        // The segment behind must not go on with the last chain.
        int end = run[^1].End;
        int segments = end - run[0].First;
        if (end < _configuration.Length && _configuration[end] != 0 && (_configuration[end] & StartBit) == 0)
        {
            isChanged |= Set(end, 0);
            segments++;
        }

        if (isChanged)
            Words += _frames.WriteAndReadBack(segments);
    }

    private bool Set(int segment, int configuration)
    {
        int before = _configuration[segment];
        if (before == configuration)
            return false;
        RacingPes += ((configuration >> 8) & 127) - ((before >> 8) & 127);
        _configuration[segment] = configuration;
        return true;
    }
}
