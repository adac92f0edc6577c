namespace Barrel.Compiler.Tests;

/// <summary>Networks and test cases that lie beside the repository and are not part of it.</summary>
internal static class SharedData
{
    /// <summary>The path below shared/data; the test is skipped where it is absent.</summary>
    public static string Require(params string[] parts)
    {
        string? path = Find(parts);
        if (path is null)
            Assert.Inconclusive($"shared/data/{string.Join('/', parts)} is not there: it lies beside the repository or in it");
        return path!;
    }

    public static string Model(string name) => Require("models", name, name + ".onnx");

    public static string? Find(params string[] parts)
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (!File.Exists(Path.Combine(d.FullName, "Barrel.slnx")))
                continue;
            string[] places = [Path.Combine(d.FullName, "shared"), Path.Combine(d.FullName, "..", "shared")];
            return places.Select(p => Path.Combine([p, "data", .. parts])).FirstOrDefault(p => File.Exists(p) || Directory.Exists(p));
        }
        return null;
    }
}
