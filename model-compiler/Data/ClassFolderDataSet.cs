using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>
/// A folder per class, named as the class, with its images directly in it. The class folders lie in one folder at any depth
/// (CIFAR zips have test/airplane/…). With a list of classes ids come from it; without, folders are numbered in ordinal order.
/// </summary>
internal sealed class ClassFolderDataSet : IDataSet
{
    private readonly IFileTree _tree;
    private readonly (string Image, int ClassId)[] _images;

    public ClassFolderDataSet(IFileTree tree, IReadOnlyList<string> classes)
    {
        _tree = tree;
        string[] images = [.. tree.Files.Where(FileNames.IsImage)];
        if (images.Length == 0)
            throw new BarrelException(DataErrors.Empty, $"{tree.Path}: no PNG or JPEG in it, and no idx files");

        string[] folders = [.. images.Select(FileNames.Folder).Distinct().Order(StringComparer.Ordinal)];
        string[] parents = [.. folders.Select(FileNames.Folder).Distinct()];
        if (Array.IndexOf(folders, "") >= 0)
        {
            throw new BarrelException(DataErrors.Layout,
                $"{tree.Show(images.First(i => FileNames.Folder(i).Length == 0))}: lies in no class folder; a folder per class would be right");
        }

        if (parents.Length > 1)
        {
            throw new BarrelException(DataErrors.Layout,
                $"{tree.Path}: class folders lie in '{parents[0]}' and in '{parents[1]}'; name the folder that directly holds them");
        }

        Dictionary<string, int> ids = Ids(folders, classes);
        _images = [.. images.Select(i => (i, ids[FileNames.Folder(i)]))];
    }

    public int Count => _images.Length;

    public Sample Load(int index)
    {
        (string image, int classId) = _images[index];
        string name = _tree.Show(image);
        return new Sample { Name = name, Image = RgbImage.Decode(_tree.Read(image), name), ClassId = classId };
    }

    public void Dispose() => _tree.Dispose();

    private Dictionary<string, int> Ids(string[] folders, IReadOnlyList<string> classes)
    {
        string[] names = classes.Count > 0 ? [.. classes] : [.. folders.Select(FileNames.Last)];
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            int id = Array.IndexOf(names, FileNames.Last(folder));
            ids[folder] = id >= 0 ? id : throw new BarrelException(DataErrors.LabelOutside,
                $"{_tree.Show(folder)}: '{FileNames.Last(folder)}' is none of the model's {names.Length} classes " +
                $"({string.Join(", ", names.Take(12))}{(names.Length > 12 ? ", …" : "")})");
        }

        return ids;
    }
}
