using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>images/NAME.png or .jpg, labels/NAME.png with a class id a pixel.</summary>
internal sealed class SegmentationDataSet : IDataSet
{
    private const string ImagesFolder = "images/";
    private const string LabelsFolder = "labels/";

    private readonly IFileTree _tree;
    private readonly (string Image, string Label)[] _pairs;
    private readonly IReadOnlyList<string> _classes;
    private readonly int _ignoreLabel;

    public SegmentationDataSet(IFileTree tree, IReadOnlyList<string> classes, int ignoreLabel)
    {
        _tree = tree;
        _classes = classes;
        _ignoreLabel = ignoreLabel;
        if (!IsOne(tree))
        {
            throw new BarrelException(DataErrors.Layout,
                $"{tree.Path}: a segmentation data set has images/ and labels/ with files of the same names; there are no such two");
        }

        var files = new HashSet<string>(tree.Files, StringComparer.Ordinal);
        _pairs = [.. tree.Files.Where(f => IsFrame(f) && FileNames.IsImage(f)).Select(f => (f, Label(f)))];
        if (_pairs.Length == 0)
            throw new BarrelException(DataErrors.Empty, $"{tree.Path}: no PNG or JPEG in its images/");
        foreach ((string image, string label) in _pairs)
        {
            if (!files.Contains(label))
                throw new BarrelException(DataErrors.LabelMissing, $"{tree.Show(image)}: its label {tree.Show(label)} is missing");
        }
    }

    public int Count => _pairs.Length;

    public static bool IsOne(IFileTree tree) =>
        tree.Files.Any(IsFrame) && tree.Files.Any(IsLabel);

    public static bool IsLabel(string file) => file.StartsWith(LabelsFolder, StringComparison.Ordinal);

    public static bool IsFrame(string file) => file.StartsWith(ImagesFolder, StringComparison.Ordinal);

    public Sample Load(int index)
    {
        (string image, string label) = _pairs[index];
        var sample = new Sample
        {
            Name = _tree.Show(image),
            Image = RgbImage.Decode(_tree.Read(image), _tree.Show(image)),
            Labels = LabelMap.Decode(_tree.Read(label), _tree.Show(label)),
        };
        Check(sample.Image, sample.Labels, _tree.Show(label));
        return sample;
    }

    public void Dispose() => _tree.Dispose();

    private void Check(RgbImage image, LabelMap labels, string name)
    {
        if (labels.Width != image.Width || labels.Height != image.Height)
        {
            throw new BarrelException(DataErrors.LabelSize,
                $"{name}: the label is {labels.Width}x{labels.Height}, its image {image.Width}x{image.Height}; they must be equal");
        }

        if (_classes.Count == 0)
            return;
        for (int i = 0; i < labels.Ids.Length; i++)
        {
            int id = labels.Ids[i];
            if (id >= _classes.Count && id != _ignoreLabel)
            {
                throw new BarrelException(DataErrors.LabelOutside,
                    $"{name}: id {id} at pixel {i % labels.Width}, {i / labels.Width} is none of the {_classes.Count} classes" +
                    (_ignoreLabel < 0 ? "; name it ignoreLabel in the model card if it means no class" : $" and not ignoreLabel {_ignoreLabel}"));
            }
        }
    }

    private static string Label(string image) => LabelsFolder + Path.ChangeExtension(image[ImagesFolder.Length..], ".png");
}
