namespace Barrel.Compiler.Data;

/// <summary>Frames in a fixed order, loaded one at a time. Safe for use by several threads.</summary>
public interface IDataSet : IDisposable
{
    int Count { get; }

    /// <summary>Reads and decodes sample <paramref name="index"/>, 0 .. Count − 1.</summary>
    Sample Load(int index);
}

/// <summary>One frame, with what its data set knows about it.</summary>
public sealed class Sample
{
    /// <summary>For errors: the file, or the place within it.</summary>
    public required string Name { get; init; }

    public required RgbImage Image { get; init; }

    /// <summary>The class of the whole frame, −1 where it is not labelled so.</summary>
    public int ClassId { get; init; } = -1;

    /// <summary>A class for each pixel, as large as the image; null where it is not labelled so.</summary>
    public LabelMap? Labels { get; init; }
}
