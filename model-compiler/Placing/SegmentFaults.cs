using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Compiler.Placing;

/// <summary>Which chains the bad processing elements (PEs) of a chip leave room for.</summary>
internal sealed class SegmentFaults
{
    private readonly int _segmentPes;

    /// <summary>[segment]: its first PE that no chain may use, the number of its PEs where there is none.</summary>
    private readonly int[] _firstBad;

    /// <summary>[segment]: bit k where PE k is stuck at +1, and at −1.</summary>
    private readonly ulong[] _stuckPlus;
    private readonly ulong[] _stuckMinus;

    /// <summary>[segment]: the first segment from it on with any fault, and with a PE that no chain may use; the number of segments where there is none.</summary>
    private readonly int[] _nextFaulty;
    private readonly int[] _nextBad;

    /// <param name="segments">Of the chip.</param>
    /// <param name="segmentPes">PEs of a segment, at most 64.</param>
    /// <param name="map">Of a chip of this geometry; null: all is good.</param>
    public SegmentFaults(int segments, int segmentPes, ChipFaultMap? map)
    {
        _segmentPes = segmentPes;
        _firstBad = new int[segments];
        Array.Fill(_firstBad, segmentPes);
        _stuckPlus = new ulong[segments];
        _stuckMinus = new ulong[segments];
        foreach (ChipFault fault in map?.Faults ?? [])
        {
            if (fault.Kind == ChipFault.StuckPlus)
                _stuckPlus[fault.Segment] |= 1UL << fault.Pe;
            else if (fault.Kind == ChipFault.StuckMinus)
                _stuckMinus[fault.Segment] |= 1UL << fault.Pe;
            else
                _firstBad[fault.Segment] = Math.Min(_firstBad[fault.Segment], fault.Pe);
        }

        _nextFaulty = new int[segments + 1];
        _nextBad = new int[segments + 1];
        _nextFaulty[segments] = _nextBad[segments] = segments;
        for (int s = segments - 1; s >= 0; s--)
        {
            bool isBad = _firstBad[s] < segmentPes;
            _nextBad[s] = isBad ? s : _nextBad[s + 1];
            _nextFaulty[s] = isBad || (_stuckPlus[s] | _stuckMinus[s]) != 0 ? s : _nextFaulty[s + 1];
        }
    }

    /// <summary>The first segment from one on that a chain may only end in; the number of segments where there is none.</summary>
    public int NextBad(int segment) => _nextBad[segment];

    /// <summary>The first segment from one on that has any fault; the number of segments where there is none.</summary>
    public int NextFaulty(int segment) => _nextFaulty[segment];

    /// <summary>Whether a row's chain works from a segment on: each of its PEs is good, or stuck at the very weight.</summary>
    public bool Fits(NeuronChains chains, int row, int first)
    {
        PlacedChain chain = new(chains, row, first, first + ((chains.PesOf(row) + _segmentPes - 1) / _segmentPes));
        for (int s = _nextFaulty[first]; s < chain.End; s = _nextFaulty[s + 1])
        {
            int pes = chain.PesIn(s, _segmentPes);
            ulong minus = chain.WeightsIn(s, _segmentPes), plus = ~minus & (ulong.MaxValue >> (64 - pes));
            if (_firstBad[s] < pes || ((_stuckPlus[s] & minus) | (_stuckMinus[s] & plus)) != 0)
                return false;
        }

        return true;
    }
}
