using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>The chains of a placement by pass, and within a pass by segment.</summary>
internal sealed class PassRows
{
    private readonly Entry[] entries;
    private readonly int[] firstOfPass;

    public PassRows(Placement placement)
    {
        List<Entry> all = [];
        foreach (PlacedLayer layer in placement.Layers)
            for (int row = 0; row < layer.Pass.Length; row++)
                if (layer.Chains.FixedCodeOf(row) < 0)
                    all.Add(new Entry(layer.Pass[row], layer.FirstSegment[row], placement.SegmentsOf(layer.Chains.PesOf(row)), layer, row));
        all.Sort((a, b) => a.Pass != b.Pass ? a.Pass.CompareTo(b.Pass) : a.FirstSegment.CompareTo(b.FirstSegment));
        entries = [.. all];
        firstOfPass = new int[placement.Passes + 1];
        foreach (Entry entry in entries)
            firstOfPass[entry.Pass + 1]++;
        for (int pass = 0; pass < placement.Passes; pass++)
            firstOfPass[pass + 1] += firstOfPass[pass];
    }

    /// <summary>Index of a pass's first chain; of the number of passes: of the one behind the last.</summary>
    public int First(int pass) => firstOfPass[pass];

    public PlacedLayer LayerAt(int index) => entries[index].Layer;

    public int RowAt(int index) => entries[index].Row;

    public int FirstSegmentAt(int index) => entries[index].FirstSegment;

    public int SegmentsAt(int index) => entries[index].Segments;

    private readonly record struct Entry(int Pass, int FirstSegment, int Segments, PlacedLayer Layer, int Row);
}
