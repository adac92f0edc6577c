using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>Mean squares of one frame's gradients of a layer's sums.</summary>
/// <param name="Rows">[row], over positions.</param>
/// <param name="Positions">[grid position], over rows.</param>
internal sealed record FrameGradients(double[] Rows, float[] Positions)
{
    /// <summary>Takes one more probe into a mean of so many.</summary>
    public void Add(FrameGradients probe, int count)
    {
        for (int i = 0; i < Rows.Length; i++)
            Rows[i] += (probe.Rows[i] - Rows[i]) / (count + 1);
        for (int i = 0; i < Positions.Length; i++)
            Positions[i] += (probe.Positions[i] - Positions[i]) / (count + 1);
    }
}

/// <summary>What the gradients of a layer's sums say of where an error matters: in which rows, and at which positions of which frames.</summary>
/// <param name="Rows">[row]: mean square over frames and positions.</param>
/// <param name="PositionWeights">[frame][grid position]: weight of a sample taken there, about 1 on average.</param>
internal sealed record LayerGradients(double[] Rows, float[][] PositionWeights)
{
    /// <summary>A sample counts at most so many times the average: few probes say how much it matters.</summary>
    private const double WeightMax = 8;

    /// <param name="layer">The layer.</param>
    /// <param name="frames">One a frame; null where the output does not depend on the layer.</param>
    public static LayerGradients Of(LinearLayer layer, FrameGradients?[] frames)
    {
        double[] rows = new double[layer.Rows];
        for (int row = 0; row < rows.Length; row++)
            rows[row] = frames.Sum(f => f?.Rows[row] ?? 0) / frames.Length;
        double mean = rows.Average();
        float[][] weights = [.. frames.Select(f => f is null || mean == 0 ? [] : Array.ConvertAll(f.Positions, p => Weight(p / mean)))];
        return new LayerGradients(rows, weights);
    }

    /// <summary>Four fifths of the weight are the gradient's; the rest is the same everywhere: a layer must also keep right what is right already.</summary>
    private static float Weight(double relative) => (float)((1 + (4 * Math.Min(relative, WeightMax))) / 5);
}
