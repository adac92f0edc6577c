using Barrel.Compiler.Tests;

namespace Barrel.Host.Tests.Chip;

/// <summary>The binarized MNIST network, compiled for the SRAM chip into a folder of the test's own.</summary>
internal sealed class PlacedNetwork : IDisposable
{
    public const string Board = "tdnn-sram-65nm";

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public static string Data => SharedData.Require("mnist");

    public string File(string name) => Path.Combine(folder, name);

    /// <summary>Compiles with more options.</summary>
    /// <returns>The blob.</returns>
    public string Compile(string name, params string[] more)
    {
        string blob = File(name);
        Assert.AreEqual(0, Compiler.Program.Main(["compile", SharedData.Model("bnn_lfcW1A1_mnist"), "-o", blob, "--board", Board, .. more]));
        return blob;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
