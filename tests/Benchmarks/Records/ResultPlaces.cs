namespace Barrel.Benchmarks.Records;

/// <summary>Folders that records are made from and written to.</summary>
/// <param name="Root">The checkout.</param>
/// <param name="Data">Development data with <c>models/</c> and <c>camvid_240x180/</c>.</param>
/// <param name="Results">Takes the records.</param>
internal sealed record ResultPlaces(string Root, string Data, string Results)
{
    /// <summary>For what is built on the way.</summary>
    public string Scratch => Path.Combine(Root, "tests", "Benchmarks", "obj", "records");

    /// <summary>The checkout that this program was built from.</summary>
    public static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Barrel.slnx")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"no Barrel.slnx above {AppContext.BaseDirectory}");
    }
}
