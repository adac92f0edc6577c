using Barrel.Runtime;

namespace Barrel.Compiler.Cards;

/// <summary>
/// What an ONNX file does not say about its network: which pixels it takes and what its answer means. A JSON file, given with --card or
/// found as MODEL.card.json beside MODEL.onnx.
/// </summary>
public sealed class ModelCard
{
    /// <summary>The file it was read from; null for the default that stands in where there is no card.</summary>
    public string? Path { get; init; }

    /// <summary>How pixels become the network's input.</summary>
    public CardInput Input { get; init; } = new();

    /// <summary>One of <see cref="Model.TaskNone"/>, TaskSegmentation, TaskClassification, TaskDetection.</summary>
    public int Task { get; init; } = Model.TaskNone;

    /// <summary>Names of the classes, without doubles; possibly empty.</summary>
    public string[] Classes { get; init; } = [];

    /// <summary>Index in <see cref="Classes"/> of the class that counts as road, −1 where there is none.</summary>
    public int RoadClass { get; init; } = -1;

    /// <summary>The label id that no metric counts, −1 where there is none.</summary>
    public int IgnoreLabel { get; init; } = -1;

    /// <summary>For a mask of one channel: class 1 where the output is greater, class 0 elsewhere.</summary>
    public float? Threshold { get; init; }

    /// <summary>
    /// One line for stderr when pre-processing and task are guessed, else null.
    /// </summary>
    public string? Warning(string modelPath) => Path is not null
        ? null
        : OneLine.Of($"warning: {modelPath} has no model card ({DefaultPath(modelPath)}): taking RGB (or grey) pixels 0..255 unscaled, and no task");

    /// <summary>The card named, else the one beside the model, else the default.</summary>
    /// <param name="modelPath">The ONNX file.</param>
    /// <param name="cardPath">The value of --card, or null.</param>
    public static ModelCard For(string modelPath, string? cardPath)
    {
        if (cardPath is not null)
            return CardReader.Read(cardPath);
        string beside = DefaultPath(modelPath);
        return File.Exists(beside) ? CardReader.Read(beside) : new ModelCard();
    }

    private static string DefaultPath(string modelPath) => System.IO.Path.ChangeExtension(modelPath, ".card.json");
}
