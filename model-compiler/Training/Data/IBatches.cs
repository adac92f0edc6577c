namespace Barrel.Compiler.Training.Data;

/// <summary>What a network is trained on. The batch of a step depends on the seed and the step alone, so that an interrupted training goes on with the same ones.</summary>
internal interface IBatches
{
    /// <summary>Samples in all.</summary>
    int Count { get; }

    /// <summary>Samples a batch.</summary>
    int Size { get; }

    /// <summary>Steps in which each sample is taken once, the rest of a division left out.</summary>
    int StepsPerEpoch { get; }

    /// <summary>The batch of a step, 0 or more. Safe for use by several threads.</summary>
    Batch Make(long step);

    /// <summary>Inputs of samples as they are, spread evenly over the set, [count, channels, height, width] of the network's own size.</summary>
    float[] Calibration(int count);
}
