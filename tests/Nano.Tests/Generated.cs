using Barrel.Compiler.Emitting;
using Barrel.Runtime;

namespace Barrel.Nano.Tests;

/// <summary>Generated C#, compiled and loaded.</summary>
internal static class Generated
{
    public static GeneratedNetwork Load(NetworkSource source)
    {
        System.Reflection.Assembly assembly = CompiledSources.Load("Generated", source.Files().Select(f => (f.Name, f.Text)));
        return (GeneratedNetwork)Activator.CreateInstance(assembly.GetType($"{NetworkSource.Namespace}.{NetworkSource.ClassName}")!)!;
    }
}
