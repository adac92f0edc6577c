using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>Runs one placed layer on a chip: for each pass the chains are loaded, for each position inputs go there and results come back.</summary>
internal sealed class ChipLayerRunner
{
    private readonly ChipProgram program;
    private readonly PlacedLayer placed;
    private readonly ChainLayer layer;
    private readonly Model model;
    private readonly byte[] arena;
    private readonly ushort[] inputs;
    private readonly ushort[] results;
    private readonly Share[] shares;
    private ushort[] margins = [];

    /// <param name="program">Fills the chip.</param>
    /// <param name="placed">The layer's chains.</param>
    /// <param name="model">The model.</param>
    /// <param name="arena">Inputs are taken from it, results written to it.</param>
    public ChipLayerRunner(ChipProgram program, PlacedLayer placed, Model model, byte[] arena)
    {
        this.program = program;
        this.placed = placed;
        this.model = model;
        this.arena = arena;
        layer = new ChainLayer(model, (BinaryLayer)model.Layers[placed.Layer], arena);

        // Whole banks: constants read zeros, which a wider layer's inputs may have left otherwise.
        Placement placement = program.Placement;
        inputs = new ushort[placement.SegmentsOf(placed.Chains.PesMax) * placement.SegmentPes / 16];
        shares = [.. Sequence.Range(0, placement.Passes).Select(ShareOf).OfType<Share>()];
        results = new ushort[shares.Select(s => s.ResultWords).MaxOrDefault()];
        SumCount = placed.Chains.IsSign ? 0 : layer.Positions * placed.Chains.Layer.Rows;
    }

    public PlacedLayer Placed => placed;

    /// <summary>Passes in which the layer has chains, in order.</summary>
    public int ShareCount => shares.Length;

    /// <summary>Sums that <see cref="Evaluate"/> leaves for <see cref="WriteOut"/>; 0 for layers of signs.</summary>
    public int SumCount { get; }

    /// <summary>Counts of margins by size, 0 first; null where they are not asked for.</summary>
    public long[]? Margins { get; private set; }

    /// <summary>From now on reads the margin of every chain, which takes as many words as there are segments between them.</summary>
    public void CountMargins()
    {
        Margins = new long[1 << (program.Placement.MarginBits - 1)];
        margins = new ushort[shares.Select(s => s.LastSegments.Max() - s.LastSegments.Min() + 1).MaxOrDefault()];
    }

    /// <summary>Loads the chains of one share.</summary>
    public void Load(int share) => program.Load(shares[share].Pass);

    /// <summary>Runs one share's chains for every position of the frame in the arena.</summary>
    public void Evaluate(int share, Span<int> sums)
    {
        Share own = shares[share];
        Span<ushort> words = results.AsSpan(0, own.ResultWords);
        for (int position = 0; position < layer.Positions; position++)
        {
            layer.Gather(position);
            for (int i = 0; i < inputs.Length; i++)
                inputs[i] = i >> 2 < layer.Inputs.Length ? (ushort)(layer.Inputs[i >> 2] >> ((i & 3) << 4)) : (ushort)0;
            program.Chip.Link.WriteThenRead(ChipRegisters.Input, inputs, own.ResultAddress, words);
            for (int i = 0; i < own.Rows.Length; i++)
            {
                int at = own.LastSegments[i] - own.FirstResult;
                if (placed.Chains.IsSign)
                    layer.WriteSign(own.Rows[i], position, ((words[at >> 4] >> (at & 15)) & 1) == 0);
                else
                    sums[(position * placed.Chains.Layer.Rows) + own.Rows[i]] = (short)words[at];
            }

            if (Margins is not null)
                ReadMargins(own);
        }
    }

    private void ReadMargins(Share own)
    {
        int first = own.LastSegments.Min();
        Span<ushort> read = margins.AsSpan(0, own.LastSegments.Max() - first + 1);
        program.Chip.Link.Read(ChipRegisters.Margin + (uint)first, read);
        foreach (int last in own.LastSegments)
            Margins![Math.Min(Math.Abs((int)(short)read[last - first]), Margins.Length - 1)]++;
    }

    /// <summary>What is left when all shares are done: rows without a chain, and the write-out of sums.</summary>
    public void WriteOut(ReadOnlySpan<int> sums)
    {
        int rows = placed.Chains.Layer.Rows;
        for (int position = 0; position < layer.Positions; position++)
        {
            if (!placed.Chains.IsSign)
                layer.BeginSums(position);
            for (int row = 0; row < rows; row++)
            {
                if (!placed.Chains.IsSign)
                    layer.WriteSum(row, sums[(position * rows) + row]);
                else if (placed.Chains.FixedCodeOf(row) >= 0)
                    layer.WriteSign(row, position, placed.Chains.FixedCodeOf(row) == 1);
            }
        }
    }

    /// <summary>The layer's input in the arena.</summary>
    public Span<byte> Input => Of(model.Tensors[placed.Chains.Layer.Input]);

    /// <summary>The layer's output in the arena.</summary>
    public Span<byte> Output => Of(model.Tensors[placed.Chains.Layer.Output]);

    private Span<byte> Of(TensorInfo tensor) => arena.AsSpan(tensor.ArenaOffset, tensor.ByteCount());

    private Share? ShareOf(int pass)
    {
        PassRows all = program.Rows;
        int[] own = [.. Sequence.Range(all.First(pass), all.First(pass + 1) - all.First(pass)).Where(i => all.LayerAt(i) == placed)];
        if (own.Length == 0)
            return null;
        int[] last = [.. own.Select(i => all.FirstSegmentAt(i) + all.SegmentsAt(i) - 1)];
        int first = last.Min(), end = last.Max() + 1;
        int[] rows = [.. own.Select(all.RowAt)];
        if (!placed.Chains.IsSign)
            return new Share(pass, rows, last, first, ChipRegisters.Margin + (uint)first, end - first);
        first &= ~15;
        return new Share(pass, rows, last, first, ChipRegisters.Output + (uint)(first >> 4), (end - first + 15) >> 4);
    }

    /// <summary>What a layer has in one pass.</summary>
    /// <param name="Pass">The pass.</param>
    /// <param name="Rows">Rows whose chains are there.</param>
    /// <param name="LastSegments">Where each of them ends.</param>
    /// <param name="FirstResult">The segment of the first result that is read.</param>
    /// <param name="ResultAddress">Where results are read.</param>
    /// <param name="ResultWords">How many words.</param>
    private sealed record Share(int Pass, int[] Rows, int[] LastSegments, int FirstResult, uint ResultAddress, int ResultWords);
}
