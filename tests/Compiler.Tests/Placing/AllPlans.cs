using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Placing;

/// <summary>Tries every place and pass for every chain.</summary>
internal static class AllPlans
{
    /// <summary>The least measure of all placements of up to so many passes.</summary>
    /// <param name="start">Any placement on the chip.</param>
    /// <param name="passesMax">Passes at most.</param>
    /// <param name="measure">Of a placement.</param>
    public static long Least(Placement start, int passesMax, Func<Placement, long> measure)
    {
        Placement tried = new()
        {
            Board = start.Board, Kind = start.Kind, Segments = start.Segments, SegmentPes = start.SegmentPes, InputBits = start.InputBits, MarginBits = start.MarginBits, Passes = passesMax,
            Layers = [.. start.Layers.Select(l => new PlacedLayer { Layer = l.Layer, Chains = l.Chains, Pass = [.. l.Pass], FirstSegment = [.. l.FirstSegment] })],
        };
        (PlacedLayer Placed, int Row, int Segments)[] chains =
        [
            .. from placed in tried.Layers
               from row in Enumerable.Range(0, placed.Pass.Length)
               where placed.Chains.PesOf(row) > 0
               select (placed, row, start.SegmentsOf(placed.Chains.PesOf(row))),
        ];
        long least = long.MaxValue;
        bool[,] taken = new bool[passesMax, start.Segments];
        Try(0);
        return least;

        void Try(int chain)
        {
            if (chain == chains.Length)
            {
                least = Math.Min(least, measure(tried));
                return;
            }

            (PlacedLayer placed, int row, int segments) = chains[chain];
            for (int pass = 0; pass < passesMax; pass++)
                for (int first = 0; first + segments <= start.Segments; first++)
                {
                    bool isFree = true;
                    for (int s = first; s < first + segments; s++)
                        isFree &= !taken[pass, s];
                    if (!isFree)
                        continue;
                    Mark(pass, first, segments, true);
                    (placed.Pass[row], placed.FirstSegment[row]) = (pass, first);
                    Try(chain + 1);
                    Mark(pass, first, segments, false);
                }
        }

        void Mark(int pass, int first, int segments, bool value)
        {
            for (int s = first; s < first + segments; s++)
                taken[pass, s] = value;
        }
    }
}
