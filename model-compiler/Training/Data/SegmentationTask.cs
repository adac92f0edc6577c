using Barrel.Compiler.Cards;
using Barrel.Runtime;

namespace Barrel.Compiler.Training.Data;

/// <summary>What a segmentation network sees and answers.</summary>
/// <param name="Card">Pixels, classes, the label that counts for nothing.</param>
/// <param name="Format">Input at the network's own size.</param>
/// <param name="CellSide">Input pixels an answer is wide and high.</param>
internal sealed record SegmentationTask(ModelCard Card, InputFormat Format, int CellSide)
{
    /// <summary>Size of a training picture, multiples of what the network divides by.</summary>
    public required int CropWidth { get; init; }

    public required int CropHeight { get; init; }

    public required Augmentation Augmentation { get; init; }

    public int Classes => Card.Classes.Length;

    /// <summary>The target of a label.</summary>
    public long ClassOf(byte label) => label == Card.IgnoreLabel ? Batch.Ignored : label;

    /// <summary>Samples of the frame in each direction a network pixel: what is much smaller than the frame is averaged, not picked.</summary>
    public int Oversampling(int frameWidth) => Math.Max(1, (int)Math.Round((double)frameWidth / Format.Width));
}
