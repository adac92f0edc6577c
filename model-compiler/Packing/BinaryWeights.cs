using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;

namespace Barrel.Compiler.Packing;

/// <summary>Layers whose inputs and weights are all +1 or −1: they take a bit a weight and run by XNOR and popcount.</summary>
internal static class BinaryWeights
{
    /// <summary>
    /// Whether the layer is one: a binary tensor whole in, ±1 weights, windows inside the input, and a bias that whole sums lose nothing to (any, where only
    /// the sign leaves the layer).
    /// </summary>
    public static bool Apply(LinearLayer layer, QuantizedLinear quantized) =>
        layer.Inputs.Length == 1 && layer.Inputs[0] is { First: 0, UpsampleShiftX: 0, UpsampleShiftY: 0 } input
        && input.Tensor.IsBinary && input.Channels == input.Tensor.Channels && layer.Groups == 1 && layer.Phases == 1
        && ((layer.Output.Height - 1) * layer.StrideY) + ((layer.KernelHeight - 1) * layer.DilationY) < input.Tensor.Height
        && ((layer.Output.Width - 1) * layer.StrideX) + ((layer.KernelWidth - 1) * layer.DilationX) < input.Tensor.Width
        && layer is { PadTop: 0, PadLeft: 0, Skips.Count: 0 }
        && (layer.Sign || (layer.WriteOut is WriteOut.Raw or WriteOut.ArgMax && Array.TrueForAll(quantized.Bias, b => b == MathF.Floor(b))))
        && Array.TrueForAll(quantized.Weights, w => w is 1 or -1);

    /// <summary>Rows in units of one: acc = bias + Σ ±1. A sign keeps its meaning under Floor: a whole sum s has s + b ≥ 0 where s + Floor(b) ≥ 0.</summary>
    public static TapRow[] RowsOf(LinearLayer layer, QuantizedLinear quantized)
    {
        TapRow[] rows = new TapRow[layer.Rows];
        for (int r = 0; r < rows.Length; r++)
        {
            List<Tap> taps = [];
            for (int i = 0; i < layer.FanIn; i++)
                taps.Add(new Tap(i, 0, quantized.Weights[(r * layer.FanIn) + i] < 0));
            rows[r] = new TapRow { Taps = taps, Bias = (int)MathF.Floor(quantized.Bias[r]), Shift = 30, Post = 1 << 30, High = 1 };
        }

        Array.Fill(layer.Output.ScaleExponents, layer.Sign ? 1 : 0);
        return rows;
    }
}
