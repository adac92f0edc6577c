namespace Barrel.Runtime.Simd;

/// <summary>
/// A layer whose work can be shared between threads: first the stage is made, and when all of it is there, the output. Part i of n runs on one thread; parts
/// write to different bytes, so that the result does not depend on how many there are.
/// </summary>
internal abstract class PartedRunner : LayerRunner
{
    /// <summary>Whether there is a stage to make, and to wait for.</summary>
    public abstract bool HasStage { get; }

    public abstract void MakeStage(int part);

    public abstract void MakeOutput(int part);
}
