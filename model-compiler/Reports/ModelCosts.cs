using Barrel.Runtime;

namespace Barrel.Compiler.Reports;

/// <summary>What a layer of a blob takes for one frame.</summary>
/// <param name="Adds">One for each tap, skip and slope term at each position, for binary layers one for each 64 weights. Rounding and clamping are not counted.</param>
/// <param name="OutputShape">[channels, height, width].</param>
/// <param name="ShiftMin">Least shift of a tap, in octaves above the sums' unit.</param>
public sealed record LayerCosts(string Name, string Operator, long Macs, long Adds, int[] OutputShape, int ShiftMin, int ShiftMax);

/// <summary>Costs of every layer of a blob, from the blob alone.</summary>
public static class ModelCosts
{
    public static LayerCosts[] Of(Model model) => [.. model.Layers.Select(l => Of(model, l))];

    private static LayerCosts Of(Model model, Layer layer)
    {
        TensorInfo made = model.Tensors[layer.Output];
        (int shiftMin, int shiftMax) = layer is TapLayer t ? (t.ExponentMin, t.ExponentMax) : (0, 0);
        return new LayerCosts(layer.Name, layer.Operator, layer.Macs, AddsOf(model, layer), [made.Channels, made.Height, made.Width], shiftMin, shiftMax);
    }

    private static long AddsOf(Model model, Layer layer)
    {
        switch (layer)
        {
            case TapLayer taps:
                long positions = (long)taps.GridHeight * taps.GridWidth;
                return positions * (taps.TapCount + WriteOutAdds(taps));
            case BinaryLayer binary:
                return ((long)binary.Rows * binary.WordsPerRow) + WriteOutAdds(binary);
            case ResizeLayer resize:
                // Three interpolations of up to four shifted differences each, where a pixel is no copy.
                bool copies = Array.TrueForAll(resize.RowFraction, f => f == 0) && Array.TrueForAll(resize.ColumnFraction, f => f == 0);
                return copies ? 0 : 3L * ResizeLayer.FractionBits * model.Tensors[layer.Output].ByteCount();
            default:
                return 0;
        }
    }

    private static long WriteOutAdds(AccumulatorLayer layer) =>
        layer.SkipShift.Sum(s => (long)s.Count(shift => shift != 255)) + (layer.SlopeCount?.Sum(n => (long)n) ?? 0);
}
