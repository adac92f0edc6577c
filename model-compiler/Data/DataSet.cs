using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>Finds out what a path holds and opens it.</summary>
public static class DataSet
{
    /// <summary>A data set with labels for <paramref name="task"/>: what --data names.</summary>
    /// <param name="path">A folder, a zip, or an idx file of images.</param>
    /// <param name="task"><see cref="Model.TaskSegmentation"/> or <see cref="Model.TaskClassification"/>.</param>
    /// <param name="classes">Names of the classes in the order of their ids; may be empty.</param>
    /// <param name="ignoreLabel">An id that is right although it has no class; −1 where there is none.</param>
    public static IDataSet OpenLabelled(string path, int task, IReadOnlyList<string> classes, int ignoreLabel)
    {
        if (task == Model.TaskClassification && FindIdx(path, preferTraining: false) is IdxFiles files)
            return new IdxDataSet(files, labelled: true, classes);
        return Open(path, tree => task switch
        {
            Model.TaskSegmentation => new SegmentationDataSet(tree, classes, ignoreLabel),
            Model.TaskClassification => new ClassFolderDataSet(tree, classes),
            _ => throw new BarrelException(DataErrors.Layout, $"{path}: only segmentation and classification networks have labelled data"),
        });
    }

    /// <summary>
    /// Frames alone, for calibration and comparison: what --calibrate and --inputs name. Idx folders give the training images.
    /// </summary>
    public static IDataSet OpenImages(string path)
    {
        if (FindIdx(path, preferTraining: true) is IdxFiles files)
            return new IdxDataSet(files, labelled: false, []);
        return Open(path, tree => new ImageFolderDataSet(tree));
    }

    /// <summary>
    /// The indices of <paramref name="limit"/> samples, evenly spaced from the first on, or of all: neighbouring frames of a clip look
    /// alike,
    /// and a folder per class is sorted by class, so the first ones would be no fair sample.
    /// </summary>
    public static int[] Spread(int count, int? limit)
    {
        int taken = Math.Min(limit ?? count, count);
        var indices = new int[taken];
        for (int i = 0; i < taken; i++)
            indices[i] = (int)((long)i * count / taken);
        return indices;
    }

    // Idx files beside pictures: whichever were taken, the others would be left out without a word.
    private static IdxFiles? FindIdx(string path, bool preferTraining)
    {
        IdxFiles? files = IdxFiles.Find(path, preferTraining);
        if (files is null || !Directory.Exists(path))
            return files;
        using var tree = new DirectoryTree(path);
        if (tree.Files.FirstOrDefault(FileNames.IsImage) is not string picture)
            return files;
        throw new BarrelException(DataErrors.Layout,
            $"{path}: holds the idx file {Path.GetFileName(files.Images)} and the picture {picture}; one kind would be right, or the " +
                "name of the idx file");
    }

    private static IDataSet Open(string path, Func<IFileTree, IDataSet> make)
    {
        IFileTree tree = Directory.Exists(path) ? new DirectoryTree(path)
            : !File.Exists(path) ? throw new BarrelException(DataErrors.Missing, $"{path}: no such folder or file")
            : new ZipTree(path);
        try
        {
            return make(tree);
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }
}
