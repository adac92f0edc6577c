using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>Folds the pre-processing's factors into the weights of the layers that read the input, whose values are then code − subtract.</summary>
internal static class InputFactors
{
    public static void Fold(LoweredNetwork network)
    {
        if (network.Input.Multiply is not float[] factors || Array.TrueForAll(factors, f => f == 1))
            return;
        foreach (LinearLayer layer in network.Layers.OfType<LinearLayer>())
        {
            if (!layer.Inputs.Any(p => p.Tensor == network.Input))
                continue;
            float[] ofChannel = [.. layer.Inputs.SelectMany(p => Enumerable.Range(p.First, p.Channels).Select(c => p.Tensor == network.Input ? factors[c] : 1))];
            float[] weights = (float[])layer.Weights.Clone();
            int area = layer.KernelHeight * layer.KernelWidth;
            int perGroup = layer.InputChannels / layer.Groups;
            int rowsPerGroup = layer.Rows / layer.Groups;
            for (int i = 0; i < weights.Length; i++)
            {
                int row = i / layer.FanIn;
                weights[i] *= ofChannel[(row / rowsPerGroup * perGroup) + (i % layer.FanIn / area)];
            }

            layer.Weights = weights;
        }
    }
}
