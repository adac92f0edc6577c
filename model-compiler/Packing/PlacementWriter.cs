using Barrel.Runtime;

namespace Barrel.Compiler.Packing;

/// <summary>Adds the placement on a TDNN chip to a blob; the twin of <c>PlacementReader</c>.</summary>
public static class PlacementWriter
{
    /// <summary>The blob with its placement behind the layers.</summary>
    /// <param name="blob">A blob without one.</param>
    /// <param name="placement">Where the chains of its binary layers lie.</param>
    public static byte[] Append(ReadOnlySpan<byte> blob, Placement placement)
    {
        BlobBuilder fields = new();
        fields.Text(Fields.TextOfModel, placement.Board).Number(Fields.Single, placement.Kind, Placement.KindSram).Number(Fields.Single, placement.Segments, 1);
        fields.Number(Fields.Single, placement.SegmentPes / 16, 1).Number(Fields.Single, placement.InputBits / placement.SegmentPes, 1);
        fields.Number(Fields.Single, placement.MarginBits).Number(Fields.Single, placement.Passes, 1).Number(Fields.Single, placement.Layers.Length, 1);
        int layer = -1;
        foreach (PlacedLayer placed in placement.Layers)
        {
            fields.Number(Fields.Single, placed.Layer, layer + 1);
            layer = placed.Layer;
            WriteRows(fields, placement, placed);
        }

        return fields.AppendTo(blob, ModelFormat.FlagPlaced);
    }

    private static void WriteRows(BlobBuilder fields, Placement placement, PlacedLayer placed)
    {
        int pass = 0, next = 0;
        for (int row = 0; row < placed.Pass.Length; row++)
        {
            if (placed.Chains.FixedCodeOf(row) >= 0)
                continue;
            fields.Near(Fields.PlacedPass, placed.Pass[row], pass);
            fields.Near(Fields.PlacedSegment, placed.FirstSegment[row], placed.Pass[row] == pass ? next : 0);
            pass = placed.Pass[row];
            next = placed.FirstSegment[row] + placement.SegmentsOf(placed.Chains.PesOf(row));
        }
    }
}
