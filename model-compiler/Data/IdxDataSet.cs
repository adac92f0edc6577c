using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>Images and classes of a pair of idx files; they are unpacked once, samples are made on demand.</summary>
internal sealed class IdxDataSet : IDataSet
{
    private readonly string _path;
    private readonly byte[] _images;
    private readonly byte[]? _labels;
    private readonly int _height;
    private readonly int _width;

    public IdxDataSet(IdxFiles files, bool labelled, IReadOnlyList<string> classes)
    {
        _path = files.Images;
        (int[] shape, _images) = IdxFiles.Read(files.Images, rank: 3);
        (Count, _height, _width) = (shape[0], shape[1], shape[2]);
        if (!labelled)
            return;

        if (!File.Exists(files.Labels))
            throw new BarrelException(DataErrors.LabelMissing, $"{files.Images}: its labels {files.Labels} are missing");
        (int[] counts, _labels) = IdxFiles.Read(files.Labels, rank: 1);
        if (counts[0] != Count)
            throw new BarrelException(DataErrors.BrokenIdx, $"{files.Labels}: {counts[0]} labels for {Count} images");
        int outside = classes.Count == 0 ? -1 : Array.FindIndex(_labels, id => id >= classes.Count);
        if (outside >= 0)
        {
            throw new BarrelException(DataErrors.LabelOutside,
                $"{files.Labels}: id {_labels[outside]} of image {outside} is none of the {classes.Count} classes");
        }
    }

    public int Count { get; }

    public Sample Load(int index) => new()
    {
        Name = $"{_path}[{index}]",
        Image = RgbImage.FromGray(_width, _height, _images.AsSpan(index * _height * _width, _height * _width)),
        ClassId = _labels is null ? -1 : _labels[index],
    };

    public void Dispose()
    {
    }
}
