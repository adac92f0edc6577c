using System.Diagnostics;

namespace Barrel.Compiler.Graphs;

/// <summary>
/// The network in float32, for calibration and as the reference that quantization is measured against. Sums have one fixed order, so a run
/// gives the same bits every time, whatever else the machine does.
/// </summary>
public static class FloatRunner
{
    /// <summary>Runs body and decoding.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="input">Its input, [1, channels, height, width], row major.</param>
    /// <returns>Every value of the graph: the input, the body's, and the decoded.</returns>
    public static IReadOnlyDictionary<Value, float[]> Run(Graph graph, float[] input)
    {
        var values = new Dictionary<Value, float[]> { [graph.Input] = Checked(graph, input) };
        foreach (Node node in graph.Body)
            values[node.Output] = Compute(node, values);
        FloatDecoding.Run(graph, values);
        return values;
    }

    /// <summary>Runs the body and shows each result as it is made; a result is dropped after its last reader.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="input">Its input, [1, channels, height, width], row major.</param>
    /// <param name="visit">Called after each node with the node and its result, which it must not change or keep a claim on.</param>
    /// <returns>The outputs of the body and, after decoding, those of the file.</returns>
    public static IReadOnlyDictionary<Value, float[]> Run(Graph graph, float[] input, Action<Node, float[]> visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        var lastReader = new Dictionary<Value, Node>();
        foreach (Node node in graph.Body)
        {
            foreach (Value v in node.Inputs)
                lastReader[v] = node;
        }
        var kept = new HashSet<Value>(graph.Outputs);
        var values = new Dictionary<Value, float[]> { [graph.Input] = Checked(graph, input) };
        foreach (Node node in graph.Body)
        {
            float[] result = Compute(node, values);
            values[node.Output] = result;
            visit(node, result);
            foreach (Value v in node.Inputs)
            {
                if (lastReader[v] == node && !kept.Contains(v))
                    values.Remove(v);
            }
        }
        FloatDecoding.Run(graph, values);
        return values;
    }

    /// <summary>One node alone.</summary>
    /// <param name="node">The node.</param>
    /// <param name="inputs">Its inputs, in its order.</param>
    public static float[] Compute(Node node, params float[][] inputs)
    {
        var values = new Dictionary<Value, float[]>();
        for (int i = 0; i < inputs.Length; i++)
            values[node.Inputs[i]] = inputs[i];
        return Compute(node, values);
    }

    private static float[] Checked(Graph graph, float[] input) => input.Length == graph.Input.ElementCount
        ? input
        : throw new ArgumentException($"{input.Length} elements for {graph.Input}", nameof(input));

    private static float[] Compute(Node node, Dictionary<Value, float[]> values)
    {
        float[] x = values[node.Inputs[0]];
        // Every kernel writes every element.
        float[] y = GC.AllocateUninitializedArray<float>(node.Output.ElementCount);
        switch (node)
        {
            case Convolution n:
                FloatConvolution.Run(n, x, y);
                break;
            case TransposedConvolution n:
                FloatConvolution.Run(n, x, y);
                break;
            case ParametricRelu n:
                FloatElementwise.ParametricRelu(n, x, y);
                break;
            case Clip n:
                FloatElementwise.Clip(n, x, y);
                break;
            case Sign:
                FloatElementwise.Sign(x, y);
                break;
            case Add n:
                FloatElementwise.Add(x, values[n.Inputs[1]], y);
                break;
            case ActivationGrid n:
                FloatElementwise.Grid(n, x, y);
                break;
            case Concat n:
                FloatChannels.Concat(n, values, y);
                break;
            case ChannelSlice n:
                FloatChannels.Slice(n, x, y);
                break;
            case DepthToSpace n:
                FloatChannels.DepthToSpace(n, x, y);
                break;
            case ArgMax n:
                FloatChannels.ArgMax(n, x, y);
                break;
            case MaxPool n:
                FloatPool.Max(n, x, y);
                break;
            case AveragePool n:
                FloatPool.Average(n, x, y);
                break;
            case Resize n:
                FloatResize.Run(n, x, y);
                break;
            default:
                throw new UnreachableException($"{node.GetType().Name} has no float kernel");
        }
        return y;
    }
}
