using Barrel.Runtime;

namespace Barrel.Compiler.Networks;

/// <summary>A network that frames can be run through, whatever runs it: an ONNX file in ONNX Runtime, or a blob.</summary>
public interface INetwork : IDisposable
{
    /// <summary>The file, as the user wrote it.</summary>
    string Name { get; }

    InputFormat Input { get; }

    /// <summary>One of <see cref="Model.TaskNone"/>, TaskSegmentation, TaskClassification, TaskDetection.</summary>
    int Task { get; }

    /// <summary>Possibly empty.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>−1 where there is none.</summary>
    int RoadClass { get; }

    /// <summary>−1 where there is none.</summary>
    int IgnoreLabel { get; }

    /// <summary>What one thread needs to run it. Sessions of one network may run at the same time.</summary>
    INetworkSession Open();
}

/// <summary>Runs a network, one frame at a time, for one thread. Spans that it returns hold until the next call.</summary>
public interface INetworkSession : IDisposable
{
    /// <summary>A class for each pixel of the network's mask, which may be smaller than its input.</summary>
    /// <param name="codes">The frame as [channels, height, width] codes.</param>
    Mask Segment(ReadOnlySpan<byte> codes);

    /// <summary>A score for each class, the greatest is the answer.</summary>
    /// <param name="codes">The frame as [channels, height, width] codes.</param>
    ReadOnlySpan<float> Classify(ReadOnlySpan<byte> codes);
}

/// <summary>Class ids [Height, Width].</summary>
public readonly ref struct Mask(int width, int height, ReadOnlySpan<byte> ids)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    public ReadOnlySpan<byte> Ids { get; } = ids;
}
