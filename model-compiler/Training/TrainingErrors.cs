namespace Barrel.Compiler.Training;

/// <summary>Codes of what stops training; <c>runtime/ErrorCodes.md</c> lists them.</summary>
public static class TrainingErrors
{
    /// <summary>libtorch cannot be loaded.</summary>
    public const int NoTorch = 1601;

    /// <summary>The loss or a gradient is no finite number.</summary>
    public const int NotFinite = 1602;

    /// <summary>A checkpoint cannot be read, or is of another training.</summary>
    public const int BadCheckpoint = 1603;

    /// <summary>The teacher's answers do not fit the network's classes.</summary>
    public const int BadTeacher = 1604;

    /// <summary>The data does not fit the network.</summary>
    public const int BadData = 1605;

    /// <summary>Somebody stopped the training.</summary>
    public const int Interrupted = 1606;

    /// <summary>libtorch gave up in the middle.</summary>
    public const int TorchFailed = 1607;
}
