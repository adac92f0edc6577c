namespace Barrel.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder with Barrel.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Debug or Release: how this test itself was built.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static readonly string[] Ignored = IgnoredFolders();

    /// <summary>Files that .gitignore names by their path.</summary>
    private static readonly string[] IgnoredFiles =
        [.. File.ReadAllLines(FullPath(".gitignore")).Where(l => l.StartsWith('/') && !l.EndsWith('/')).Select(l => l[1..])];

    /// <summary>Paths of all files relative to <see cref="Root"/>, with '/'; what .gitignore names is left out.</summary>
    public static string[] Files { get; } = [.. Walk(Root).Order(StringComparer.Ordinal)];

    public static string FullPath(string relative) => Path.Combine(Root, relative);

    public static string Read(string relative) => File.ReadAllText(FullPath(relative));

    /// <summary>Files and folders right under the root, .git apart.</summary>
    public static string[] TopLevel() => [.. Files.Select(f => f.Split('/')[0]).Distinct()];

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (string file in Directory.GetFiles(folder))
        {
            string path = Path.GetRelativePath(Root, file).Replace('\\', '/');
            if (!file.EndsWith(".user", StringComparison.Ordinal) && path != ".git" && !IgnoredFiles.Contains(path))
                yield return path;
        }

        foreach (string child in Directory.GetDirectories(folder))
            if (!Ignored.Contains(Path.GetFileName(child)))
                foreach (string file in Walk(child))
                    yield return file;
    }

    private static string[] IgnoredFolders() =>
        [".git", .. File.ReadAllLines(FullPath(".gitignore")).Where(l => l.EndsWith('/')).Select(l => l.Trim('/'))];

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Barrel.slnx")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"no Barrel.slnx above {AppContext.BaseDirectory}");
    }
}
