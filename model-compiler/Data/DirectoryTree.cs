using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>The files of a folder and of those below it.</summary>
internal sealed class DirectoryTree : IFileTree
{
    public DirectoryTree(string path)
    {
        Path = path;
        try
        {
            var files = new List<string>();
            foreach (string file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
            {
                string relative = System.IO.Path.GetRelativePath(path, file).Replace('\\', '/');
                if (!FileNames.IsHidden(relative))
                    files.Add(relative);
            }

            files.Sort(StringComparer.Ordinal);
            Files = files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BarrelException(DataErrors.Missing, $"{path}: the folder cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    public string Path { get; }

    public IReadOnlyList<string> Files { get; }

    public byte[] Read(string file)
    {
        try
        {
            return File.ReadAllBytes(System.IO.Path.Combine(Path, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BarrelException(DataErrors.Missing, $"{Show(file)}: the file cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    public string Show(string file) => System.IO.Path.Combine(Path, file);

    public void Dispose()
    {
    }
}
