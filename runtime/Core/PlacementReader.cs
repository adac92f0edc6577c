namespace Barrel.Runtime
{
    /// <summary>Reads the placement that may follow the layers of a blob, and checks that every chain is on the chip and none on another.</summary>
    internal static class PlacementReader
    {
        /// <summary>Where the placement begins, the blob's length where there is none. The header says whether, the last four bytes say where.</summary>
        public static int StartIn(BlobBytes blob)
        {
            if ((blob.At(6) & ModelFormat.FlagPlaced) == 0)
                return blob.Length;
            int at = blob.Length - 4;
            uint start = at < ModelFormat.HeaderBytes ? 0 : blob.At(at) | ((uint)blob.At(at + 1) << 8) | ((uint)blob.At(at + 2) << 16) | ((uint)blob.At(at + 3) << 24);
            if (start < ModelFormat.HeaderBytes || start > (uint)at)
                throw new BarrelException(ModelErrors.BadField, "placement is said to begin at byte " + start + " of " + blob.Length);
            return (int)start;
        }

        /// <summary>Reads it; the model's layers are there already.</summary>
        public static Placement Read(BlobBytes blob, int start, Model model)
        {
            BlobCursor cursor = new BlobCursor(blob, start, blob.Length - 4);
            Placement placement = new Placement();
            placement.Board = cursor.Text(Fields.TextOfModel, "board of the chip");
            placement.Kind = cursor.Number(Fields.Single, Placement.KindSram, Placement.KindReram, "kind of chip");
            placement.Segments = cursor.Number(Fields.Single, 1, ModelFormat.SegmentsMax, "segments of the chip");
            placement.SegmentPes = cursor.Number(Fields.Single, 1, 4, "PEs of a segment / 16") << 4;
            placement.InputBits = cursor.Number(Fields.Single, 1, 256, "banks of inputs") * placement.SegmentPes;
            placement.MarginBits = cursor.Number(Fields.Single, 0, 16, "bits of a margin");
            placement.Passes = cursor.Number(Fields.Single, 1, ModelFormat.ExtentMax, "passes");
            int count = cursor.Number(Fields.Single, 1, model.Layers.Length, "placed layers");
            placement.Layers = new PlacedLayer[count];
            int layer = -1;
            for (int i = 0; i < count; i++)
            {
                layer = cursor.Number(Fields.Single, layer + 1, model.Layers.Length - 1, "placed layer");
                placement.Layers[i] = ReadLayer(cursor, model, placement, layer);
            }

            cursor.CheckEnd();
            CheckOverlap(placement);
            return placement;
        }

        private static PlacedLayer ReadLayer(BlobCursor cursor, Model model, Placement placement, int index)
        {
            BinaryLayer? binary = model.Layers[index] as BinaryLayer;
            if (binary == null)
                throw new BarrelException(ModelErrors.BadField, "layer '" + model.Layers[index].Name + "' is placed on a chip, and has no chains");
            PlacedLayer placed = new PlacedLayer();
            placed.Layer = index;
            placed.Chains = new NeuronChains(binary, model.Tensors[binary.Output]);
            string? reason = placement.WhyNot(placed.Chains);
            if (reason != null)
                throw new BarrelException(ModelErrors.BadField, "layer '" + binary.Name + "' is placed on a chip, and needs " + reason);
            placed.Pass = new int[binary.Rows];
            placed.FirstSegment = new int[binary.Rows];
            int pass = 0;
            int next = 0;
            for (int row = 0; row < binary.Rows; row++)
            {
                if (placed.Chains.FixedCodeOf(row) >= 0)
                    continue;
                int last = pass;
                pass = cursor.Near(Fields.PlacedPass, pass, 0, placement.Passes - 1, "pass");
                int segments = placement.SegmentsOf(placed.Chains.PesOf(row));
                int first = cursor.Near(Fields.PlacedSegment, pass == last ? next : 0, 0, placement.Segments - segments, "first segment");
                placed.Pass[row] = pass;
                placed.FirstSegment[row] = first;
                next = first + segments;
            }

            return placed;
        }

        /// <summary>Rows are brought together by pass; in a pass each segment is marked with it.</summary>
        private static void CheckOverlap(Placement placement)
        {
            int[] firstOfPass = new int[placement.Passes + 1];
            int rows = 0;
            for (int i = 0; i < placement.Layers.Length; i++)
            {
                PlacedLayer placed = placement.Layers[i];
                for (int row = 0; row < placed.Pass.Length; row++)
                    if (placed.Chains.FixedCodeOf(row) < 0)
                    {
                        firstOfPass[placed.Pass[row] + 1]++;
                        rows++;
                    }
            }

            for (int pass = 0; pass < placement.Passes; pass++)
                firstOfPass[pass + 1] += firstOfPass[pass];
            int[] next = new int[placement.Passes];
            int[] layerOf = new int[rows];
            int[] rowOf = new int[rows];
            for (int i = 0; i < placement.Layers.Length; i++)
            {
                PlacedLayer placed = placement.Layers[i];
                for (int row = 0; row < placed.Pass.Length; row++)
                    if (placed.Chains.FixedCodeOf(row) < 0)
                    {
                        int pass = placed.Pass[row];
                        int at = firstOfPass[pass] + next[pass]++;
                        layerOf[at] = i;
                        rowOf[at] = row;
                    }
            }

            int[] mark = new int[placement.Segments];
            for (int pass = 0; pass < placement.Passes; pass++)
                for (int i = firstOfPass[pass]; i < firstOfPass[pass + 1]; i++)
                {
                    PlacedLayer placed = placement.Layers[layerOf[i]];
                    int first = placed.FirstSegment[rowOf[i]];
                    int end = first + placement.SegmentsOf(placed.Chains.PesOf(rowOf[i]));
                    for (int segment = first; segment < end; segment++)
                    {
                        if (mark[segment] == pass + 1)
                            throw new BarrelException(ModelErrors.BadField, "segment " + segment + " has two chains in pass " + pass);
                        mark[segment] = pass + 1;
                    }
                }
        }
    }
}
