using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>All images of a folder and below, without labels. Of a segmentation data set only its images/.</summary>
internal sealed class ImageFolderDataSet : IDataSet
{
    private readonly IFileTree _tree;
    private readonly string[] _images;

    public ImageFolderDataSet(IFileTree tree)
    {
        _tree = tree;
        bool segmentation = SegmentationDataSet.IsOne(tree);
        RefuseMixed(tree, segmentation);
        _images = [.. tree.Files.Where(f => FileNames.IsImage(f) && !(segmentation && !SegmentationDataSet.IsFrame(f)))];
        if (_images.Length == 0)
            throw new BarrelException(DataErrors.Empty, $"{tree.Path}: no PNG or JPEG in it");
    }

    public int Count => _images.Length;

    public Sample Load(int index)
    {
        string name = _tree.Show(_images[index]);
        return new Sample { Name = name, Image = RgbImage.Decode(_tree.Read(_images[index]), name) };
    }

    public void Dispose() => _tree.Dispose();

    // Frames of different sizes are right, they are resized. Labels taken for frames, and frames left out without a word, are not.
    private static void RefuseMixed(IFileTree tree, bool segmentation)
    {
        string? wrong = tree.Files.FirstOrDefault(f => FileNames.IsImage(f) && (segmentation
            ? !SegmentationDataSet.IsFrame(f) && !SegmentationDataSet.IsLabel(f)
            : FileNames.Folder(f).Split('/').Contains("labels")));
        if (wrong is null)
            return;
        throw new BarrelException(DataErrors.Layout, segmentation
            ? $"{tree.Show(wrong)}: a picture beside images/ and labels/; it in images/, or a folder without labels/, would be right"
            : $"{tree.Show(wrong)}: looks like a label, not like a frame; the folder that directly holds images/ and labels/ would be " +
                "right, or images/ itself");
    }
}
