using Barrel.Runtime;

namespace Barrel.Host.Cameras;

/// <summary>Test vectors: what users write after <c>--data</c>.</summary>
internal static class VectorSource
{
    public const string Help = "MNIST's files or a folder with them, a folder of PNG or JPEG, or a camera source such as scene:SEED";

    /// <exception cref="BarrelException">BRL4021 to BRL4026.</exception>
    public static ICamera Open(string path)
    {
        if (Directory.Exists(path))
            return Directory.EnumerateFiles(path, "*idx3*").Any() ? IdxCamera.Open(path) : new DirectoryCamera(path, loops: false);
        return File.Exists(path) ? IdxCamera.Open(path) : CameraSources.Open(path, loops: false);
    }
}
