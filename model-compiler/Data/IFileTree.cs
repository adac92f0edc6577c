namespace Barrel.Compiler.Data;

/// <summary>The files of a folder or of a zip. Safe for use by several threads.</summary>
internal interface IFileTree : IDisposable
{
    /// <summary>The folder or zip, as the user wrote it.</summary>
    string Path { get; }

    /// <summary>All files below, "/" between the parts, in ordinal order; hidden ones left out.</summary>
    IReadOnlyList<string> Files { get; }

    byte[] Read(string file);

    /// <summary>The file's name for errors.</summary>
    string Show(string file);
}

/// <summary>Which files are taken for what.</summary>
internal static class FileNames
{
    public static bool IsImage(string file) =>
        System.IO.Path.GetExtension(file).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg";

    /// <summary>Editors, version control and zip programs leave such files behind.</summary>
    public static bool IsHidden(string file) =>
        file.Split('/').Any(part => part.StartsWith('.') || part == "__MACOSX");

    /// <summary>"a/b/c.png" → "a/b", "c.png" → "".</summary>
    public static string Folder(string file) => file.LastIndexOf('/') is >= 0 and int slash ? file[..slash] : "";

    /// <summary>"a/b" → "b".</summary>
    public static string Last(string folder) => folder[(folder.LastIndexOf('/') + 1)..];
}
