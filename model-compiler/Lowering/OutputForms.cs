using Barrel.Compiler.Cards;
using Barrel.Compiler.Graphs;
using Barrel.Runtime;

namespace Barrel.Compiler.Lowering;

/// <summary>
/// Gives outputs the form that the task reads: a segmentation's scores become the mask in the layer that makes them, other scores stay exact 32-bit sums.
/// </summary>
internal static class OutputForms
{
    /// <exception cref="BarrelException">BRL2005: the card's task does not fit what the network makes.</exception>
    public static void Apply(LoweredNetwork network, Graph graph, ModelCard card)
    {
        for (int i = 0; i < network.Outputs.Count; i++)
        {
            LoweredTensor output = network.Outputs[i];
            LinearLayer layer = OwnLayer(network, i);
            if (card.Task == Model.TaskSegmentation && i == 0)
            {
                if (layer.WriteOut == WriteOut.ArgMax)
                    continue;
                if (output.Channels == 1)
                    layer = ToThreshold(network, layer, graph, card, i);
                else
                    layer = ToArgMax(network, layer, i);
                network.Remarks.Add(
                    output.Channels == 1
                        ? $"output '{output.Name}': compared with its threshold in the layer that makes it"
                        : $"output '{output.Name}': only the greatest of {output.Channels} channels is kept, in the layer that makes them");
            }
            else if (IsLinear(layer) && layer.WriteOut == WriteOut.Codes)
            {
                layer.WriteOut = WriteOut.Raw;
            }
        }

        foreach (string remark in graph.Remarks)
            network.Remarks.Add(remark);
    }

    private static bool IsLinear(LinearLayer layer) =>
        layer.Slopes is null && float.IsInfinity(layer.Minimum) && float.IsInfinity(layer.Maximum) && !layer.Sign && layer.Grid is null;

    /// <summary>A linear layer that makes output i and that nothing else reads; a copy is added where there is none.</summary>
    private static LinearLayer OwnLayer(LoweredNetwork network, int i)
    {
        LoweredTensor output = network.Outputs[i];
        bool shared = network.Layers.Any(l => l.Reads.Contains(output)) || network.Outputs.Count(o => o == output) > 1;
        if (!shared && network.Layers.Find(l => l.Output == output) is LinearLayer layer)
            return layer;
        LinearLayer copy = LinearForms.Identity(
            output.Name + "_out", "Identity", [new Piece(output, 0, output.Channels)], new LoweredTensor(output.Name + "_out", output.Channels, output.Height, output.Width));
        network.Layers.Add(copy);
        network.Outputs[i] = copy.Output;
        return copy;
    }

    private static LinearLayer ToArgMax(LoweredNetwork network, LinearLayer layer, int i)
    {
        LoweredTensor scores = layer.Output;
        if (!IsLinear(layer))
        {
            layer = LinearForms.Identity(scores.Name + "_argmax", "ArgMax", [new Piece(scores, 0, scores.Channels)], scores);
            network.Layers.Add(layer);
        }

        layer.WriteOut = WriteOut.ArgMax;
        layer.Output = new LoweredTensor(scores.Name + "_mask", 1, scores.Height, scores.Width);
        network.Outputs[i] = layer.Output;
        return layer;
    }

    private static LinearLayer ToThreshold(LoweredNetwork network, LinearLayer layer, Graph graph, ModelCard card, int i)
    {
        float threshold = card.Threshold ?? 0.5f;
        if (graph.Decoding.Exists(s => s.Operator == "Sigmoid"))
        {
            if (threshold is <= 0 or >= 1)
                throw new BarrelException(LoweringErrors.CardMismatch, $"the card's threshold is {threshold}, and a sigmoid's values lie between 0 and 1");
            threshold = MathF.Log(threshold / (1 - threshold));
        }

        // Rectifiers below and clamps around the threshold change nothing about which side of it a value lies on.
        bool keepsSides = layer.Slopes is not float[] slopes || Array.TrueForAll(slopes, s => s >= 0);
        if (layer.Grid is null && !layer.Sign && keepsSides && threshold > 0 && layer.Minimum < threshold && layer.Maximum >= threshold)
        {
            layer.Slopes = null;
            layer.Minimum = float.NegativeInfinity;
            layer.Maximum = float.PositiveInfinity;
        }

        LoweredTensor scores = layer.Output;
        if (!IsLinear(layer))
        {
            layer = LinearForms.Identity(scores.Name + "_threshold", "Identity", [new Piece(scores, 0, 1)], scores);
            network.Layers.Add(layer);
        }

        layer.WriteOut = WriteOut.Threshold;
        layer.Threshold = threshold;
        layer.Output = new LoweredTensor(scores.Name + "_mask", 1, scores.Height, scores.Width);
        network.Outputs[i] = layer.Output;
        return layer;
    }
}
