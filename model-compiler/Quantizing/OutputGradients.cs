using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// How far the network's output moves when a layer's sums do: the mean square, over frames and positions, of the gradient of a probe of the output, one
/// for each row. Probes are drawn so that their covariance is the output's own Fisher information, diag(p) − p·pᵀ of the softmax for scores, so a unit
/// means the same in every layer: half of it times an error's square is what that error adds to the Kullback-Leibler divergence from the float network,
/// positions weighted as <see cref="OutputProbe"/> says.
/// </summary>
internal static class OutputGradients
{
    /// <summary>
    /// Probes in all at least: few frames get several each. A row's mean square over 64 is too noisy to share out half an add by: ESPNet at 0.5 gains
    /// 0.4 points of mIoU from 256, on average over calibration sets.
    /// </summary>
    private const int ProbesMin = 256;

    /// <param name="network">The network.</param>
    /// <param name="frames">Codes of the frames to measure on.</param>
    public static Dictionary<LinearLayer, LayerGradients> Measure(LoweredNetwork network, IReadOnlyList<byte[]> frames)
    {
        LinearLayer[] layers = [.. network.Layers.OfType<LinearLayer>()];
        Dictionary<LinearLayer, FloatSums> sums = layers.ToDictionary(l => l, l => new FloatSums(l));
        int probes = Math.Max(1, ProbesMin / Math.Max(1, frames.Count));
        Dictionary<LinearLayer, FrameGradients>[] ofFrames = new Dictionary<LinearLayer, FrameGradients>[frames.Count];
        Parallel.For(0, frames.Count, f => ofFrames[f] = OfFrame(network, sums, frames[f], (uint)f, probes));
        return layers.ToDictionary(l => l, l => LayerGradients.Of(l, [.. ofFrames.Select(f => f.GetValueOrDefault(l))]));
    }

    private static Dictionary<LinearLayer, FrameGradients> OfFrame(
        LoweredNetwork network, Dictionary<LinearLayer, FloatSums> sums, byte[] frame, uint seed, int probes)
    {
        FloatFlow flow = Forward(network, sums, FloatFlow.InputValues(network.Input, frame));
        Dictionary<LinearLayer, FrameGradients> means = [];
        for (int probe = 0; probe < probes; probe++)
        {
            Dictionary<LoweredTensor, float[]> gradients = [];
            for (int i = 0; i < network.Outputs.Count; i++)
            {
                LoweredTensor output = network.Outputs[i];
                LinearLayer? maker = network.Layers.Find(l => l.Output == output) as LinearLayer;
                gradients[output] = OutputProbe.Draw(maker, flow[output], (((seed * (uint)probes) + (uint)probe) * 31) + (uint)i + 1);
            }

            foreach ((LinearLayer layer, FrameGradients squares) in Back(network, sums, flow, gradients, toInput: false))
            {
                if (means.TryGetValue(layer, out FrameGradients? mean))
                    mean.Add(squares, probe);
                else
                    means[layer] = squares;
            }
        }

        return means;
    }

    /// <summary>Takes gradients of the outputs back through the network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="sums">Geometry of each linear layer.</param>
    /// <param name="flow">Every tensor's values.</param>
    /// <param name="gradients">Of the outputs; with <paramref name="toInput"/> it holds the input's in the end.</param>
    /// <param name="toInput">Whether the input's gradient is wanted.</param>
    /// <returns>Mean squares of the gradients of each linear layer's sums.</returns>
    internal static Dictionary<LinearLayer, FrameGradients> Back(
        LoweredNetwork network, Dictionary<LinearLayer, FloatSums> sums, FloatFlow flow, Dictionary<LoweredTensor, float[]> gradients, bool toInput)
    {
        Dictionary<LinearLayer, FrameGradients> squares = [];
        for (int i = network.Layers.Count - 1; i >= 0; i--)
        {
            LoweredLayer layer = network.Layers[i];
            if (!gradients.Remove(layer.Output, out float[]? gradient))
                continue;
            float[] Of(LoweredTensor tensor) => gradients.TryGetValue(tensor, out float[]? g) ? g : gradients[tensor] = new float[tensor.ElementCount];
            switch (layer)
            {
                case LinearLayer linear:
                    squares[linear] = Linear(
                        linear, sums[linear], flow, gradient, Of, !toInput && layer.Reads.All(t => t == network.Input));
                    break;
                case PoolLayer pool:
                    FloatPool.MaxBack(pool.Window, flow[pool.Input], flow[pool.Output], gradient, Of(pool.Input));
                    break;
                case ResampleLayer resample:
                    FloatResize.Back(resample.Table, gradient, Of(resample.Input));
                    break;
            }
        }

        return squares;
    }

