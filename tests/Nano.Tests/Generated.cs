using Barrel.Compiler.Emitting;
using Barrel.Runtime;

namespace Barrel.Nano.Tests;

/// <summary>Generated C#, compiled and loaded.</summary>
internal static class Generated
{
    public static IEnumerable<(string Path, string Text)> Sources(NetworkSource source) =>
        source.Files().Where(f => f.Name.EndsWith(".cs", StringComparison.Ordinal)).Select(f => (f.Name, f.Text));

    public static GeneratedNetwork Load(NetworkSource source)
    {
        System.Reflection.Assembly assembly = CompiledSources.Load("Generated", Sources(source));
        return (GeneratedNetwork)Activator.CreateInstance(assembly.GetType($"{NetworkSource.Namespace}.{NetworkSource.ClassName}")!)!;
    }
}
