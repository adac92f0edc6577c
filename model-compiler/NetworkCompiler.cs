using Barrel.Compiler.Cards;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Packing;
using Barrel.Compiler.Quantizing;
using Barrel.Runtime;

namespace Barrel.Compiler;

/// <summary>From a graph to a blob: lower, give the outputs their task's form, quantize, pack.</summary>
public static class NetworkCompiler
{
    /// <summary>The network as layers, its outputs in the form that the card's task wants, nothing rounded yet.</summary>
    /// <exception cref="BarrelException">BRL2001, BRL2005, BRL2007.</exception>
    public static LoweredNetwork Lower(Graph graph, ModelCard card)
    {
        LoweredNetwork network = Lowerer.Lower(graph, InputTensor(graph, card, InputFormatOf(graph, card)));
        OutputForms.Apply(network, graph, card);
        BlobLimits.Check(network);
        return network;
    }

    /// <param name="graph">The network.</param>
    /// <param name="card">Its card.</param>
    /// <param name="frames">Codes of the calibration frames.</param>
    /// <param name="options">What the user asked for.</param>
    /// <param name="remark">Told what was fused, dropped or left to the host, a line each.</param>
    /// <param name="progress">Told after each layer how many are rounded, of how many.</param>
    /// <param name="sensitivities">Of the same graph on the same frames; null: none is known.</param>
    /// <returns>The blob.</returns>
    /// <exception cref="BarrelException">BRL2001 to BRL2007.</exception>
    public static byte[] Compile(
        Graph graph,
        ModelCard card,
        IReadOnlyList<byte[]> frames,
        QuantizeOptions options,
        Action<string>? remark = null,
        Action<int, int>? progress = null,
        SensitivityCache? sensitivities = null)
    {
        LoweredNetwork network = Lower(graph, card);
        foreach (string line in network.Remarks)
            remark?.Invoke(line);
        Dictionary<LinearLayer, QuantizedLinear> quantized = Quantizer.Quantize(network, frames, options, progress, sensitivities);
        ScaleRange.Check(network);
        if (WeightSchemes.Remark(options.Weights, quantized) is string approximation)
            remark?.Invoke(approximation);
        foreach (string line in LogGrids.Remarks(network, options))
            remark?.Invoke(line);
        return ModelWriter.Write(
            network, quantized, new ModelPurpose(graph.Name, InputFormatOf(graph, card), card.Task, card.Classes, card.RoadClass, card.IgnoreLabel));
    }

    /// <summary>How frames become the graph's input.</summary>
    public static InputFormat InputFormatOf(Graph graph, ModelCard card)
    {
        Value input = graph.Input;
        bool flat = input.Height == 1 && input.Width == 1 && input.Channels > 3;
        return card.Input.ToFormat(flat ? [1, input.Channels] : input.Shape, graph.Name);
    }

    private static LoweredTensor InputTensor(Graph graph, ModelCard card, InputFormat format)
    {
        LoweredTensor input = new("input", graph.Input.Channels, graph.Input.Height, graph.Input.Width);
        if (card.Input.Binarize)
        {
            input.Bits = 1;
            input.IsBinary = true;
            Array.Fill(input.ScaleExponents, 1);
            return input;
        }

        input.Subtract = new float[input.Channels];
        input.Multiply = new float[input.Channels];
        for (int c = 0; c < input.Channels; c++)
        {
            int plane = format.Flat ? 0 : c;
            input.Subtract[c] = (float)card.Input.Subtract[card.Input.Subtract.Length == 1 ? 0 : plane];
            input.Multiply[c] = (float)card.Input.Multiply[card.Input.Multiply.Length == 1 ? 0 : plane];
            input.Zeros[c] = (int)Math.Clamp(Math.Floor(input.Subtract[c] + 0.5f), 0, 255);
        }

        return input;
    }
}
