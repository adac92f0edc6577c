using Barrel.Compiler.Cards;
using Barrel.Compiler.Peers;

namespace Barrel.Compiler.Networks;

/// <summary>Opens whatever can be evaluated, by its extension.</summary>
public static class NetworkFile
{
    /// <param name="path">.onnx or .barrel.</param>
    /// <param name="cardPath">The model card of an ONNX file; null: the one beside it. A blob needs none.</param>
    /// <param name="warnings">Takes a line where there is no card.</param>
    public static INetwork Open(string path, string? cardPath, TextWriter warnings)
    {
        if (Path.GetExtension(path).Equals(".barrel", StringComparison.OrdinalIgnoreCase))
            return new BlobNetwork(path);
        ModelCard card = ModelCard.For(path, cardPath);
        if (card.Warning(path) is string warning)
            warnings.WriteLine(warning);
        return new OnnxRuntimeNetwork(path, card);
    }
}