    /// <summary>Every tensor's values.</summary>
    internal static FloatFlow Forward(LoweredNetwork network, Dictionary<LinearLayer, FloatSums> sums, float[] input)
    {
        FloatFlow flow = new() { [network.Input] = input };
        foreach (LoweredLayer layer in network.Layers)
        {
            if (layer is not LinearLayer linear)
            {
                flow[layer.Output] = flow.Run(layer, null, null, null);
                continue;
            }

            float[] made = flow.SumLinear(linear, sums[linear], sums[linear].Gather(t => flow[t]), linear.Weights, linear.Bias);
            if (TurnsSign(linear))
                flow.Before[linear] = (float[])made.Clone();
            FloatFlow.Activate(linear, made);
            flow[layer.Output] = made;
        }

        return flow;
    }

    /// <summary>Whether what leaves the activation does not tell on which side of zero the sum was.</summary>
    private static bool TurnsSign(LinearLayer layer) => layer.Slopes is float[] slopes && Array.Exists(slopes, s => s < 0);

    private static FrameGradients Linear(
        LinearLayer layer, FloatSums sums, FloatFlow flow, float[] gradient, Func<LoweredTensor, float[]> gradientOf, bool isFirst)
    {
        BackThroughActivation(layer, flow[layer.Output], flow.Before.GetValueOrDefault(layer), gradient);
        foreach (Piece skip in layer.Skips)
        {
            float[] target = gradientOf(skip.Tensor);
            int first = skip.First * skip.Tensor.Area;
            for (int i = 0; i < gradient.Length; i++)
                target[first + i] += gradient[i];
        }

        int rowSize = sums.Positions + TapSum.Slack;
        float[] raw = new float[layer.Rows * rowSize];
        double[] ofRows = new double[layer.Rows];
        float[] ofPositions = new float[layer.GridHeight * layer.GridWidth];
        for (int row = 0; row < layer.Rows; row++)
        {
            double sum = 0;
            for (int y = 0; y < layer.GridHeight; y++)
            {
                int oy = (y * layer.PhaseY) + (row % layer.Phases / layer.PhaseX);
                if (oy >= layer.Output.Height)
                    break;
                int source = ((row / layer.Phases * layer.Output.Height) + oy) * layer.Output.Width;
                for (int x = 0; x < layer.GridWidth; x++)
                {
                    int ox = (x * layer.PhaseX) + (row % layer.PhaseX);
                    if (ox >= layer.Output.Width)
                        continue;
                    float g = gradient[source + ox];
                    raw[(row * rowSize) + (y * sums.RowStride) + x] = g;
                    sum += (double)g * g;
                    ofPositions[(y * layer.GridWidth) + x] += g * g / layer.Rows;
                }
            }

            ofRows[row] = sum / ofPositions.Length;
        }

        if (!isFirst)
            sums.ScatterBack(sums.SumBack(raw, layer.Weights), gradientOf);
        return new FrameGradients(ofRows, ofPositions);
    }

    /// <summary>A sign lets the gradient through as it is (straight-through).</summary>
    private static void BackThroughActivation(LinearLayer layer, float[] made, float[]? before, float[] gradient)
    {
        if (layer.WriteOut != WriteOut.Codes || layer.Sign)
            return;
        int area = layer.Output.Area;
        for (int i = 0; i < gradient.Length; i++)
        {
            if (made[i] >= layer.Maximum || (made[i] <= layer.Minimum && !float.IsInfinity(layer.Minimum)))
                gradient[i] = 0;
            else if ((before ?? made)[i] <= 0 && layer.Slopes is float[] slopes)
                gradient[i] *= slopes[slopes.Length == 1 ? 0 : i / area];
        }
    }
}
