namespace Barrel.Compiler.Graphs;

/// <summary>Lets convolutions pad for themselves where a Pad node with zeros stands before them.</summary>
internal static class PaddingFolding
{
    public static void Run(Graph graph)
    {
        var links = new BodyLinks(graph);
        foreach (Node node in graph.Body.ToArray())
        {
            if (node is not Convolution pad || !IsPadding(pad))
                continue;
            foreach (Node reader in links.Readers(pad.Output).ToArray())
            {
                if (reader is not Convolution c)
                    continue;
                c.PadTop += pad.PadTop;
                c.PadLeft += pad.PadLeft;
                links.SetInput(c, pad.Inputs[0]);
            }
            if (links.Readers(pad.Output).Count > 0 || links.IsOutput(pad.Output))
                continue;
            links.Remove(pad);
            graph.Remarks.Add($"{pad.OnnxOperator} '{pad.Name}': folded into the layers that read it");
        }
        links.Apply();
    }

    // Zeros around the whole input; cropping on any side would let a reader see what was cut away.
    private static bool IsPadding(Convolution c)
    {
        Value input = c.Inputs[0];
        return c is { OnnxOperator: "Pad", KernelHeight: 1, KernelWidth: 1, StrideY: 1, StrideX: 1, PadTop: >= 0, PadLeft: >= 0 }
            && c.Groups == input.Channels && c.Output.Channels == input.Channels
            && c.Output.Height >= input.Height + c.PadTop && c.Output.Width >= input.Width + c.PadLeft
            && Array.TrueForAll(c.Weights, w => w == 1) && Array.TrueForAll(c.Bias, b => b == 0);
    }
}
