using Barrel.Runtime;

namespace Barrel.Compiler.Reports;

/// <summary>What a layer of a blob takes for one frame.</summary>
/// <param name="OutputShape">[channels, height, width].</param>
/// <param name="ShiftMin">Least shift of a tap, in octaves above the sums' unit.</param>
public sealed record LayerCosts(string Name, string Operator, long Macs, int[] OutputShape, int ShiftMin, int ShiftMax)
{
    /// <summary>One for each tap, skip and slope term at each position, for binary layers one for each 64 weights. Rounding and clamping are not counted.</summary>
    public long Adds => LaneAdds + WideAdds;

    /// <summary>Of the adds, those of taps, which are done in lanes of <see cref="LaneBits"/>; of binary layers those of 64-bit words.</summary>
    public long LaneAdds { get; init; }

    /// <summary>Of the adds, those of skips, slopes and resampling, which are done in 32 bits.</summary>
    public long WideAdds { get; init; }

    /// <summary>8 or 16 for taps, 64 for the words of binary layers; 0 where nothing is added in lanes.</summary>
    public int LaneBits { get; init; }

    /// <summary>Times that a byte lane is emptied into a 16-bit one.</summary>
    public long LaneMoves { get; init; }

    /// <summary>Shifts of sums from exponent to exponent, of skips and slopes, and of each output when it is written.</summary>
    public long Shifts { get; init; }

    /// <summary>Outputs that are rounded from a sum of 32 bits.</summary>
    public long RoundedOutputs { get; init; }

    /// <summary>Each tensor that it reads once; what a tile reads twice is not counted.</summary>
    public long ArenaBytesRead { get; init; }

    public long ArenaBytesWritten { get; init; }

    /// <summary>Taps, biases and all else that describes it, read once.</summary>
    public long BlobBytesRead { get; init; }

    /// <summary>Weights of the float layer, zeros included; 0 where it has none that count as multiplications.</summary>
    public long Weights { get; init; }

    /// <summary>Taps in the blob.</summary>
    public long Taps { get; init; }

    /// <summary>Rows of biases; 0 where there are none.</summary>
    public int Rows { get; init; }
}

/// <summary>Costs of every layer of a blob, from the blob alone.</summary>
public static class ModelCosts
{
    public static LayerCosts[] Of(Model model) => [.. model.Layers.Select(l => Of(model, l))];

    /// <summary>Tensors that a layer reads, each once however often it is named.</summary>
    internal static int[] TensorsRead(Layer layer)
    {
        IEnumerable<int> read = layer switch
        {
            TapLayer taps => taps.Inputs.Select(i => i.Tensor),
            BinaryLayer binary => [binary.Input],
            MaxPoolLayer pool => [pool.Input],
            ResizeLayer resize => [resize.Input],
            _ => [],
        };
        if (layer is AccumulatorLayer summing)
            read = read.Concat(summing.Skips.Select(s => s.Tensor));
        return [.. read.Distinct()];
    }

    private static LayerCosts Of(Model model, Layer layer)
    {
        TensorInfo made = model.Tensors[layer.Output];
        (int shiftMin, int shiftMax) = layer is TapLayer t ? (t.ExponentMin, t.ExponentMax) : (0, 0);
        LayerCosts costs = new(layer.Name, layer.Operator, layer.Macs, [made.Channels, made.Height, made.Width], shiftMin, shiftMax)
        {
            ArenaBytesRead = TensorsRead(layer).Sum(i => (long)model.Tensors[i].ByteCount()),
            ArenaBytesWritten = made.ByteCount(),
            BlobBytesRead = layer.BlobBytes,
        };
        return layer switch
        {
            TapLayer taps => OfTaps(costs, model, taps),
            BinaryLayer binary => OfBinary(costs, binary),
            ResizeLayer resize => OfResize(costs, resize, made),
            _ => costs,
        };
    }

    private static LayerCosts OfTaps(LayerCosts costs, Model model, TapLayer layer)
    {
        long positions = (long)layer.GridHeight * layer.GridWidth;
        TapCensus census = TapCensus.Of(model, layer);
        return costs with
        {
            LaneAdds = positions * layer.TapCount,
            WideAdds = positions * WriteOutAdds(layer),
            LaneBits = TapProgram.FitsBytes(model, layer) ? 8 : 16,
            LaneMoves = positions * census.LaneMoves,
            Shifts = positions * (census.Shifts + WriteOutShifts(layer)),
            RoundedOutputs = positions * RoundedRows(layer),
            Weights = layer.Macs / positions,
            Taps = layer.TapCount,
            Rows = layer.Rows,
        };
    }

    private static LayerCosts OfBinary(LayerCosts costs, BinaryLayer layer)
    {
        long positions = (long)layer.GridHeight * layer.GridWidth;
        return costs with
        {
            LaneAdds = positions * layer.Rows * layer.WordsPerRow,
            WideAdds = positions * WriteOutAdds(layer),
            LaneBits = 64,
            Shifts = positions * WriteOutShifts(layer),
            RoundedOutputs = positions * RoundedRows(layer),
            Weights = (long)layer.Rows * layer.FanIn,
            Rows = layer.Rows,
        };
    }

    private static LayerCosts OfResize(LayerCosts costs, ResizeLayer layer, TensorInfo made)
    {
        // Three interpolations of up to four shifted differences each, where a pixel is no copy.
        bool copies = Array.TrueForAll(layer.RowFraction, f => f == 0) && Array.TrueForAll(layer.ColumnFraction, f => f == 0);
        long steps = copies ? 0 : 3L * ResizeLayer.FractionBits * made.ByteCount();
        return costs with { WideAdds = steps, Shifts = steps };
    }

    private static long WriteOutAdds(AccumulatorLayer layer) => SkipTerms(layer) + SlopeTerms(layer);

    private static long WriteOutShifts(AccumulatorLayer layer) =>
        layer.SkipShift.Sum(s => (long)s.Count(shift => shift is not (0 or 255))) + SlopeTerms(layer) + RoundedRows(layer);

    private static long SkipTerms(AccumulatorLayer layer) => layer.SkipShift.Sum(s => (long)s.Count(shift => shift != 255));

    private static long SlopeTerms(AccumulatorLayer layer) => layer.SlopeCount?.Sum(n => (long)n) ?? 0;

    private static int RoundedRows(AccumulatorLayer layer) => layer.Mode == AccumulatorLayer.ModeRequantize ? layer.Rows : 0;
}
