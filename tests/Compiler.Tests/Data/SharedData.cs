namespace Barrel.Compiler.Tests.Data;

/// <summary>The development data beside the checkout, which is no part of the repository.</summary>
internal static class SharedData
{
    /// <summary>The path of a file or folder in ../shared/data; the test is inconclusive where it is missing.</summary>
    public static string Require(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Barrel.slnx")))
                continue;
            string path = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "data", relative));
            if (File.Exists(path) || Directory.Exists(path))
                return path;
        }

        Assert.Inconclusive($"needs ../shared/data/{relative} beside the checkout");
        return "";
    }

    public static string Model(string name) => Require($"models/{name}/{name}.onnx");
}
