using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// Sensitivities of a network that is quantized several times on the same frames: they are of the float network, so that no option changes them, and
/// measuring them takes about as long as rounding does.
/// </summary>
public sealed class SensitivityCache
{
    /// <summary>By the layer's index: each quantization lowers the network anew.</summary>
    private readonly Dictionary<int, Sensitivity> _measured = [];

    /// <summary>The sensitivities of some layers, measured where they are not known.</summary>
    internal Dictionary<LinearLayer, Sensitivity> Of(LoweredNetwork network, IReadOnlyList<byte[]> frames, IReadOnlySet<LinearLayer> wanted)
    {
        int[] indices = [.. Enumerable.Range(0, network.Layers.Count).Where(i => network.Layers[i] is LinearLayer layer && wanted.Contains(layer))];
        if (!Array.TrueForAll(indices, _measured.ContainsKey))
        {
            Dictionary<LinearLayer, Sensitivity> made = Sensitivity.Measure(network, frames, wanted);
            foreach (int i in indices)
                _measured[i] = made[(LinearLayer)network.Layers[i]];
        }

        return indices.ToDictionary(i => (LinearLayer)network.Layers[i], i => _measured[i]);
    }
}
