using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// Values of one frame on their way through the lowered network, as floats: the float network where nothing is rounded, or the quantized one where
/// tensors hold the values of their codes.
/// </summary>
internal sealed class FloatFlow
{
    private readonly Dictionary<LoweredTensor, float[]> _values = [];

    public float[] this[LoweredTensor tensor]
    {
        get => _values[tensor];
        set => _values[tensor] = value;
    }

    /// <summary>Sums before the activation, where somebody keeps them.</summary>
    public Dictionary<LinearLayer, float[]> Before { get; } = [];

    public bool Has(LoweredTensor tensor) => _values.ContainsKey(tensor);

    public void Release(LoweredTensor tensor) => _values.Remove(tensor);

    /// <summary>Values of the input's codes before the first layer's factors: code − subtract, or ±1.</summary>
    public static float[] InputValues(LoweredTensor input, byte[] codes)
    {
        float[] values = new float[input.ElementCount];
        for (int c = 0; c < input.Channels; c++)
            for (int i = 0; i < input.Area; i++)
            {
                int at = (c * input.Area) + i;
                values[at] = input.IsBinary ? (codes[at] * 2) - 1 : codes[at] - input.Subtract![c];
            }

        return values;
    }

    /// <summary>The layer's values before its output grid: sums, bias, skips, activation, clamp. Raw and class outputs stop before the activation.</summary>
    public float[] Run(LoweredLayer layer, FloatSums? sums, float[]? weights, float[]? bias)
    {
        float[] made;
        switch (layer)
        {
            case LinearLayer linear:
                return RunLinear(linear, sums!, sums!.Gather(t => this[t]), weights ?? linear.Weights, bias ?? linear.Bias);
            case PoolLayer pool:
                FloatPool.Max(pool.Window, this[pool.Input], made = new float[layer.Output.ElementCount]);
                return made;
            case ResampleLayer resample:
                FloatResize.Run(resample.Table, this[resample.Input], made = new float[layer.Output.ElementCount]);
                return made;
            default:
                throw new InvalidOperationException(layer.GetType().Name);
        }
    }

    /// <summary>Channels of what a linear layer makes before it is reduced to classes or bits.</summary>
    public static int ChannelsOf(LinearLayer layer) => layer.Rows / layer.Phases;

    /// <summary>The same for a linear layer whose input is already gathered.</summary>
    public float[] RunLinear(LinearLayer layer, FloatSums sums, float[] gathered, float[] weights, float[] bias)
    {
        float[] made = SumLinear(layer, sums, gathered, weights, bias);
        Activate(layer, made);
        return made;
    }

    /// <summary>The same, short of activation and clamp.</summary>
    public float[] SumLinear(LinearLayer layer, FloatSums sums, float[] gathered, float[] weights, float[] bias)
    {
        float[] raw = sums.Sum(gathered, weights);
        int rowSize = raw.Length / layer.Rows;
        int height = layer.Output.Height;
        int width = layer.Output.Width;
        float[] made = new float[ChannelsOf(layer) * height * width];
        for (int row = 0; row < layer.Rows; row++)
        {
            int channel = row / layer.Phases;
            int phaseY = row % layer.Phases / layer.PhaseX;
            int phaseX = row % layer.PhaseX;
            for (int y = 0; y < layer.GridHeight; y++)
            {
                int oy = (y * layer.PhaseY) + phaseY;
                if (oy >= height)
                    break;
                int source = (row * rowSize) + (y * sums.RowStride);
                int target = ((channel * height) + oy) * width;
                for (int x = 0; x < layer.GridWidth; x++)
                {
                    int ox = (x * layer.PhaseX) + phaseX;
                    if (ox < width)
                        made[target + ox] = raw[source + x] + bias[row];
                }
            }
        }

        foreach (Piece skip in layer.Skips)
        {
            float[] values = this[skip.Tensor];
            int first = skip.First * skip.Tensor.Area;
            for (int i = 0; i < made.Length; i++)
                made[i] += values[first + i];
        }

        return made;
    }

    /// <summary>Activation and clamp of a layer, in place.</summary>
    public static void Activate(LinearLayer layer, float[] values)
    {
        int area = layer.Output.Area;
        if (layer.Slopes is float[] slopes)
            for (int i = 0; i < values.Length; i++)
                if (values[i] < 0)
                    values[i] *= slopes[slopes.Length == 1 ? 0 : i / area];
        if (!float.IsInfinity(layer.Minimum) || !float.IsInfinity(layer.Maximum))
            for (int i = 0; i < values.Length; i++)
                values[i] = Math.Clamp(values[i], layer.Minimum, layer.Maximum);
        if (layer.Sign)
            for (int i = 0; i < values.Length; i++)
                values[i] = values[i] >= 0 ? 1 : -1;
    }
}
