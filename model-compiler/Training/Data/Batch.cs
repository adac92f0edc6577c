namespace Barrel.Compiler.Training.Data;

/// <summary>Samples that one step of training takes together.</summary>
/// <param name="Inputs">[samples, channels, height, width], as the network's card makes them of pixels.</param>
/// <param name="Targets">[samples, target height, target width] class ids, or [samples]; <see cref="Ignored"/> counts for nothing.</param>
/// <param name="Answers">The teacher's probabilities, [samples, classes, target height, target width]; null where there is no teacher.</param>
/// <param name="Height">Of the inputs.</param>
/// <param name="Width">Of the inputs.</param>
internal sealed record Batch(float[] Inputs, long[] Targets, float[]? Answers, int Height, int Width)
{
    /// <summary>The target of pixels that are no class.</summary>
    public const long Ignored = -100;
}
