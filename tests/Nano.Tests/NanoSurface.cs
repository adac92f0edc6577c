using Barrel.Tests;
using Microsoft.CodeAnalysis;
using Mono.Cecil;

namespace Barrel.Nano.Tests;

/// <summary>
/// The project's sources compiled against the reference surface: what nanoFramework offers of each of its assemblies and the project may use. Whatever names
/// anything else does not compile.
/// </summary>
internal static class NanoSurface
{
    private const string Folder = "tests/Nano.Tests/Surface";

    private static readonly Lazy<Dictionary<string, byte[]>> Compiled = new(CompileSurface);

    private static readonly Lazy<byte[]> CompiledCore = new(() => Compile("Barrel.Runtime.Nano", Sources("runtime/Core")));

    /// <summary>Images of nanoFramework's assemblies, by name.</summary>
    public static Dictionary<string, byte[]> Assemblies => Compiled.Value;

    /// <summary>The runtime as it is for nanoFramework.</summary>
    public static byte[] Core => CompiledCore.Value;

    public static AssemblyDefinition Read(byte[] image) => AssemblyDefinition.ReadAssembly(new MemoryStream(image));

    /// <summary>C# files of a folder of the repository and those below it.</summary>
    public static IEnumerable<(string Path, string Text)> Sources(string folder) =>
        Repository.Files.Where(f => f.StartsWith(folder + "/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal)).Select(f => (f, Repository.Read(f)));

    /// <summary>Compiles against the surface and what else is given.</summary>
    public static byte[] Compile(string name, IEnumerable<(string Path, string Text)> sources, params byte[][] references) =>
        CompiledSources.Emit(name, sources, Assemblies.Values.Concat(references).Select(image => MetadataReference.CreateFromImage(image)));

    private static Dictionary<string, byte[]> CompileSurface()
    {
        Dictionary<string, byte[]> images = [];
        string[] names = [.. Repository.Files.Where(f => f.StartsWith(Folder + "/", StringComparison.Ordinal)).Select(f => f.Split('/')[3]).Distinct()];
        foreach (string name in names.OrderByDescending(n => n == "mscorlib").ThenBy(n => n, StringComparer.Ordinal))
            images.Add(name, CompiledSources.EmitSurface(name, Sources($"{Folder}/{name}"), images.Values.Select(image => MetadataReference.CreateFromImage(image))));
        return images;
    }
}
