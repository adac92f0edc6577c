using Barrel.Runtime;

namespace Barrel.Compiler.Lowering;

/// <summary>What the blob's format cannot hold is refused here, by the node's name, and not by the loader after all the work.</summary>
internal static class BlobLimits
{
    /// <exception cref="BarrelException">BRL2007.</exception>
    public static void Check(LoweredNetwork network)
    {
        CheckTensor("the input", network.Input);
        foreach (LoweredLayer layer in network.Layers)
        {
            string node = $"node '{layer.Name}'";
            CheckTensor(node, layer.Output);
            if (layer is LinearLayer linear)
                CheckLinear(node, linear);
            else if (layer is PoolLayer { Window: Graphs.MaxPool window })
                CheckWindow(
                    node, [window.KernelHeight, window.KernelWidth], [window.StrideY, window.StrideX], [window.DilationY, window.DilationX],
                        [window.PadTop, window.PadLeft]);
        }
    }

    private static void CheckLinear(string node, LinearLayer layer)
    {
        CheckWindow(node, [layer.KernelHeight, layer.KernelWidth], [layer.StrideY, layer.StrideX], [layer.DilationY, layer.DilationX],
            [layer.PadTop, layer.PadLeft]);
        AtMost(node, "phases", Math.Max(layer.PhaseY, layer.PhaseX), ModelFormat.PhasesMax);
        AtMost(node, "inputs", layer.Inputs.Length, ModelFormat.InputsMax);
        AtMost(node, "channels to read", layer.InputChannels, ModelFormat.ExtentMax);
        AtMost(node, "rows", layer.Rows, ModelFormat.ExtentMax);
        if (layer.WriteOut == WriteOut.ArgMax)
            AtMost(node, "classes", layer.Rows / layer.Phases, 256);
        foreach (Piece piece in layer.Inputs)
            AtMost(node, "doublings of an input", Math.Max(piece.UpsampleShiftY, piece.UpsampleShiftX), ModelFormat.UpsampleShiftMax);
    }

    private static void CheckWindow(string node, int[] kernel, int[] strides, int[] dilations, int[] pads)
    {
        AtMost(node, "kernel rows or columns", kernel.Max(), ModelFormat.KernelMax);
        AtMost(node, "of stride", strides.Max(), ModelFormat.KernelMax);
        AtMost(node, "of dilation", dilations.Max(), ModelFormat.KernelMax);
        AtMost(node, "of padding", pads.Max(p => Math.Abs((long)p)), ModelFormat.ExtentMax);
    }

    private static void CheckTensor(string node, LoweredTensor tensor)
    {
        AtMost(node, "channels", tensor.Channels, ModelFormat.ExtentMax);
        AtMost(node, "rows or columns of output", Math.Max(tensor.Height, tensor.Width), ModelFormat.ExtentMax);
    }

    private static void AtMost(string node, string what, long count, int limit)
    {
        if (count > limit)
            throw new BarrelException(LoweringErrors.BeyondFormat, $"{node}: {count} {what}; at most {limit} are right");
    }
}
